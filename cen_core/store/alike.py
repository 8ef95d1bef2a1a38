"""Published cases that resemble new ones (`model.likeness`): asked by member and day, compared to the last digit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from cen_core.model import amount
from cen_core.model.content import Content
from cen_core.model.likeness import Likeness, likenesses
from cen_core.store.batches import batches
from cen_core.store.tables import facts, goods


async def alike(connection: AsyncConnection, contents: Sequence[Content]) -> Mapping[int, str]:
    """Places among `contents`, each with the id of a case that it resembles."""
    places: dict[Likeness, list[int]] = {}
    for place, content in enumerate(contents):
        for likeness in likenesses(content):
            places.setdefault(likeness, []).append(place)
    found: dict[int, str] = {}
    for some in batches(sorted({likeness[:2] for likeness in places})):
        statement = (
            select(
                facts.c.case_id,
                facts.c.member,
                facts.c.day,
                facts.c.country,
                goods.c.heading,
                goods.c.product,
                goods.c.unit,
                goods.c.amount_whole,
                goods.c.amount_pico,
                goods.c.amount_rest,
            )
            .join(goods, goods.c.number == facts.c.number)
            .where(tuple_(facts.c.member, facts.c.day).in_(some), goods.c.amount_whole.is_not(None))
        )
        for row in await connection.execute(statement):
            exact = amount.Limbs(row.amount_whole, row.amount_pico, row.amount_rest).amount
            likeness = (row.member, row.day, row.country, row.heading, row.product, row.unit, exact)
            for place in places.get(likeness, ()):
                found.setdefault(place, row.case_id)
    return found
