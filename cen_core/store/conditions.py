"""A filter as SQL conditions. Every value is a bound parameter; every name is a column that stands here."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, FromClause, and_, exists, false, or_, select

from cen_core.model import amount
from cen_core.model.dimensions import DIMENSIONS, Source
from cen_core.model.query import Filter, Range
from cen_core.store import fulltext
from cen_core.store.tables import codes, facts, goods, route

Conditions = list[ColumnElement[bool]]


def case_conditions(chosen: Filter, dialect: str, *, without: str = "") -> Conditions:
    """What must hold of a case's facts, apart from its goods lines; the dimension `without` is left out."""
    found: Conditions = []
    for name, values in chosen.values.items():
        if name != without:
            found += _one_of(name, values)
    if chosen.since is not None:
        found.append(facts.c.day >= chosen.since.isoformat())
    if chosen.until is not None:
        found.append(facts.c.day <= chosen.until.isoformat())
    if chosen.published_after is not None:
        found.append(facts.c.published_ms > chosen.published_after)
    if chosen.route:
        found.append(_passes(chosen.route))
    return found + fulltext.condition(dialect, facts.c.number, chosen.text)


def _one_of(name: str, values: tuple[str, ...]) -> Conditions:
    source = DIMENSIONS[name].source
    if source is Source.CASE:
        return [facts.c[name].in_(values)]
    if source is Source.CODES:
        return [_has(codes, codes.c.kind == name, codes.c.code, values)]
    if source is Source.ROUTE:
        return [_has(route, route.c.part == name, route.c.country, values)]
    return []


def _has(
    table: FromClause, kind: ColumnElement[bool], column: ColumnElement[str], values: tuple[str, ...]
) -> ColumnElement[bool]:
    """One of the values, or none at all where the empty value is among them."""
    given = [value for value in values if value]
    has_one = facts.c.number.in_(select(table.c.number).where(kind, column.in_(given))) if given else false()
    if "" not in values:
        return has_one
    return or_(has_one, facts.c.number.not_in(select(table.c.number).where(kind)))


def _passes(countries: tuple[str, ...]) -> ColumnElement[bool]:
    """The route has these countries in this order, the place of detection among its stages."""
    legs = [route.alias(f"leg_{number}") for number in range(len(countries))]
    conditions: Conditions = [legs[0].c.number == facts.c.number]
    for number, (leg, country) in enumerate(zip(legs, countries, strict=True)):
        conditions.append(leg.c.country == country)
        if number:
            before = legs[number - 1]
            conditions += [leg.c.number == before.c.number, leg.c.position > before.c.position]
    return exists(select(legs[0].c.number).where(and_(*conditions)).correlate(facts))


def line_conditions(chosen: Filter, *, without: str = "") -> Conditions:
    """What must hold of one goods line of the case, all together of the same line."""
    found: Conditions = [
        goods.c[name].in_(values)
        for name, values in chosen.values.items()
        if name != without and DIMENSIONS[name].source is Source.GOODS
    ]
    if chosen.quantity is not None:
        found += _within("amount", "unit", chosen.quantity)
    if chosen.value is not None:
        found += _within("value", "currency", chosen.value)
    return found


def _within(name: str, of: str, wanted: Range) -> Conditions:
    limbs = tuple(goods.c[f"{name}_{part}"] for part in ("whole", "pico", "rest"))
    found: Conditions = [goods.c[of] == wanted.of, limbs[0].is_not(None)]
    if wanted.least is not None:
        low = amount.limbs(wanted.least)
        found += [limbs[0] >= low.whole, _compare(limbs, low, "more")]
    if wanted.most is not None:
        high = amount.limbs(wanted.most)
        found += [limbs[0] <= high.whole, _compare(limbs, high, "less")]
    return found


def _compare(limbs: tuple[ColumnElement[int], ...], with_: amount.Limbs, how: str) -> ColumnElement[bool]:
    """At least, or at most, this amount: digit group by digit group."""
    whole, pico, rest = limbs
    steps: Mapping[str, tuple[ColumnElement[bool], ...]] = {
        "more": (whole > with_.whole, pico > with_.pico, rest >= with_.rest),
        "less": (whole < with_.whole, pico < with_.pico, rest <= with_.rest),
    }
    first, second, third = steps[how]
    return or_(first, and_(whole == with_.whole, or_(second, and_(pico == with_.pico, third))))


def all_conditions(chosen: Filter, dialect: str, *, without: str = "") -> Conditions:
    """Both, for a statement that does not join the goods."""
    found = case_conditions(chosen, dialect, without=without)
    lines = line_conditions(chosen, without=without)
    if lines:
        found.append(facts.c.number.in_(select(goods.c.number).where(*lines)))
    return found
