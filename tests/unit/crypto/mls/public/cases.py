"""The table of broken rules: each case makes something that breaks exactly one, and hands it in."""

from __future__ import annotations

from collections.abc import Callable

Case = Callable[[], object]

CASES: dict[str, list[Case]] = {}


def breaks(number: str) -> Callable[[Case], Case]:
    """Says that the case is refused by this check."""

    def register(case: Case) -> Case:
        CASES.setdefault(number, []).append(case)
        return case

    return register
