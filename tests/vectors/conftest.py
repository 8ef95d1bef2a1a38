"""Counts the vectors that ran, per file and suite, and prints them at the end of the run."""

from __future__ import annotations

from collections import Counter

import pytest

COUNTS = pytest.StashKey[Counter[tuple[str, str, str]]]()
PROPERTY = "vectors"


class VectorCount:
    """What one test adds to the table: `count("welcome.json", "suite 3")`."""

    def __init__(self, record: list[tuple[str, object]]) -> None:
        self._record = record

    def __call__(self, file: str, group: str = "no suite", count: int = 1, outcome: str = "passed") -> None:
        self._record.append((PROPERTY, [file, group, outcome, count]))


@pytest.fixture
def count_vectors(request: pytest.FixtureRequest) -> VectorCount:
    return VectorCount(request.node.user_properties)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    totals: Counter[tuple[str, str, str]] = Counter()
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == PROPERTY and isinstance(value, list | tuple):
                file, group, outcome, count = value
                totals[str(file), str(group), str(outcome)] += int(count)
    if not totals:
        return
    terminalreporter.section("vectors")
    for (file, group, outcome), count in sorted(totals.items()):
        terminalreporter.write_line(f"{file:45} {group:28} {count:6} {outcome}")
    ran = sum(count for (_, _, outcome), count in totals.items() if outcome == "passed")
    terminalreporter.write_line(f"{'total':45} {'':28} {ran:6} passed")
