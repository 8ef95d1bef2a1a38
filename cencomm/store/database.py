"""Engines and migrations: SQLite in WAL mode or PostgreSQL, the same tables on both.

SQLite transactions start as `BEGIN IMMEDIATE`: one that reads and then writes can never find that somebody wrote in
between. Read-only units of work say so and start as `BEGIN`, which blocks nobody.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from cencomm.errors import DomainError

MIGRATIONS = Path(__file__).parent / "migrations"
SQLITE_BUSY_SECONDS = 30
READ_ONLY = "cencomm_read_only"
MIGRATION_LOCK = 0x43454E63
"""Advisory lock number on PostgreSQL, so that two processes starting at once migrate one after the other."""


class DatabaseUrlInvalid(DomainError):
    """Neither `sqlite:///path` nor `postgresql://…`."""

    code = "store.database_url_invalid"


def parse_url(database_url: str) -> URL:
    """The address with the driver that we use. Raises DatabaseUrlInvalid."""
    try:
        url = make_url(database_url)
    except ValueError:
        raise DatabaseUrlInvalid() from None
    backend = url.get_backend_name()
    if backend == "sqlite":
        return url.set(drivername="sqlite+aiosqlite")
    if backend == "postgresql":
        return url.set(drivername="postgresql+asyncpg")
    raise DatabaseUrlInvalid(backend=backend)


def new_engine(url: URL, *, pool_size: int = 5) -> AsyncEngine:
    """The engine for everything off the message path."""
    if url.get_backend_name() == "postgresql":
        return create_async_engine(url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True)
    engine = create_async_engine(url, connect_args={"timeout": SQLITE_BUSY_SECONDS}, pool_size=pool_size)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


async def migrate(engine: AsyncEngine) -> None:
    """Bring the schema to the newest version; harmless when it is already there."""
    async with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": MIGRATION_LOCK})
        await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
