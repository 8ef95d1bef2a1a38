"""Vault items on SQL (port in `cencomm.accounts.ports`)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.accounts.model import VaultEntry
from cencomm.store import tables

_items = tables.vault_items


class SqlVault:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find(self, account_id: str, item_id: bytes, version: int) -> VaultEntry | None:
        query = select(_items).where(
            _items.c.account_id == account_id, _items.c.item_id == item_id, _items.c.version == version
        )
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _entry(row)

    async def last_position(self, account_id: str) -> int:
        query = select(func.max(_items.c.position)).where(_items.c.account_id == account_id)
        return (await self._connection.execute(query)).scalar_one() or 0

    async def append(self, account_id: str, entry: VaultEntry) -> None:
        values = {
            "account_id": account_id,
            "position": entry.position,
            "item_id": entry.item_id,
            "version": entry.version,
            "data": entry.data,
        }
        await self._connection.execute(_items.insert().values(**values))

    async def after(self, account_id: str, position: int, limit: int) -> list[VaultEntry]:
        query = select(_items).where(_items.c.account_id == account_id, _items.c.position > position)
        rows = await self._connection.execute(query.order_by(_items.c.position).limit(limit))
        return [_entry(row) for row in rows]


def _entry(row: Row[Any]) -> VaultEntry:
    return VaultEntry(row.position, row.item_id, row.version, row.data)
