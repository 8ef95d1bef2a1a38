"""Runs the shared cases of the expression language; the TypeScript client runs the same file."""

from __future__ import annotations

import json
import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cencomm.errors import DomainError
from cencomm.templates_forms.compiled import plan_of
from cencomm.templates_forms.evaluation import Row, compile_expression, evaluate
from cencomm.templates_forms.expression import parse
from cencomm.templates_forms.functions import FUNCTIONS
from cencomm.templates_forms.model import Template
from cencomm.templates_forms.reading import Findings, Reader
from cencomm.templates_forms.values import MISSING, Moment, Value, number_text

FILE = Path(__file__).parent / "own" / "expression_cases.json"
CASES: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
STEP = re.compile(r"([a-z_]+)\[(\d+)\]")


PLAN = plan_of(Template.decode_unchecked(json.dumps(CASES["template"]).encode()))
FINDINGS = Findings()
ROOT = Reader(PLAN, FINDINGS).read(CASES["answers"])


def test_answers_fit_their_template() -> None:
    assert FINDINGS.found == []


def test_there_are_many_cases_each_with_its_own_id() -> None:
    ids = [case["id"] for case in CASES["cases"]]
    assert len(ids) > 400
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: f"{case['id']} {case['expression']}")
def test_expression_gives_what_the_shared_case_says(case: dict[str, Any]) -> None:
    assert result_of(case) == case["expect"]


def result_of(case: dict[str, Any]) -> dict[str, object]:
    """What an expression gives at its place, in the form of the shared cases."""
    try:
        return _described(_evaluated(case))
    except DomainError as error:
        return {"error": error.code}


def _evaluated(case: dict[str, Any]) -> Value:
    rows: list[Row] = [ROOT]
    inside: list[str] = []
    positions: list[int] = []
    for key, number in STEP.findall(case.get("at", "")):
        below = rows[-1][key]
        assert isinstance(below, list)
        rows.append(below[int(number)])
        inside.append(key)
        positions.append(int(number) + 1)
    expression = parse(case["expression"])
    at, entry = case.get("own", ""), case.get("entry", False)
    compiled = compile_expression(expression, PLAN.layout, tuple(inside), at=at, entry=entry)
    own = rows[-1].get(case["own"], MISSING) if "own" in case else MISSING
    assert not isinstance(own, list)
    env = PLAN.env(ROOT, datetime.fromisoformat(CASES["now"]))
    env.rows, env.positions, env.own = tuple(rows), tuple(positions), own
    if entry:
        env.new_id = lambda: "00000000-0000-4000-8000-000000000001"
    return evaluate(compiled, expression.nodes, env)


def _described(value: Value) -> dict[str, object]:
    if isinstance(value, bool):
        return {"bool": value}
    if isinstance(value, Decimal):
        return {"number": number_text(value)}
    if isinstance(value, Moment):
        return {"moment": value.text}
    if isinstance(value, tuple):
        return {"several": [_described(item) for item in value]}
    return {"text": value}


DOCUMENT = FILE.parents[3] / "docs" / "expressions.md"
EXAMPLES = re.findall(r"^\| `(.+)` \|(.*)\|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(("expression", "gives"), EXAMPLES)
def test_an_example_of_the_documentation_gives_what_it_says(expression: str, gives: str) -> None:
    (value,) = result_of({"expression": expression}).values()
    assert (str(value).lower() if isinstance(value, bool) else value) == gives.strip()


def test_every_function_is_in_the_documentation() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert len(EXAMPLES) > 50
    assert not [name for name in FUNCTIONS if f"{name}(" not in text]
