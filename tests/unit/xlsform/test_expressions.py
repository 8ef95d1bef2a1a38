"""Expressions written anew, and in words that other programs know."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cencomm.errors import DomainError
from cencomm.templates_forms.expression import Node, parse
from cencomm.templates_forms.model import STANDARD, Template, standard
from cencomm.xlsform.expressions import CannotSay, at_field, for_xlsform, quoted, written

CASES = Path(__file__).parents[2] / "vectors" / "own" / "expression_cases.json"


def tree(node: Node) -> str:
    """The tree without the places of its parts, numbers by their value."""
    return re.sub(r"position=\d+", "", re.sub(r"Decimal\('(\d+\.\d*?)0*'\)", r"Decimal('\1')", repr(node))).replace(
        ".')", "')"
    )


def expressions_of(template: Template) -> set[str]:
    texts = {rule.expression for rule in template.rules} | {group.relevant for group in template.all_groups()}
    for field in template.fields.values():
        texts |= {field.relevant, field.required, field.constraint, field.calculation, field.choice_filter}
    return texts - {""}


def test_what_is_written_anew_is_the_same_expression() -> None:
    cases = json.loads(CASES.read_text(encoding="utf-8"))["cases"]
    texts = {case["expression"] for case in cases}.union(*(expressions_of(standard(name)) for name in STANDARD))
    count = 0
    for text in sorted(texts):
        try:
            root = parse(text).root
        except DomainError:
            continue
        assert tree(parse(written(root)).root) == tree(root), text
        count += 1
    assert count > 700


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("${a}  = 1", "${a}  = 1"),
        ("any(${r}, q > 1)", "count(${r}[q > 1]) > 0"),
        ("all(${r}, q > 1 or s)", "count(${r}[not(q > 1 or s)]) = 0"),
        ("not(any(${r}/q, . > 1))", "not(count(${r}/q[. > 1]) > 0)"),
        (
            "territory(${c}) = 'EU'",
            "coalesce(pulldata('customs_territory', 'territory', 'key', ${c}), ${c}) = 'EU'",
        ),
    ],
)
def test_our_own_functions_are_said_with_those_that_others_know(text: str, said: str) -> None:
    assert for_xlsform(text) == said


@pytest.mark.parametrize("function", ["container-number", "imo-number", "postal-item", "air-waybill"])
def test_a_check_digit_cannot_be_said(function: str) -> None:
    with pytest.raises(CannotSay, match=function):
        for_xlsform(f"any(${{r}}, {function}(q))")


def test_an_answer_is_named_where_an_expression_stands_elsewhere() -> None:
    assert at_field(". > 1 and ${b} < .", "a") == "${a} > 1 and ${b} < ${a}"
    assert at_field("${b}  < 1", "a") == "${b}  < 1"


def test_text_stands_in_the_quotes_that_it_does_not_hold() -> None:
    assert (quoted("a"), quoted("it's")) == ("'a'", '"it\'s"')
    with pytest.raises(CannotSay):
        quoted("'\"")
