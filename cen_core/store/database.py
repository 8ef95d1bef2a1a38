"""Engines and migrations of the core: SQLite in WAL mode or PostgreSQL, the same tables on both.

SQLite transactions start as `BEGIN IMMEDIATE`, read-only ones as `BEGIN`, which blocks nobody. On PostgreSQL a
read-only unit of work sees one snapshot, so that the cases, the counts and the facets of one answer agree.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from cen_core.errors import DatabaseUrlInvalid

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE: Final = "cen_alembic_version"
"""A name of its own: CENcomm's tables may be in the same database."""
READ_ONLY: Final = "cen_read_only"
SQLITE_BUSY_SECONDS = 30
MIGRATION_LOCK = 0x43454E
"""Advisory lock number on PostgreSQL, so that two processes starting at once migrate one after the other."""


def parse_url(database_url: str) -> URL:
    """The address with the driver that we use. Raises DatabaseUrlInvalid."""
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):
        raise DatabaseUrlInvalid from None
    backend = url.get_backend_name()
    if backend == "sqlite" and url.database:
        return url.set(drivername="sqlite+aiosqlite")
    if backend == "postgresql":
        return url.set(drivername="postgresql+asyncpg")
    raise DatabaseUrlInvalid


def new_engine(url: URL, *, pool_size: int = 5) -> AsyncEngine:
    if url.get_backend_name() == "postgresql":
        return create_async_engine(
            url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True, hide_parameters=True
        )
    engine = create_async_engine(
        url, connect_args={"timeout": SQLITE_BUSY_SECONDS}, pool_size=pool_size, hide_parameters=True
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


@asynccontextmanager
async def open_engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """The database with its newest schema; a SQLite file and its folder are made where there are none.

    Raises:
        DatabaseUrlInvalid
    """
    url = parse_url(database_url)
    if url.get_backend_name() == "sqlite":
        _make_file(Path(str(url.database)))
    engine = new_engine(url)
    try:
        await migrate(engine)
        yield engine
    finally:
        await engine.dispose()


def _make_file(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)  # SQLite gives its other files the same mode


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
