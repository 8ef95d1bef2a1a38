"""Watch lists and risk indicators on SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cen_core.model.saved import MAX_SAVED, Kind, Saved
from cen_core.store.tables import saved

MAX_SHARED = 500


class SqlSaved:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, one: Saved) -> None:
        await self._connection.execute(insert(saved).values(**_row(one)))

    async def get(self, saved_id: str) -> Saved | None:
        row = (await self._connection.execute(select(saved).where(saved.c.saved_id == saved_id))).one_or_none()
        return None if row is None else _saved(row)

    async def update(self, one: Saved) -> None:
        await self._connection.execute(update(saved).where(saved.c.saved_id == one.saved_id).values(**_row(one)))

    async def remove(self, saved_id: str) -> None:
        await self._connection.execute(delete(saved).where(saved.c.saved_id == saved_id))

    async def of(self, officer: str) -> Sequence[Saved]:
        """By name."""
        statement = select(saved).where(saved.c.officer == officer).order_by(saved.c.name, saved.c.saved_id)
        return [_saved(row) for row in await self._connection.execute(statement.limit(MAX_SAVED))]

    async def shared(self) -> Sequence[Saved]:
        """Of everybody, by name."""
        statement = select(saved).where(saved.c.shared).order_by(saved.c.name, saved.c.saved_id).limit(MAX_SHARED)
        return [_saved(row) for row in await self._connection.execute(statement)]


def _row(one: Saved) -> dict[str, Any]:
    return {column.name: getattr(one, column.name) for column in saved.columns} | {"kind": one.kind.value}


def _saved(row: Row[Any]) -> Saved:
    return Saved(**(dict(row._mapping) | {"kind": Kind(row.kind), "shared": bool(row.shared)}))
