"""Small helpers over SQLAlchemy Core, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

Values = Mapping[str, Any]


async def insert_new(connection: AsyncConnection, table: Table, values: Values) -> bool:
    """Insert a row; False, and nothing is changed, if a constraint says that it is there."""
    statement = _insert(connection, table).values(**values).on_conflict_do_nothing()
    return (await connection.execute(statement)).rowcount == 1


async def put(connection: AsyncConnection, table: Table, values: Values, key: Sequence[str]) -> None:
    """Insert a row, or overwrite the one of the same `key`."""
    rest = {name: value for name, value in values.items() if name not in key}
    statement = _insert(connection, table).values(**values)
    await connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=rest))


def _insert(connection: AsyncConnection, table: Table) -> postgresql.Insert | sqlite.Insert:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
