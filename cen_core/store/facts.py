"""Published cases, taken apart into `cen_facts*` and the full-text index, and taken out of them again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cen_core.model import amount, codes
from cen_core.model.case import Case
from cen_core.model.content import Content, GoodsLine, words_of
from cen_core.model.findings import canonical, end_of
from cen_core.model.text import code_token, tokens
from cen_core.store import fulltext, tables
from cen_core.store.batches import batches

BREAK = "zz"
"""Stands between two texts, so that no phrase reaches from one into the next."""
_SAME_NAME = (
    "country",
    "location_type",
    "location",
    "direction",
    "transport_mode",
    "conveyance_type",
    "traffic_type",
    "detection_method",
    "case_outcome",
    "operation_code",
    "form",
)
_CODED = ("location_type", "direction", "transport_mode", "conveyance_type", "traffic_type", "detection_method")
_LISTS = (("concealment", "concealment"), ("detection_aids", "detection_aid"), ("goods_outcome", "goods_outcome"))

Rows = list[dict[str, Any]]


async def put(connection: AsyncConnection, cases: Sequence[tuple[Case, Content]]) -> None:
    """Publish these versions; none of the cases may be published already."""
    for some in batches(cases):
        await connection.execute(insert(tables.facts), [_facts(case, content) for case, content in some])
        goods = [row for case, content in some for row in _goods(case.number, content)]
        await connection.execute(insert(tables.goods), goods)
        for table, rows in (
            (tables.codes, [row for case, content in some for row in _codes(case.number, content)]),
            (tables.route, [row for case, content in some for row in _route(case.number, content)]),
        ):
            if rows:
                await connection.execute(insert(table), rows)
        await fulltext.put(connection, [(case.number, list(_tokens(case, content))) for case, content in some])


async def remove(connection: AsyncConnection, numbers: Sequence[int]) -> None:
    """Take these cases out, whether or not they were published."""
    for some in batches(numbers):
        for table in (tables.goods, tables.codes, tables.route, tables.facts):
            await connection.execute(delete(table).where(table.c.number.in_(some)))
        await fulltext.remove(connection, some)


def _facts(case: Case, content: Content) -> dict[str, Any]:
    day = content.occurred_on.isoformat()
    return {
        "number": case.number,
        "case_id": case.case_id,
        "version": case.published,
        "member": case.member,
        "territory": codes.territory_of(content.country),
        "departure": end_of(content, "departure"),
        "destination": end_of(content, "destination"),
        "year": day[:4],
        "month": day[:7],
        "day": day,
        "published_ms": case.changed_ms,
    } | {name: getattr(content, name) for name in _SAME_NAME}


def _goods(number: int, content: Content) -> Iterator[dict[str, Any]]:
    for line_number, line in enumerate(content.goods):
        measured = canonical(line)
        quantity, unit = (None, "") if measured is None else measured
        yield {
            "number": number,
            "line": line_number,
            "heading": line.heading,
            "product": line.product,
            "species": line.species,
            "unit": unit,
            "currency": line.currency,
            **_limbs("amount", _known(line, quantity)),
            **_limbs("value", line.value),
        }


def _known(line: GoodsLine, quantity: Decimal | None) -> Decimal | None:
    """A zero that stands for "not measured" is no amount."""
    return None if line.quantity_missing and not quantity else quantity


def _limbs(name: str, given: Decimal | None) -> dict[str, int | None]:
    if given is None:
        return {f"{name}_whole": None, f"{name}_pico": None, f"{name}_rest": None}
    found = amount.limbs(given)
    return {f"{name}_whole": found.whole, f"{name}_pico": found.pico, f"{name}_rest": found.rest}


def _codes(number: int, content: Content) -> Iterator[dict[str, Any]]:
    for field, kind in _LISTS:
        for code in getattr(content, field):
            yield {"number": number, "kind": kind, "code": code}


def stages(content: Content) -> list[tuple[str, str, str]]:
    """The route with the place of detection in it, once: after what was reached, before what was not. Each stage is
    (part, country, location)."""
    reached = [stage for stage in content.route if stage.part != "destination" and stage.reached]
    ahead = [stage for stage in content.route if stage not in reached]
    return [
        *((stage.part, stage.country, stage.location) for stage in reached),
        ("detection", content.country, content.location),
        *((stage.part, stage.country, stage.location) for stage in ahead),
    ]


def _route(number: int, content: Content) -> Rows:
    return [
        {"number": number, "position": position, "part": part, "country": country, "location": location}
        for position, (part, country, location) in enumerate(stages(content))
    ]


def _tokens(case: Case, content: Content) -> Iterator[str]:
    """What a case is found by: its free texts, what stands in it letter by letter, and its codes."""
    written = [text for _, text in words_of(content)]
    written += [content.location, content.operation_code]
    written += [stage.location for stage in content.route]
    for line in content.goods:
        written += [line.species, line.hs6]
    for text in filter(None, written):
        yield from tokens(text)
        yield BREAK
    yield from sorted({code_token(name, code) for name, code in _coded(case, content) if code})


def _coded(case: Case, content: Content) -> Iterator[tuple[str, str]]:
    yield from (("country", country) for country in (case.member, content.country))
    yield from (("country", stage.country) for stage in content.route)
    yield from ((name, getattr(content, name)) for name in _CODED)
    yield "case_outcome", content.case_outcome
    for field, kind in _LISTS:
        yield from ((kind, code) for code in getattr(content, field))
    for line in content.goods:
        yield "heading", line.heading
        yield "product", line.product
        yield "unit", line.unit
