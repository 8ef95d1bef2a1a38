"""Measures how many records a second are judged against the shipped forms, on one core.

python -m tests.bench.forms
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from cencomm.templates_forms.model import Answers, Template, standard
from cencomm.templates_forms.samples import sample_records
from cencomm.templates_forms.validate import validate
from tests.bench.figures import ROOT, Figure, at_least, table, write

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RECORDS = 500
ROUNDS = 6
LONG = ROOT / "tests" / "vectors" / "own" / "long_seizure_cases.json"


def long_records() -> list[Answers]:
    """Good long records, each with its own numbers, dates, quantities and words."""
    good: dict[str, Any] = json.loads(LONG.read_text(encoding="utf-8"))["good"]
    return [
        good
        | {
            "national_case_ref": f"NL-2026-{number:05}",
            "offence_at": f"2026-02-{number % 19 + 9:02}T{number % 24:02}:{number % 60:02}+01:00",
            "item": [{**good["item"][0], "quantity": f"{number}.25"}],
            "concealment_text": f"In {number} bags behind the doors, under a seal that had been copied",
        }
        for number in range(1, RECORDS + 1)
    ]


def figures() -> list[Figure]:
    simplified = [sample.answers for sample in sample_records(RECORDS, 1)]
    return [
        at_least("judge simplified forms", _a_second(standard("simplified_seizure"), simplified), "a second", 6_000),
        at_least("judge long forms", _a_second(standard("long_seizure"), long_records()), "a second", 2_000),
    ]


def _a_second(template: Template, records: Sequence[Answers]) -> float:
    """In processor time of this thread, in the best of some rounds: what else the machine does is not measured."""
    best = min(_round(template, records) for _ in range(ROUNDS))
    return len(records) / best


def _round(template: Template, records: Sequence[Answers]) -> float:
    begun = time.thread_time()
    for answers in records:
        validate(template, answers, now=NOW)
    return time.thread_time() - begun


def main() -> None:
    found = figures()
    write(found)
    print(table(found))


if __name__ == "__main__":
    main()
