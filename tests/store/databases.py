"""A migrated, empty database for tests of the stores."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cencomm.store.database import Database, migrate


@asynccontextmanager
async def migrated(database_url: str) -> AsyncIterator[Database]:
    """The database, open, its schema at the newest version."""
    database = Database.open(database_url)
    try:
        await migrate(database.engine)
        yield database
    finally:
        await database.close()
