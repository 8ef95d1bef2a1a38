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
from cencomm.templates_forms.compiled import Plan, plan_of
from cencomm.templates_forms.evaluation import Env, Row, compile_expression, evaluate
from cencomm.templates_forms.expression import parse
from cencomm.templates_forms.model import Template
from cencomm.templates_forms.reading import Findings, Reader
from cencomm.templates_forms.values import MISSING, Moment, Value, number_text

FILE = Path(__file__).parent / "own" / "expression_cases.json"
CASES: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
STEP = re.compile(r"([a-z_]+)\[(\d+)\]")


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_of(Template.decode_unchecked(json.dumps(CASES["template"]).encode()))


@pytest.fixture(scope="module")
def root(plan: Plan) -> Row:
    findings = Findings()
    row = Reader(plan, findings).read(CASES["answers"])
    assert findings.found == []
    return row


def test_there_are_many_cases_each_with_its_own_id() -> None:
    ids = [case["id"] for case in CASES["cases"]]
    assert len(ids) >= 150
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: f"{case['id']} {case['expression']}")
def test_expression_gives_what_the_shared_case_says(case: dict[str, Any], plan: Plan, root: Row) -> None:
    try:
        got = _described(_evaluated(case, plan, root))
    except DomainError as error:
        got = {"error": error.code}
    assert got == case["expect"]


def _evaluated(case: dict[str, Any], plan: Plan, root: Row) -> Value:
    rows, inside, positions = [root], [], []
    for key, number in STEP.findall(case.get("at", "")):
        below = rows[-1][key]
        assert isinstance(below, list)
        rows.append(below[int(number)])
        inside.append(key)
        positions.append(int(number) + 1)
    expression = parse(case["expression"])
    compiled = compile_expression(expression, plan.layout, tuple(inside))
    own = rows[-1].get(case["own"], MISSING) if "own" in case else MISSING
    assert not isinstance(own, list)
    env = Env(tuple(rows), datetime.fromisoformat(CASES["now"]), plan.tables, tuple(positions), own)
    return evaluate(compiled, expression.nodes, env)


def _described(value: Value) -> dict[str, object]:
    if isinstance(value, bool):
        return {"bool": value}
    if isinstance(value, Decimal):
        return {"number": number_text(value)}
    if isinstance(value, Moment):
        return {"moment": value.text}
    assert isinstance(value, str)
    return {"text": value}
