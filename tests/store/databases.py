"""A migrated, empty database of each kind for tests of the stores."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from cencomm.store.database import migrate, new_engine, parse_url
from cencomm.store.event_log import Hooks
from cencomm.store.event_log_postgres import PostgresEventLog
from cencomm.store.event_log_sqlite import SqliteEventLog


@asynccontextmanager
async def migrated(database_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on the database, its schema at the newest version."""
    engine = new_engine(parse_url(database_url))
    try:
        await migrate(engine)
        yield engine
    finally:
        await engine.dispose()


def event_log_of(url: URL, hooks: Hooks) -> SqliteEventLog | PostgresEventLog:
    if url.get_backend_name() == "sqlite":
        return SqliteEventLog(Path(str(url.database)), hooks)
    return PostgresEventLog(url.set(drivername="postgresql").render_as_string(hide_password=False), hooks)
