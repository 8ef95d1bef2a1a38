"""Questions to the published cases: pages, counts, facets, tables, and the stream that exports read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cen_core.model import content
from cen_core.model.case import Case
from cen_core.model.content import Content
from cen_core.model.query import MAX_BUCKETS, Filter, Page
from cen_core.model.results import Bucket, Found, Statistics
from cen_core.store import facts as writing
from cen_core.store import grouping
from cen_core.store.alike import alike
from cen_core.store.conditions import all_conditions
from cen_core.store.tables import facts, versions

STREAM_ROWS = 1_000


class SqlPublished:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._dialect = connection.dialect.name

    async def put(self, cases: Sequence[tuple[Case, Content]]) -> None:
        await writing.put(self._connection, cases)

    async def remove(self, numbers: Sequence[int]) -> None:
        await writing.remove(self._connection, numbers)

    async def page(self, chosen: Filter, page: Page) -> Sequence[Found]:
        """Newest first; cases of one day in the order of their ids."""
        statement = self._cases(chosen).limit(page.limit)
        if page.after is not None:
            day, case_id = page.after
            statement = statement.where(
                or_(facts.c.day < day, and_(facts.c.day == day, facts.c.case_id > case_id)), facts.c.day <= day
            )
        return [_found(row) for row in await self._connection.execute(statement)]

    def _cases(self, chosen: Filter) -> Select[tuple[Any, ...]]:
        present = and_(versions.c.number == facts.c.number, versions.c.version == facts.c.version)
        return (
            select(facts.c.case_id, facts.c.member, facts.c.version, versions.c.content)
            .join(versions, present)
            .where(*all_conditions(chosen, self._dialect))
            .order_by(facts.c.day.desc(), facts.c.case_id)
        )

    async def count(self, chosen: Filter) -> int:
        statement = select(func.count()).select_from(facts).where(*all_conditions(chosen, self._dialect))
        return int((await self._connection.execute(statement)).scalar_one())

    async def facet(self, chosen: Filter, dimension: str) -> Sequence[Bucket]:
        """The dimension's most frequent values among the cases that fit all conditions but its own."""
        statement, (value,), cases = grouping.count_statement(chosen, (dimension,), self._dialect, without=dimension)
        statement = statement.order_by(cases.desc(), value).limit(MAX_BUCKETS)
        return [Bucket(row[0], row[1]) for row in await self._connection.execute(statement)]

    async def statistics(self, chosen: Filter, dimensions: Sequence[str]) -> Statistics:
        return await grouping.statistics(self._connection, chosen, tuple(dimensions))

    async def alike(self, contents: Sequence[Content]) -> Mapping[int, str]:
        return await alike(self._connection, contents)

    async def stream(self, chosen: Filter) -> AsyncIterator[Found]:
        """Every case that fits, in the order of pages, without holding them all."""
        async with self._connection.stream(self._cases(chosen), execution_options={"yield_per": STREAM_ROWS}) as rows:
            async for row in rows:
                yield _found(row)


def _found(row: Row[Any]) -> Found:
    return Found(row.case_id, row.member, row.version, content.decode(row.content.encode()))
