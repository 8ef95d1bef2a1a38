"""Counts and sums by one thing that records say. Kilograms, pieces, litres and moneys are never added to each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from cencomm.analysis.reported import (
    OTHER,
    UNKNOWN,
    Dimension,
    Given,
    Reported,
    amount_of,
    goods_of,
    is_seizure,
    places_of,
    worth_of,
)
from cencomm.templates_forms.values import CONTEXT, number_text

MOST_ARRESTED = 1_000
"""More in one record is a slip of the keyboard."""


@dataclass(frozen=True, slots=True)
class Sum:
    """A total in one unit for totals, or in one currency."""

    unit: str
    total: str


@dataclass(frozen=True, slots=True)
class Line:
    """One code of a dimension; a seizure with several codes is counted under each."""

    code: str
    records: int
    sums: tuple[Sum, ...]
    money: tuple[Sum, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """All seizures together."""

    records: int
    arrests: int
    sums: tuple[Sum, ...]
    money: tuple[Sum, ...]


@dataclass(slots=True)
class _Adding:
    records: int = 0
    sums: dict[str, Decimal] = field(default_factory=dict)
    money: dict[str, Decimal] = field(default_factory=dict)

    def take(self, record: Reported, goods: Iterable[Given]) -> None:
        self.records += 1
        for row in goods:
            _add(self.sums, amount_of(row, record.units))
            _add(self.money, worth_of(row))


def _add(sums: dict[str, Decimal], one: tuple[str, Decimal] | None) -> None:
    if one is not None:
        sums[one[0]] = CONTEXT.add(sums.get(one[0], Decimal(0)), one[1])


def _written(sums: dict[str, Decimal]) -> tuple[Sum, ...]:
    """By unit, so that the same records always read the same."""
    return tuple([Sum(unit, number_text(total)) for unit, total in sorted(sums.items())])


def tally(records: Iterable[Reported], dimension: Dimension) -> list[Line]:
    """Most often first, days in their order; what is `other` and what is `unknown` stand last."""
    found: dict[str, _Adding] = {}
    for record in records:
        if is_seizure(record):
            for code, goods in places_of(record, dimension).items():
                found.setdefault(code, _Adding()).take(record, goods)
    lines = [Line(code, each.records, _written(each.sums), _written(each.money)) for code, each in found.items()]
    return sorted(lines, key=lambda line: _place(line, dimension))


def _place(line: Line, dimension: Dimension) -> tuple[int, int, str]:
    last = {UNKNOWN: 2, OTHER: 1}.get(line.code, 0)
    return last, 0 if dimension is Dimension.DAY else -line.records, line.code


def totals(records: Sequence[Reported]) -> Totals:
    """All seizures together, each unit and each currency apart."""
    adding, arrests = _Adding(), 0
    for record in records:
        if is_seizure(record):
            adding.take(record, goods_of(record))
            arrests += _arrests(record)
    return Totals(adding.records, arrests, _written(adding.sums), _written(adding.money))


def _arrests(record: Reported) -> int:
    number = record.answers.get("persons_arrested")
    is_number = isinstance(number, int) and not isinstance(number, bool)
    return number if is_number and isinstance(number, int) and 0 < number <= MOST_ARRESTED else 0
