"""Keys of questions and groups, each once in the whole form."""

from __future__ import annotations

from tests.unit.xlsform.books import Books, text, values


def test_one_name_in_two_groups_becomes_two_keys_and_both_are_told(books: Books) -> None:
    rows = [
        {"type": "begin group", "name": "G", "label": "G"},
        text("a"),
        text("b", relevant="../a = 1"),
        {"type": "end group"},
        {"type": "begin group", "name": "h", "label": "H"},
        text("a"),
        text("c", relevant="../a = 1"),
        {"type": "end group"},
    ]
    found = books.read(rows)
    assert list(found.template.fields) == ["a", "b", "a_2", "c"]
    assert found.template.fields["b"].relevant == "${a} = 1"
    assert found.template.fields["c"].relevant == "${a_2} = 1"
    assert values(found, "name_changed") == [(2, "name", "G", "g"), (7, "name", "a", "a_2")]


def test_a_group_of_which_nothing_is_left_is_told(books: Books) -> None:
    rows = [text("a"), {"type": "begin group", "name": "g", "label": "G"}]
    found = books.read([*rows, {"type": "note", "name": "n", "label": "N"}, {"type": "end group"}])
    assert [group.key for group in found.template.groups] == ["section"]
    assert (3, "type", "begin group", "g") in values(found, "question_left_out")
