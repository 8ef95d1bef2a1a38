"""Engines and migrations: SQLite in WAL mode or PostgreSQL, the same tables on both.

SQLite transactions start as `BEGIN IMMEDIATE`: one that reads and then writes can never find that somebody wrote in
between. Read-only units of work say so and start as `BEGIN`, which blocks nobody.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from cencomm.errors import DomainError
from cencomm.store.timing import time_statements

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
    except (ArgumentError, ValueError):
        raise DatabaseUrlInvalid() from None
    backend = url.get_backend_name()
    if backend == "sqlite":
        return url.set(drivername="sqlite+aiosqlite")
    if backend == "postgresql":
        return url.set(drivername="postgresql+asyncpg")
    raise DatabaseUrlInvalid(backend=backend)


@dataclass(frozen=True, slots=True)
class Database:
    """One database, open. Adapters off the message path use `engine`; the event log has a connection of its own."""

    url: URL
    engine: AsyncEngine

    @classmethod
    def open(cls, database_url: str) -> Self:
        """Raises DatabaseUrlInvalid. Connects when first used."""
        url = parse_url(database_url)
        engine = new_engine(url)
        time_statements(engine)
        return cls(url, engine)

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @property
    def sqlite_path(self) -> Path:
        assert self.is_sqlite and self.url.database
        return Path(self.url.database)

    @property
    def postgres_address(self) -> str:
        """For asyncpg itself; holds the password, so it is never logged."""
        assert not self.is_sqlite
        return self.url.set(drivername="postgresql").render_as_string(hide_password=False)

    async def is_there(self) -> bool:
        """Whether the database answers."""
        try:
            async with self.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError):
            return False
        return True

    async def close(self) -> None:
        await self.engine.dispose()


def new_engine(url: URL, *, pool_size: int = 5) -> AsyncEngine:
    """The engine for everything off the message path."""
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
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


@asynccontextmanager
async def open_database(database_url: str) -> AsyncIterator[Database]:
    """The database with its newest schema; a SQLite file and its folder are made where there are none.

    Raises:
        DatabaseUrlInvalid
    """
    database = Database.open(database_url)
    if database.is_sqlite:
        database.sqlite_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        database.sqlite_path.touch(mode=0o600)  # SQLite gives its other files the same mode
    try:
        await migrate(database.engine)
        yield database
    finally:
        await database.close()


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
