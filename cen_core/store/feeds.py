"""Addresses of feeds on SQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cen_core.model.feed import Feed
from cen_core.store.notice_tables import feeds


class SqlFeeds:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, feed: Feed) -> None:
        await self.forget(feed.officer)
        values = {column.name: getattr(feed, column.name) for column in feeds.columns}
        await self._connection.execute(insert(feeds).values(**values))

    async def forget(self, officer: str) -> None:
        await self._connection.execute(delete(feeds).where(feeds.c.officer == officer))

    async def of(self, officer: str) -> Feed | None:
        return await self._one(select(feeds).where(feeds.c.officer == officer))

    async def by_token(self, token_hash: str) -> Feed | None:
        return await self._one(select(feeds).where(feeds.c.token_hash == token_hash))

    async def _one(self, statement: Select[Any]) -> Feed | None:
        row = (await self._connection.execute(statement)).one_or_none()
        return None if row is None else Feed(**row._mapping)
