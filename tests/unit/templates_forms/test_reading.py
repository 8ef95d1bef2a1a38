from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cencomm.templates_forms.compiled import plan_of
from cencomm.templates_forms.evaluation import Row
from cencomm.templates_forms.reading import MAX_FINDINGS, Finding, Findings, Reader
from cencomm.templates_forms.values import MISSING, Moment
from tests.unit.templates_forms.forms import small


def read(answers: dict[str, Any]) -> tuple[Row, list[tuple[str, str]]]:
    findings = Findings()
    row = Reader(plan_of(small()), findings).read(answers)
    return row, [(finding.rule, finding.path) for finding in findings.found]


def test_answers_become_typed_values() -> None:
    row, findings = read(
        {"count": 2, "done": False, "day": "2024-02-29", "row": [{"mixed": ["red", "blue"], "amount": "1.50"}]}
    )
    assert findings == []
    assert row["count"] == Decimal(2)
    assert row["done"] is False
    assert row["day"] == Moment("2024-02-29", Decimal(19782))
    assert row["name"] == MISSING
    rows = row["row"]
    assert isinstance(rows, list)
    assert rows[0]["mixed"] == "red blue"
    assert rows[0]["amount"] == Decimal("1.50")


@pytest.mark.parametrize(
    ("answers", "rule", "path"),
    [
        ({"name": 1}, "wrong_type", "name"),
        ({"name": "x" * 1_001}, "too_long", "name"),
        ({"plate": "no spaces"}, "wrong_type", "plate"),
        ({"plate": "<script>"}, "wrong_type", "plate"),
        ({"plate": "x" * 65}, "too_long", "plate"),
        ({"count": True}, "wrong_type", "count"),
        ({"count": 1.5}, "wrong_type", "count"),
        ({"count": "1"}, "wrong_type", "count"),
        ({"count": 10**16}, "wrong_type", "count"),
        ({"done": 1}, "wrong_type", "done"),
        ({"done": "true"}, "wrong_type", "done"),
        ({"day": "2024-02-30"}, "wrong_type", "day"),
        ({"day": "2024-02-29T10:00Z"}, "wrong_type", "day"),
        ({"row": [{"amount": 1.5}]}, "wrong_type", "row[0].amount"),
        ({"row": [{"amount": "1e5"}]}, "wrong_type", "row[0].amount"),
        ({"row": [{"amount": "1,5"}]}, "wrong_type", "row[0].amount"),
        ({"row": [{"amount": "٣"}]}, "wrong_type", "row[0].amount"),
        ({"row": [{"colour": "green"}]}, "unknown_code", "row[0].colour"),
        ({"row": [{"colour": ["red"]}]}, "wrong_type", "row[0].colour"),
        ({"row": [{"mixed": "red"}]}, "wrong_type", "row[0].mixed"),
        ({"row": [{"mixed": ["red", "red"]}]}, "wrong_type", "row[0].mixed"),
        ({"row": [{"mixed": ["red", "x"]}]}, "unknown_code", "row[0].mixed"),
        ({"row": [{"mixed": [["red"]]}]}, "wrong_type", "row[0].mixed"),
        ({"row": {"amount": "1"}}, "wrong_type", "row"),
        ({"row": [5]}, "wrong_type", "row[0]"),
    ],
)
def test_answer_that_does_not_fit_is_missing_and_found(answers: dict[str, Any], rule: str, path: str) -> None:
    if "row" not in answers:
        answers = answers | {"row": [{}]}
    row, findings = read(answers)
    assert findings == [(rule, path)]
    if "." not in path and "[" not in path and path != "row":
        assert row[path] == MISSING


def test_no_answer_may_be_written_in_three_ways() -> None:
    row, findings = read({"name": None, "note": "", "row": [{"mixed": []}]})
    assert findings == []
    assert row["name"] == row["note"] == MISSING


def test_findings_are_bounded_and_say_so() -> None:
    findings = Findings()
    for number in range(1_000):
        findings.add("unknown_field", str(number))
    assert len(findings.found) == MAX_FINDINGS + 1
    assert findings.found[-1] == Finding("too_many_findings", "error", "")
