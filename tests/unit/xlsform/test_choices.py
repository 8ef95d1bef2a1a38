"""Lists of choices, judged as pyxform judges them."""

from __future__ import annotations

import pytest

from tests.unit.xlsform.books import Books

ASKED = [{"type": "select_one l", "name": "q", "label": "Q"}]
GOOD = {"list_name": "l", "name": "a", "label": "A"}


@pytest.mark.parametrize(
    ("choices", "code"),
    [
        ([GOOD], ""),
        ([{"list name": "l", "name": "a", "label": "A"}], ""),
        ([GOOD, {"list_name": "l", "name": "b"}], ""),
        ([GOOD, {**GOOD, "list_name": "other"}], ""),
        ([GOOD, {"list_name": "l", "label": "no name"}], "xlsform.name_missing"),
        ([GOOD, GOOD], "xlsform.name_twice"),
        ([{"list_name": "l", "label": "A"}], "xlsform.header_missing"),
        ([{**GOOD, "list_name": "m"}], "xlsform.list_missing"),
    ],
)
def test_a_list_is_taken_or_refused_as_pyxform_does(books: Books, choices: list[dict[str, str]], code: str) -> None:
    assert books.both(ASKED, choices) == (code, code != "")


def test_one_name_twice_in_a_list_may_be_allowed_and_gets_a_code_of_its_own(books: Books) -> None:
    assert books.both(ASKED, [GOOD, GOOD], allow_choice_duplicates="yes") == ("", False)
    (listed,) = books.read(ASKED, [GOOD, GOOD], allow_choice_duplicates="yes").template.code_lists
    assert [code.key for code in listed.codes] == ["a", "a_2"]
