"""Lists of choices as code lists."""

from __future__ import annotations

from cencomm.templates_forms.model import Code
from tests.unit.xlsform.books import Books, values


def asked(**cells: str) -> dict[str, str]:
    return {"type": "select_one My List", "name": "q", "label": "Q", **cells} | {"type": "select_one my.list"}


def test_a_choice_is_a_code_with_its_words_and_what_filters_ask_of_it(books: Books) -> None:
    choices = [
        {"list_name": "my.list", "name": "a b", "label::fr": "Un", "label::en": "One", "Region ID": "", "region": "n"},
        {"list_name": "my.list", "name": "c", "media::image": "c.png", "cf": "1"},
    ]
    found = books.read([asked(choice_filter="region = 'n' or cf = 1")], choices)
    (listed,) = found.template.code_lists
    assert listed.key == "my_list"
    assert listed.codes == (
        Code(key="a_b", labels={"en": "One", "fr": "Un"}, attributes={"region": "n"}),
        Code(key="c", labels={"en": "c"}, attributes={"cf": "1"}),
    )
    assert found.template.fields["q"].choice_filter == "region = 'n' or cf = 1"
    assert values(found, "choice_renamed") == [(2, "name", "a b", "a_b")]
    assert values(found, "cell_left_out") == [(3, "media::image", "c.png", "")]
    assert [value for _, _, value, _ in values(found, "label_from_name")] == ["c"]


def test_a_filter_by_name_finds_the_name(books: Books) -> None:
    found = books.read([asked(choice_filter="name != 'a b'")], [{"list_name": "my.list", "name": "a b", "label": "A"}])
    assert found.template.fields["q"].choice_filter == "name != 'a_b'"
    assert found.template.code_lists[0].codes[0].attributes == {"name": "a_b"}


def test_another_answer_than_those_offered_is_a_code_and_a_question_for_words(books: Books) -> None:
    rows = [asked(), {"type": "text", "name": "q_other_2", "label": "X"}]
    rows[0]["type"] = "select_one my.list or_other"
    template = books.read(rows, [{"list_name": "my.list", "name": "a", "label::fr": "A"}], language="fr").template
    assert template.code_lists[0].codes[1] == Code(key="other", labels={"fr": "Autre"})
    assert template.fields["q_other"].relevant == "selected(${q}, 'other')"
    assert template.fields["q_other"].labels == {"fr": "Préciser « Autre »."}
