"""Counts over months: the average that moves with them, and what is unusual against the year before, and why."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

WINDOW: Final = 12
"""Months that an average is of, and that a month is compared with."""
FAR: Final = 3.0
"""How many times the usual spread a month must be away from the average to be unusual."""
MAX_MONTHS: Final = 1_200
_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Unusual:
    """Why: what the months before had on average, at least and at most."""

    way: Literal["high", "low"]
    average: float
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Month:
    """`average` is of this month and those before it, a whole window of them; None while there are fewer."""

    month: str
    cases: int
    average: float | None
    unusual: Unusual | None


@dataclass(frozen=True, slots=True)
class NewRoute:
    """A way that no case took before."""

    departure: str
    destination: str
    cases: int


@dataclass(frozen=True, slots=True)
class Trend:
    """`since` is the day from which on a route is new."""

    months: tuple[Month, ...]
    new_routes: tuple[NewRoute, ...]
    since: str


def months_of(counts: Mapping[str, int]) -> tuple[Month, ...]:
    """Every month from the first to the last one that has a case, those without among them. Only what has a whole
    window before it is judged; the last month may still be filling, so that it is never too low."""
    names = _between(min(counts), max(counts)) if counts else []
    cases = [counts.get(name, 0) for name in names[-MAX_MONTHS:]]
    return tuple(
        Month(name, cases[at], _average(cases[: at + 1]), _unusual(cases[:at], cases[at], is_last=at == len(cases) - 1))
        for at, name in enumerate(names[-MAX_MONTHS:])
    )


def _between(first: str, last: str) -> list[str]:
    start, end = _number(first), _number(last)
    return [f"{number // _MONTHS:04d}-{number % _MONTHS + 1:02d}" for number in range(start, end + 1)]


def _number(month: str) -> int:
    return int(month[:4]) * _MONTHS + int(month[5:7]) - 1


def _average(cases: Sequence[int]) -> float | None:
    return sum(cases[-WINDOW:]) / WINDOW if len(cases) >= WINDOW else None


def _unusual(before: Sequence[int], cases: int, *, is_last: bool) -> Unusual | None:
    """The spread of so few months is itself uncertain: it is taken as at least that of chance (the root of the average)
    and at least one case."""
    window = before[-WINDOW:]
    if len(window) < WINDOW:
        return None
    average = sum(window) / WINDOW
    spread = math.sqrt(sum((one - average) ** 2 for one in window) / WINDOW)
    bound = FAR * max(spread, math.sqrt(average), 1.0)
    if cases > average + bound:
        return Unusual("high", average, min(window), max(window))
    if cases < average - bound and not is_last:
        return Unusual("low", average, min(window), max(window))
    return None
