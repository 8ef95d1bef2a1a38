"""Expressions of forms that come in: each means in the template what it meant in the form."""

from __future__ import annotations

import pytest

from tests.unit.xlsform.books import Books, text, values

CHOICES = [
    {"list_name": "l", "name": "a b", "label": "A", "region": "north"},
    {"list_name": "l", "name": "c", "label": "C", "region": "south"},
]
FORM = [
    {"type": "start", "name": "begun"},
    {"type": "integer", "name": "Age", "label": "Age"},
    {"type": "calculate", "name": "double", "calculation": "${Age} * 2"},
    {"type": "calculate", "name": "again", "calculation": "${double} + 1"},
    {"type": "select_one l", "name": "kind", "label": "Kind"},
    {"type": "begin repeat", "name": "r", "label": "R"},
    {"type": "integer", "name": "q", "label": "Q"},
    {"type": "calculate", "name": "cost", "calculation": "${q} * ${Age}"},
    text("in_row"),
    {"type": "end repeat"},
    {"type": "calculate", "name": "total", "calculation": "sum(${q})"},
    {"type": "begin group", "name": "g", "label": "G"},
]


def said(books: Books, expression: str, *, at: str = "x") -> tuple[str, list[str]]:
    rows = [{**row, "relevant": expression} if row.get("name") == at else row for row in FORM]
    rows += [text("x", **({"relevant": expression} if at == "x" else {})), {"type": "end group"}]
    found = books.read(rows, CHOICES)
    return found.template.fields[at].relevant, [reason for *_, reason in values(found, "expression_left_out")]


@pytest.mark.parametrize(
    ("expression", "ours"),
    [
        ("${Age} > 1", "${age} > 1"),
        ("${ Age } > 1", "${age} > 1"),
        ("${double} > 1", "(${age} * 2) > 1"),
        ("${again} > 1", "((${age} * 2) + 1) > 1"),
        ("${begun} > today()", "(now()) > today()"),
        ("${kind} = 'a b'", "${kind} = 'a_b'"),
        ("${kind} = ‘c’", "${kind} = ‘c’"),
        ("../../Age = 3", "${age} = 3"),
        ("/data/Age = 3", "${age} = 3"),
        ("sum(/data/r/q) = 3", "sum(${q}) = 3"),
        ("current()/../../Age = 3", "${age} = 3"),
        ("${total} > 3", "(sum(${q})) > 3"),
        ("instance('l')/root/item[name = ${kind}]/region = 'n'", "pulldata('l', 'region', 'name', ${kind}) = 'n'"),
        ("instance('l')/root/item[name=${kind}]/label = 'n'", "jr:choice-name(${kind}, '${kind}') = 'n'"),
        ("${Age} = null", "${age} = ''"),
        ("true", "true()"),
        ("count(${r}[q > 1]) = 1", "count(${r}[q > 1]) = 1"),
    ],
)
def test_an_expression_means_the_same(books: Books, expression: str, ours: str) -> None:
    assert said(books, expression) == (ours, [])


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("random() > 1", "unknown_function"),
        ("${Age} >", "operand_expected"),
        ("${last-saved#Age} = 1", "last_saved"),
        ("sum(${cost}) > 1", "calculated in rows: cost"),
        ("pulldata('f', 'a', 'b', ${Age}) = 1", "table elsewhere"),
        ("../nothing = 1", "path_leads_nowhere"),
        ("${Age} = 1 " + "or ${double} = 1 " * 300, "too_long"),
    ],
)
def test_what_cannot_be_said_is_left_out_with_its_reason(books: Books, expression: str, reason: str) -> None:
    assert said(books, expression) == ("", [reason])


def test_in_a_row_a_calculation_of_the_row_is_that_of_the_row(books: Books) -> None:
    assert said(books, "${cost} > 1", at="in_row") == ("(${q} * ${age}) > 1", [])


def test_in_a_row_a_calculation_over_all_rows_cannot_be_said(books: Books) -> None:
    assert said(books, "${total} > 1", at="in_row") == ("", ["calculated outside of rows: total"])


def test_calculations_that_name_each_other_end(books: Books) -> None:
    rows = [
        {"type": "calculate", "name": "a", "calculation": "${b}"},
        {"type": "calculate", "name": "b", "calculation": "${a}"},
        text("x", relevant="${a} = 1"),
    ]
    found = books.read(rows)
    assert set(found.template.fields) == {"x"}
    assert len(values(found, "expression_left_out")) == 3
