"""What is wrong in a content whose shape is right: codes outside their lists, amounts, contradictions on the route.

These are the dictionary's rules of level "error" that need nothing but the case itself, under the same names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from cen_core.model import amount, codes
from cen_core.model.content import Content, GoodsLine, Stage

OLDEST: Final = date(1900, 1, 1)
ELSEWHERE: Final = frozenset({"juxtaposed", "at_sea", "online"})
"""Kinds of place where an administration works outside its own country."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`field` is the path in the content; `reason` a stable word."""

    field: str
    reason: str


def findings(content: Content, today: date) -> tuple[Finding, ...]:
    """Everything that is wrong, in the order of the fields; nothing means that the case may be stored."""
    return (
        *_codes(content),
        *_dates(content, today),
        *_place(content),
        *_route(content),
        *_movement(content),
        *_goods(content),
    )


def _not_in(field: str, code: str, name: str, *, optional: bool = False) -> Iterator[Finding]:
    if not (optional and not code) and code not in codes.codes_of(name):
        yield Finding(field, "not_in_list")


def _codes(content: Content) -> Iterator[Finding]:
    yield from _not_in("reporting_country", content.reporting_country, "country")
    yield from _not_in("country", content.country, "country")
    for name in ("location_type", "direction", "transport_mode", "traffic_type", "detection_method"):
        yield from _not_in(name, getattr(content, name), name)
    yield from _not_in("conveyance_type", content.conveyance_type, "conveyance_type", optional=True)
    yield from _not_in("case_outcome", content.case_outcome, "case_outcome", optional=True)
    for field, name in (
        ("detection_aids", "detection_aid"),
        ("concealment", "concealment"),
        ("goods_outcome", "goods_outcome"),
    ):
        given: tuple[str, ...] = getattr(content, field)
        for number, code in enumerate(given):
            yield from _not_in(f"{field}[{number}]", code, name)
        if len(set(given)) != len(given):
            yield Finding(field, "twice")


def _dates(content: Content, today: date) -> Iterator[Finding]:
    """T01: not in the future; a day is allowed, since it is tomorrow already further east."""
    if content.occurred_on > today + timedelta(days=1):
        yield Finding("occurred_on", "future")
    if content.occurred_on < OLDEST:
        yield Finding("occurred_on", "too_old")


def _place(content: Content) -> Iterator[Finding]:
    """M01, M08."""
    if content.country != content.reporting_country and content.location_type not in ELSEWHERE:
        yield Finding("country", "not_reporting_country")
    if not _lies_in(content.location, content.country) and content.location_type not in ELSEWHERE:
        yield Finding("location", "other_country")
    if content.narrative and not content.narrative_language:
        yield Finding("narrative_language", "missing")


def _lies_in(location: str, country: str) -> bool:
    if len(location) == 3:
        return codes.airport_country(location) in {None, country}
    return location[:2] in {"", country}


def _route(content: Content) -> Iterator[Finding]:
    """One departure first, one destination last, transits between, in known countries."""
    order = {"departure": 0, "transit": 1, "destination": 2}
    last = -1
    for number, stage in enumerate(content.route):
        field = f"route[{number}]"
        place = order[stage.part]
        if place < last or (place == last and stage.part != "transit"):
            yield Finding(f"{field}.part", "out_of_order")
        last = max(last, place)
        yield from _not_in(f"{field}.country", stage.country, "country")
        if not _lies_in(stage.location, stage.country):
            yield Finding(f"{field}.location", "other_country")


def end_of(content: Content, part: str) -> str:
    """The country of departure or destination; `XX` where the route does not name it."""
    stages: tuple[Stage, ...] = content.route
    return next((stage.country for stage in stages if stage.part == part), codes.UNKNOWN_COUNTRY)


def _movement(content: Content) -> Iterator[Finding]:
    """M04, M05, M06, C02: customs territory, not country, decides import, export and transit."""
    departure, destination = end_of(content, "departure"), end_of(content, "destination")
    here, start, end = (codes.territory_of(country) for country in (content.country, departure, destination))
    if content.direction in {"transit", "transhipment"} and here in {start, end}:
        yield Finding("direction", "route_begins_or_ends_here")
    known = {territory for territory in (start, end) if territory != codes.UNKNOWN_COUNTRY}
    if content.direction == "internal" and known - {here}:
        yield Finding("direction", "route_leaves_the_territory")
    if content.direction != "internal" and departure == destination != codes.UNKNOWN_COUNTRY:
        yield Finding("route", "same_ends")
    if content.transport_mode == "5" and content.traffic_type not in {"mail", "express"}:
        yield Finding("traffic_type", "not_mail")


def _goods(content: Content) -> Iterator[Finding]:
    """G01 and the rules of one line."""
    if not content.goods:
        yield Finding("goods", "missing")
    for number, line in enumerate(content.goods):
        prefix = f"goods[{number}]."
        for found in (*_product(line), *_quantity(line), *_value(line)):
            yield Finding(prefix + found.field, found.reason)


def _product(line: GoodsLine) -> Iterator[Finding]:
    """G02."""
    if line.heading not in codes.codes_of("heading"):
        yield Finding("heading", "not_in_list")
    elif not codes.product_fits(line.heading, line.product):
        yield Finding("product", "not_of_heading")
    if line.product_other and line.product != "other":
        yield Finding("product_other", "not_asked")


def _quantity(line: GoodsLine) -> Iterator[Finding]:
    """Q01, Q02, Q03, H05: an amount in a unit of the heading, or the reason why there is none."""
    yield from _not_in("quantity_basis", line.quantity_basis, "quantity_basis")
    yield from _not_in("quantity_missing", line.quantity_missing, "quantity_missing", optional=True)
    if not line.quantity and not line.quantity_missing:
        yield Finding("quantity", "missing")
    if line.quantity is None:
        return
    if line.unit not in codes.codes_of("unit") or not codes.unit_fits(line.heading, line.unit):
        yield Finding("unit", "not_of_heading")
        return
    _, factor = codes.canonical_unit(line.unit)
    if not amount.fits(line.quantity) or not amount.fits(amount.times(line.quantity, factor)):
        yield Finding("quantity", "out_of_range")
    elif codes.is_counted(line.unit) and line.quantity % 1:
        yield Finding("quantity", "not_whole")
    if line.product == "live" and line.unit not in {"H87", "HEA"}:
        yield Finding("unit", "not_animals")


def _value(line: GoodsLine) -> Iterator[Finding]:
    """V01: a value has a currency and a basis."""
    yield from _not_in("value_basis", line.value_basis, "value_basis", optional=True)
    if line.value is None:
        if line.currency:
            yield Finding("value", "missing")
        return
    if line.currency not in codes.codes_of("currency"):
        yield Finding("currency", "not_in_list")
    if not amount.fits(line.value):
        yield Finding("value", "out_of_range")


def canonical(line: GoodsLine) -> tuple[Decimal, str] | None:
    """The quantity in the unit that totals are kept in, exact; None where nothing was measured."""
    if line.quantity is None or not line.unit:
        return None
    unit, factor = codes.canonical_unit(line.unit)
    return amount.times(line.quantity, factor), unit
