"""Judges forms as the Python client does: sample records, and each of them spoilt in many ways.

Reads {"count": n}; writes {"document": template, "now_ms": time, "cases": [{"answers": …, "findings": [[rule, level,
path], …], "derived": {path: text}}, …]}.
"""

from __future__ import annotations

import copy
import json
import sys
from datetime import UTC, datetime
from random import Random
from typing import Any

from cencomm.templates_forms.calculation import derived_values
from cencomm.templates_forms.model import standard
from cencomm.templates_forms.samples import sample_records
from cencomm.templates_forms.validate import validate

NOW = datetime(2026, 11, 25, 4, 30, 15, tzinfo=UTC)
TEXTS = ("", "x", "-1", "0", "1e5", "9" * 35 + ".5", "٣", " 5 ", "KE", "ZZ", "😀" * 70, "a" * 20_001)
TIMES = ("2024-02-30", "2031-01-01", "2024-01-01T10:00Z", "2024-01-01T10:00:61Z", "2024-01-01T23:30:00+03:00")
OTHERS: tuple[Any, ...] = (0, -7, 10**15 + 1, True, [], ["x"], ["group", "group"], [{}], {}, [[]])
SPOILT: tuple[Any, ...] = (*TEXTS, *TIMES, *OTHERS)


def spoilt(answers: dict[str, Any], source: Random) -> dict[str, Any]:
    """A copy with a few answers changed, dropped or added, at the top or in a row."""
    made = copy.deepcopy(answers)
    for _ in range(source.randrange(1, 4)):
        rows = [row for value in made.values() if isinstance(value, list) for row in value if isinstance(row, dict)]
        place = source.choice([made, *rows])
        key = source.choice([*place, "not_in_the_template", "item", "quantity"])
        if source.random() < 0.3:
            place.pop(key, None)
        else:
            place[key] = source.choice(SPOILT)
    return made


def main() -> None:
    count = json.load(sys.stdin)["count"]
    source = Random(7)  # noqa: S311  the same forms in every run
    template = standard("simplified_seizure")
    forms = [sample.answers for sample in sample_records(count)]
    forms += [spoilt(answers, source) for answers in forms for _ in range(20)]
    cases = []
    for answers in forms:
        found = validate(template, answers, now=NOW).findings
        derived = derived_values(template, answers, now=NOW)
        cases.append(
            {"answers": answers, "findings": [[one.rule, one.level, one.path] for one in found], "derived": derived}
        )
    said = {"document": template.encode().decode(), "now_ms": int(NOW.timestamp() * 1000), "cases": cases}
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
