"""What a record says that can be counted and added up; what it leaves open is `unknown`, never left out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from cencomm.templates_forms.values import CONTEXT, parse_number

Given = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit in which a unit is added up, and how much of that one is."""

    canonical: str
    factor: str


@dataclass(frozen=True, slots=True)
class Reported:
    """One record in its newest version."""

    ref: str
    country: str
    """The administration that sent it."""
    at_ms: int
    """When the server stored it."""
    answers: Given
    errors: int
    warnings: int
    units: Mapping[str, Unit]
    """The units of its form, by their codes."""


UNKNOWN = "unknown"
OTHER = "other"


class Dimension(StrEnum):
    """What can be counted by: `mode` is the mode of transport, `conveyance` the kind of vehicle."""

    COUNTRY = "country"
    HEADING = "heading"
    ROUTE = "route"
    MODE = "mode"
    CONVEYANCE = "conveyance"
    CONCEALMENT = "concealment"
    DAY = "day"


KEYS: Mapping[Dimension, str] = {
    Dimension.COUNTRY: "offence_country",
    Dimension.HEADING: "heading",
    Dimension.MODE: "transport_mode",
    Dimension.CONVEYANCE: "conveyance_type",
    Dimension.CONCEALMENT: "concealment",
}
"""The question that a dimension asks, where it is one."""
_OPEN: Mapping[str, str] = {
    "offence_country": "XX",
    "departure_country": "XX",
    "destination_country": "XX",
    "transport_mode": "0",
}
"""Codes that say that it is not known."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAY = len("2024-03-01")


def is_seizure(record: Reported) -> bool:
    """A seizure is a record with goods, whatever its form is called."""
    return bool(goods_of(record))


def goods_of(record: Reported) -> list[Given]:
    rows = record.answers.get("item")
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def places_of(record: Reported, dimension: Dimension) -> Mapping[str, Sequence[Given]]:
    """The goods of a record by each code that it has in that dimension; several codes have the same goods, but for
    headings."""
    goods = goods_of(record)
    if dimension is not Dimension.HEADING:
        return dict.fromkeys(_codes_of(record.answers, dimension), goods)
    found: dict[str, list[Given]] = {}
    for row in goods:
        found.setdefault(code_of(row, KEYS[dimension]), []).append(row)
    return found


def _codes_of(answers: Given, dimension: Dimension) -> list[str]:
    if dimension is Dimension.ROUTE:
        return [_route_of(answers)]
    if dimension is Dimension.DAY:
        return [_day_of(answers)]
    value = answers.get(KEYS[dimension])
    if isinstance(value, list):
        return [str(code) for code in value] or [UNKNOWN]
    return [code_of(answers, KEYS[dimension])]


def _route_of(answers: Given) -> str:
    """`BR>BE`, an end that is not known as such; `unknown` where neither is."""
    begin, end = code_of(answers, "departure_country"), code_of(answers, "destination_country")
    return UNKNOWN if begin == end == UNKNOWN else f"{begin}>{end}"


def _day_of(answers: Given) -> str:
    """The day of the offence where it happened, as it was written."""
    value = answers.get("offence_at")
    return value[:_DAY] if isinstance(value, str) and _DATE.match(value) else UNKNOWN


def code_of(answers: Given, key: str) -> str:
    value = answers.get(key)
    return value if isinstance(value, str) and value and value != _OPEN.get(key) else UNKNOWN


def amount_of(row: Given, units: Mapping[str, Unit]) -> tuple[str, Decimal] | None:
    """How much of goods there is, in the unit for totals; None where no number or no known unit is said."""
    code = row.get("unit")
    unit = units.get(code) if isinstance(code, str) else None
    quantity = number_of(row.get("quantity"))
    factor = number_of(unit.factor) if unit is not None else None
    if unit is None or quantity is None or factor is None:
        return None
    return unit.canonical, CONTEXT.multiply(quantity, factor)


def worth_of(row: Given) -> tuple[str, Decimal] | None:
    """What goods are worth, with the currency; never added to another one."""
    value, currency = number_of(row.get("value")), row.get("value_currency")
    return (currency, value) if value is not None and isinstance(currency, str) and currency else None


def number_of(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    number = parse_number(str(value))
    return number if isinstance(number, Decimal) else None
