"""A search that is kept: a watch list, which tells what is new, or a risk indicator, which is measured and shared.

The condition is kept as the address of the search page has it, and checked again each time it is used: a code that went
out of its list does not make the rest useless.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl, urlencode

from cen_core.errors import QueryInvalid

MAX_NAME: Final = 80
MAX_SAVED: Final = 100
"""For one officer."""
MAX_CONDITION: Final = 4_000
_MAX_FIELDS: Final = 500

Given = Mapping[str, Sequence[str]]


class Kind(StrEnum):
    """A risk indicator has an aim besides: the cases that its condition is meant to find."""

    WATCH = "watch"
    INDICATOR = "indicator"


@dataclass(frozen=True, slots=True)
class Saved:
    """`condition` and `aim` are query strings; an empty aim means every case. `seen_ms`: its owner last looked."""

    saved_id: str
    officer: str
    member: str
    kind: Kind
    name: str
    condition: str
    aim: str
    shared: bool
    seen_ms: int
    created_ms: int


@dataclass(frozen=True, slots=True)
class Watched:
    """With how many cases were published since its owner last looked; None where the condition no longer holds."""

    saved: Saved
    fresh: int | None


@dataclass(frozen=True, slots=True)
class Period:
    """One year: cases that fit the condition, cases of the aim, and those that are both."""

    period: str
    fits: int
    aimed: int
    hits: int

    @property
    def hit_rate(self) -> float:
        """Of a hundred cases that fit, how many are of the aim."""
        return 100 * self.hits / self.fits if self.fits else 0.0

    @property
    def coverage(self) -> float:
        """Of a hundred cases of the aim, how many fit."""
        return 100 * self.hits / self.aimed if self.aimed else 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    saved: Saved
    total: Period
    periods: tuple[Period, ...]


def written(given: Given) -> str:
    """A condition as it is kept. Raises QueryInvalid: it is too long."""
    pairs = sorted((name, value) for name, values in given.items() for value in values if value)
    condition = urlencode(pairs)
    if len(condition) > MAX_CONDITION:
        raise QueryInvalid(field="condition", reason="too_many_values")
    return condition


def read(condition: str) -> dict[str, list[str]]:
    """The fields in a query string. Raises QueryInvalid: there are too many."""
    found: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(condition, max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise QueryInvalid(field="condition", reason="too_many_values") from None
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def both(condition: str, aim: str) -> dict[str, list[str]]:
    """What fits both. Raises QueryInvalid: a field stands in both, so that they are not one question."""
    first, second = read(condition), read(aim)
    twice = sorted(set(first) & set(second))
    if twice:
        raise QueryInvalid(field=twice[0][:64], reason="twice")
    return first | second
