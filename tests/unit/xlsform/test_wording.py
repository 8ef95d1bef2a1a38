"""Words of a form in their languages."""

from __future__ import annotations

from cencomm.xlsform.wording import said
from tests.unit.xlsform.books import Books, values


def test_words_that_are_too_long_are_cut_and_reported(books: Books) -> None:
    found = books.read([{"type": "text", "name": "a", "label::French": "x" * 2_001}])
    assert found.template.fields["a"].labels == {"fr": "x" * 2_000}
    assert [(row, instead) for row, _, _, instead in values(found, "text_cut")] == [(2, "2000")]


def test_an_answer_within_a_text_stands_as_it_is_and_is_reported(books: Books) -> None:
    rows = [{"type": "text", "name": "a", "label": "A"}, {"type": "text", "name": "b", "label": "Of ${a}"}]
    found = books.read(rows)
    assert found.template.fields["b"].labels == {"en": "Of ${a}"}
    assert values(found, "text_with_reference") == [(3, "label", "Of ${a}", "")]


def test_a_language_that_nobody_knows_is_kept_and_reported(books: Books) -> None:
    found = books.read([{"type": "text", "name": "a", "label::Marsian": "Zz", "label::default": "A"}])
    assert found.template.fields["a"].labels == {"und-marsian": "Zz", "en": "A"}
    assert values(found, "language_unknown") == [(0, "label", "Marsian", "und-marsian")]


def test_what_xlsform_adds_is_in_the_language_of_the_form() -> None:
    assert said("other", "pt-BR") == "Outro"
    assert said("other", "sw") == "Other"
