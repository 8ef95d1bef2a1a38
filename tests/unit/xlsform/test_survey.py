"""Rows of the survey sheet: what pyxform refuses we refuse, with its place; what it takes we take."""

from __future__ import annotations

import pytest

from cencomm.errors import DomainError
from cencomm.xlsform import survey
from cencomm.xlsform.survey import is_dynamic
from tests.unit.xlsform.books import Books, text

GROUP = {"type": "begin group", "name": "g", "label": "G"}
END = {"type": "end group"}
REPEAT = {"type": "begin repeat", "name": "r", "label": "R"}
CHOICES = [{"list_name": "l", "name": "a", "label": "A"}, {"list_name": "l", "name": "b c", "label": "B"}]

BOTH = {
    "plain": ([text("a")], ""),
    "types in capitals or between spaces": ([{"type": "select one   l", "name": "a", "label": "A"}], ""),
    "a group": ([GROUP, text("a"), END], ""),
    "one name in two groups": ([GROUP, text("a"), END, text("a")], ""),
    "one name twice": ([text("a"), text("a")], "name_twice"),
    "one name twice in a group": ([GROUP, text("a"), text("a"), END], "name_twice"),
    "a repeat of the form's name": ([{**REPEAT, "name": "data"}, text("a"), {"type": "end repeat"}], "name_twice"),
    "no type": ([text("a"), {"name": "b", "label": "B"}], "type_missing"),
    "a comment": ([text("a"), {"hint": "only a remark"}], ""),
    "no such type": ([text("a"), {"type": "telephone", "name": "b", "label": "B"}], "type_unknown"),
    "no name": ([{"type": "text", "label": "A"}, text("a")], "name_missing"),
    "a note without a name": ([text("a"), {"type": "note", "label": "A"}], ""),
    "no name at all": ([text("1a")], "name_malformed"),
    "a name with a space": ([text("a b")], "name_malformed"),
    "a name of other letters": ([text("été.a-b")], ""),
    "the name meta": ([text("meta")], "name_reserved"),
    "no label": ([{"type": "text", "name": "a"}, text("b")], "label_missing"),
    "a hint only": ([{"type": "text", "name": "a", "hint": "H"}], ""),
    "an end too many": ([text("a"), END], "end_unmatched"),
    "the end of another": ([GROUP, text("a"), {"type": "end repeat"}], "end_unmatched"),
    "no end": ([GROUP, text("a")], "begin_unmatched"),
    "no list": ([{"type": "select_one m", "name": "a", "label": "A"}], "list_missing"),
    "a choice with a space": ([{"type": "select_multiple l", "name": "a", "label": "A"}], "choice_with_space"),
    "the same for one": ([{"type": "select_one l", "name": "a", "label": "A"}], ""),
    "a list in a file": ([{"type": "select_one_from_file m.csv", "name": "a", "label": "A"}], ""),
    "a list of its own sheet": ([{"type": "select_one_external m", "name": "a", "label": "A"}], "list_missing"),
    "a calculation of nothing": ([text("a"), {"type": "calculate", "name": "b"}], "calculation_missing"),
    "a calculation by default": ([text("a"), {"type": "calculate", "name": "b", "default": "now()"}], ""),
    "no such question": ([text("a", relevant="${b} = 1")], "reference_unknown"),
    "no such question in a label": ([{"type": "text", "name": "a", "label": "Of ${b}"}], "reference_unknown"),
    "several questions": (
        [text("a", relevant="${b} = 1"), text("b"), GROUP, text("b"), END],
        "reference_ambiguous",
    ),
    "an open reference": ([text("a"), text("b", relevant="${a = 1")], "reference_malformed"),
    "no parameters": ([{**text("a"), "type": "range", "parameters": "start end=3"}], "parameter_malformed"),
    "parameters of words": ([{**text("a"), "type": "range", "parameters": "start=x end=3"}], "parameter_malformed"),
    "a switched off question": ([text("a"), text("a", disabled="yes")], ""),
}


@pytest.mark.parametrize("name", sorted(BOTH))
def test_a_form_is_taken_or_refused_as_pyxform_does(books: Books, name: str) -> None:
    rows, code = BOTH[name]
    has_choices = any("select" in row.get("type", "") for row in rows)
    assert books.both(rows, CHOICES if has_choices else ()) == (f"xlsform.{code}" if code else "", code != "")


def test_a_refusal_names_the_row_as_the_spreadsheet_has_it(books: Books) -> None:
    with pytest.raises(DomainError) as refused:
        books.read([text("a"), {"hint": "remark"}, text("b", relevance="${c} = 1")])
    assert refused.value.facts == {"sheet": "survey", "row": 4, "column": "relevance", "value": "c"}


def test_groups_in_groups_without_end_are_refused(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "MAX_NESTED", 2)
    with pytest.raises(DomainError, match="depth"):
        books.read([{**GROUP, "name": f"g{number}"} for number in range(3)])


@pytest.mark.parametrize("default", ["today()", "${a}", "1 + 1", "once(uuid())"])
def test_a_default_that_is_calculated_is_an_expression(default: str) -> None:
    assert is_dynamic(default)


@pytest.mark.parametrize("default", ["a", "2020-01-01", "a b", "x-y", "'a + b'", "-3"])
def test_any_other_default_is_the_answer_itself(default: str) -> None:
    assert not is_dynamic(default)
