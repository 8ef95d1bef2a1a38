"""Statements are counted with their duration."""

from __future__ import annotations

from sqlalchemy import text

from cencomm.store.database import open_database
from tests.measured import since_now


async def test_every_statement_is_counted(database_url: str) -> None:
    async with open_database(database_url) as database, database.engine.connect() as connection:
        await connection.execute(text("SELECT 1"))  # SQLite: BEGIN is a statement too
        counted = since_now("cencomm_database_seconds_count")
        for _ in range(3):
            await connection.execute(text("SELECT 1"))
        assert counted() == 3
