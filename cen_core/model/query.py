"""A question to the core, checked: which cases, in which order, how many. What it does not know, it refuses by name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from cen_core.errors import QueryInvalid
from cen_core.model import amount, codes, text
from cen_core.model.dimensions import DIMENSIONS

MAX_PAGE = 200
DEFAULT_PAGE = 50
MAX_VALUES = 50
"""Values that one field may be compared with."""
MAX_LEGS = 10
MAX_FACETS = 20
MAX_BUCKETS = 100
"""Values that one facet shows, the most frequent first."""
MAX_CELLS = 10_000
"""Rows of one table of statistics."""

_VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+ -]{0,63}")
_NUMBER = re.compile(r"[0-9]{1,18}(\.[0-9]{1,24})?")
_MOMENT = re.compile(r"[0-9]{1,15}")
_CURSOR = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.([0-9a-f]{32})")
_COUNTRY = re.compile(r"[A-Z]{2}")
NOTHING: Final = "-"
"""Written for "no value given", which is not the same as any value."""


@dataclass(frozen=True, slots=True)
class Range:
    """Amounts in one unit (canonical) or currency, both ends included."""

    of: str
    least: Decimal | None = None
    most: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """All of these hold. `values`: for each dimension one of these. `route`: countries passed in this order, the
    place of detection among them. Dates include both ends. Nothing set means every case."""

    text: tuple[text.Clause, ...] = ()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None
    quantity: Range | None = None
    value: Range | None = None
    route: tuple[str, ...] = ()
    published_after: int | None = None
    """Milliseconds since 1970: published, or published anew, later than that."""


@dataclass(frozen=True, slots=True)
class Page:
    """How many cases, newest first, after which one (day and case id of the last page's last case)."""

    limit: int = DEFAULT_PAGE
    after: tuple[str, str] | None = None


_RANGES: Final = {
    "quantity": ("quantity_unit", "quantity_min", "quantity_max"),
    "value": ("value_currency", "value_min", "value_max"),
}
FIELDS: Final = frozenset(
    {"text", "since", "until", "route", "published_after", *(name for names in _RANGES.values() for name in names)}
)


def filter_of(given: Mapping[str, Sequence[str]]) -> Filter:
    """The filter in a query string's fields, each with its values.

    Raises:
        QueryInvalid: a field that there is not, or a value that it cannot have. Facts: field, reason.
    """
    values: dict[str, tuple[str, ...]] = {}
    for name, found in given.items():
        if name in DIMENSIONS:
            values[name] = _values(name, found)
        elif name not in FIELDS:
            raise QueryInvalid(field=name[:64], reason="unknown_field")
    return Filter(
        text=text.clauses(_one(given, "text")),
        values={name: found for name, found in values.items() if found},
        since=_day(given, "since"),
        until=_day(given, "until"),
        quantity=_range(given, "quantity"),
        value=_range(given, "value"),
        route=_route(given.get("route", ())),
        published_after=_moment(given, "published_after"),
    )


def page_of(limit: int = DEFAULT_PAGE, after: str = "") -> Page:
    """A page of at most `MAX_PAGE` cases. Raises QueryInvalid."""
    if not 1 <= limit <= MAX_PAGE:
        raise QueryInvalid(field="limit", reason="out_of_range")
    if not after:
        return Page(limit)
    found = _CURSOR.fullmatch(after)
    if found is None:
        raise QueryInvalid(field="after", reason="malformed")
    return Page(limit, (found[1], found[2]))


def dimension_names(names: Sequence[str], *, most: int, least: int = 0) -> tuple[str, ...]:
    """The names, if each is a dimension, none twice. Raises QueryInvalid."""
    for name in names:
        if name not in DIMENSIONS:
            raise QueryInvalid(field=name[:64], reason="unknown_field")
    if not least <= len(names) <= most or len(set(names)) != len(names):
        raise QueryInvalid(field="dimensions", reason="number")
    return tuple(names)


def _one(given: Mapping[str, Sequence[str]], name: str) -> str:
    found = given.get(name, ())
    if len(found) > 1:
        raise QueryInvalid(field=name, reason="twice")
    return found[0] if found else ""


def _values(name: str, found: Sequence[str]) -> tuple[str, ...]:
    if len(found) > MAX_VALUES:
        raise QueryInvalid(field=name, reason="too_many_values")
    given = tuple(value for value in found if value)
    code_list = DIMENSIONS[name].code_list
    for value in given:
        known = value == NOTHING or (
            value in codes.codes_of(code_list) if code_list else _VALUE.fullmatch(value) is not None
        )
        if not known:
            raise QueryInvalid(field=name, reason="not_in_list")
    if name == "unit":
        return tuple("" if value == NOTHING else codes.canonical_unit(value)[0] for value in given)
    return tuple("" if value == NOTHING else value for value in given)


def _day(given: Mapping[str, Sequence[str]], name: str) -> date | None:
    found = _one(given, name)
    if not found:
        return None
    try:
        return date.fromisoformat(found)
    except ValueError:
        raise QueryInvalid(field=name, reason="not_a_date") from None


def _moment(given: Mapping[str, Sequence[str]], name: str) -> int | None:
    found = _one(given, name)
    if not found:
        return None
    if _MOMENT.fullmatch(found) is None:
        raise QueryInvalid(field=name, reason="not_a_number")
    return int(found)


def _range(given: Mapping[str, Sequence[str]], kind: str) -> Range | None:
    of_name, least_name, most_name = _RANGES[kind]
    of, least, most = _one(given, of_name), _number(given, least_name), _number(given, most_name)
    if least is None and most is None and not of:
        return None
    known = codes.codes_of("unit") if kind == "quantity" else codes.codes_of("currency")
    if of not in known:
        raise QueryInvalid(field=of_name, reason="not_in_list")
    if kind == "quantity":
        unit, factor = codes.canonical_unit(of)
        return Range(unit, _times(least, factor, least_name), _times(most, factor, most_name))
    return Range(of, least, most)


def _times(number: Decimal | None, factor: Decimal, name: str) -> Decimal | None:
    if number is None:
        return None
    product = amount.times(number, factor)
    if not amount.fits(product):
        raise QueryInvalid(field=name, reason="out_of_range")
    return product


def _number(given: Mapping[str, Sequence[str]], name: str) -> Decimal | None:
    found = _one(given, name)
    if not found:
        return None
    if _NUMBER.fullmatch(found) is None:
        raise QueryInvalid(field=name, reason="not_a_number")
    return Decimal(found)


def _route(legs: Sequence[str]) -> tuple[str, ...]:
    if len(legs) > MAX_LEGS:
        raise QueryInvalid(field="route", reason="too_many_values")
    for country in legs:
        if _COUNTRY.fullmatch(country) is None or country not in codes.codes_of("country"):
            raise QueryInvalid(field="route", reason="not_in_list")
    return tuple(legs)
