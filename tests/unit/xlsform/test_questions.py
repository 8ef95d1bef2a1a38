"""Questions as fields."""

from __future__ import annotations

import pytest

from cencomm.templates_forms.model import Field
from tests.unit.xlsform.books import Books, text, values

CHOICES = [{"list_name": "l", "name": name, "label": name} for name in ("a", "b", "c d".replace(" ", "_"))]


def field(books: Books, **cells: str) -> Field:
    return books.read([{"name": "q", "label": "Q", **cells}, text("z")], CHOICES).template.fields["q"]


@pytest.mark.parametrize(
    ("kind", "ours"),
    [
        ("text", "text"),
        ("integer", "int"),
        ("int", "int"),
        ("decimal", "decimal"),
        ("date", "date"),
        ("dateTime", "datetime"),
        ("acknowledge", "bool"),
        ("select_one l", "code"),
        ("select all that apply from l", "codes"),
    ],
)
def test_types_that_both_have_are_the_same_and_nothing_is_said(books: Books, kind: str, ours: str) -> None:
    found = books.read([{"type": kind, "name": "q", "label": "Q"}], CHOICES, default_language="en")
    assert found.template.fields["q"].type == ours
    assert [note for note in found.notes if note.sheet == "survey"] == []


@pytest.mark.parametrize(
    ("kind", "ours"),
    [("rank l", "codes"), ("time", "identifier"), ("gps", "identifier"), ("photo", "text"), ("barcode", "text")],
)
def test_types_that_only_xlsform_has_become_what_is_nearest_and_that_is_said(
    books: Books, kind: str, ours: str
) -> None:
    found = books.read([{"type": kind, "name": "q", "label": "Q"}], CHOICES)
    assert found.template.fields["q"].type == ours
    assert len(values(found, "type_changed")) == 1


def test_a_long_text_a_range_and_a_calculation_that_is_shown(books: Books) -> None:
    assert field(books, type="text", appearance="multiline").type == "longtext"
    ranged = field(books, type="range", parameters="start=0; end=1, step = 0.5", constraint=". != 0.5")
    assert (ranged.type, ranged.constraint) == (
        "decimal",
        "(. != 0.5) and (. >= 0 and . <= 1 and (. - 0) mod 0.5 = 0)",
    )
    shown = field(books, type="text", calculation="1 + ${z}", read_only="yes")
    assert (shown.type, shown.calculation) == ("derived", "1 + ${z}")


def test_words_and_conditions_come_with_their_question(books: Books) -> None:
    found = field(
        books,
        type="text",
        hint="H",
        guidance_hint="More",
        required="yes",
        relevant="${z} = 1",
        constraint="string-length(.) > 2",
        constraint_message="Longer",
    )
    assert (found.hints, found.constraint_messages) == ({"en": "H\nMore"}, {"en": "Longer"})
    assert (found.required, found.relevant, found.constraint) == ("true()", "${z} = 1", "string-length(.) > 2")


@pytest.mark.parametrize(("required", "ours"), [("TRUE", "true()"), ("no", ""), ("${z} = 1", "${z} = 1")])
def test_required_is_a_word_or_an_expression(books: Books, required: str, ours: str) -> None:
    assert field(books, type="text", required=required).required == ours


@pytest.mark.parametrize(
    ("kind", "default", "ours"),
    [
        ("text", "it's", '"it\'s"'),
        ("integer", "5", "5"),
        ("date", "2020-01-01", "'2020-01-01'"),
        ("date", "today()", "today()"),
        ("select_one l", "a", "'a'"),
        ("select_multiple l", "a b", "'a b'"),
        ("acknowledge", "OK", "true()"),
    ],
)
def test_a_default_is_the_answer_or_an_expression(books: Books, kind: str, default: str, ours: str) -> None:
    assert field(books, type=kind, default=default).default == ours


def test_columns_of_our_own_say_what_xlsform_cannot(books: Books) -> None:
    found = field(
        books,
        type="text",
        cencomm_type="identifier",
        cencomm_nominal="direct",
        cencomm_max_length="20",
        cencomm_reference="ports",
        constraint="(. != 'x') and string-length(.) <= 20",
    )
    assert (found.type, found.nominal, found.cen, found.max_length) == ("identifier", "direct", "none", 20)
    assert (found.reference, found.constraint) == ("ports", ". != 'x'")


def test_a_word_that_our_columns_do_not_have_is_left_out_and_said(books: Books) -> None:
    row = text("q", cencomm_nominal="secret", cencomm_max_length="many", cencomm_reference="My list")
    found = books.read([row])
    assert found.template.fields["q"].nominal == "none"
    assert len(values(found, "cell_left_out")) == 3


def test_choices_of_another_file_are_typed_in(books: Books) -> None:
    found = books.read([{"type": "select_one_from_file ports.csv", "name": "q", "label": "Q"}])
    assert found.template.fields["q"].type == "text"
    assert values(found, "list_elsewhere") == [(2, "type", "ports.csv", "")]
