"""What a database says of itself, for the doctor. Reads only; nothing is migrated or made."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.store import tables
from cencomm.store.database import Database
from cencomm.store.redis_bus import Faults, connect
from cencomm.store.schema import revision_of

DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
"""PostgreSQL: without these an acknowledged event can be lost. (synchronous_commit may be stricter too.)"""
STRICTER = {"remote_write", "remote_apply"}
READ_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`careless` names a setting by which an acknowledged event could be lost; empty where there is none."""

    kind: str
    version: str
    revision: str | None
    careless: str
    is_whole: bool = True
    """SQLite: its own quick check finds nothing."""
    isolation: str = "read committed"
    encoding: str = "UTF8"
    time_zone: str = "UTC"
    """PostgreSQL's own."""
    clock_ms: int | None = None
    """PostgreSQL's own clock."""
    newest_event_ms: int = 0
    deployment: tuple[str, str] | None = None
    """Id and name."""


async def diagnose(database_url: str) -> Diagnosis | None:
    """None where no database is there, or it does not answer."""
    database = Database.open(database_url)
    try:
        if database.is_sqlite:
            return await _of_sqlite(database)
        async with asyncio.timeout(READ_SECONDS), database.engine.connect() as connection:
            return await _of_postgres(connection)
    except (SQLAlchemyError, sqlite3.Error, OSError):
        return None
    finally:
        await database.close()


async def redis_clock_ms(url: str) -> int | None:
    """The clock of Redis; None where it does not answer."""
    redis = connect(url)
    try:
        seconds, microseconds = await redis.time()
        return int(seconds) * 1000 + int(microseconds) // 1000
    except Faults:
        return None
    finally:
        await redis.aclose()


async def _of_sqlite(database: Database) -> Diagnosis | None:
    if not database.sqlite_path.is_file():
        return None
    try:
        journal, whole = await asyncio.to_thread(_read_sqlite, database.sqlite_path)
    except sqlite3.DatabaseError:
        return Diagnosis("sqlite", sqlite3.sqlite_version, None, "", is_whole=False)
    if not whole:
        return Diagnosis("sqlite", sqlite3.sqlite_version, None, "", is_whole=False)
    async with database.engine.connect() as connection:
        synchronous = (await connection.execute(text("PRAGMA synchronous"))).scalar_one()
        careless = "journal_mode" if journal != "wal" else "" if synchronous >= 2 else "synchronous"
        revision = await connection.run_sync(revision_of)
        return Diagnosis(
            "sqlite", sqlite3.sqlite_version, revision, careless, True, **await _content(connection, revision)
        )


def _read_sqlite(path: Path) -> tuple[str, bool]:
    """The journal mode as others left it, and whether the file is whole."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=READ_SECONDS)
    try:
        journal = str(connection.execute("PRAGMA journal_mode").fetchone()[0])
        return journal, connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
    finally:
        connection.close()


async def _of_postgres(connection: AsyncConnection) -> Diagnosis:
    names = ("server_version", "default_transaction_isolation", "server_encoding", "TimeZone", *DURABLE)
    found = {name: (await connection.execute(text(f"SHOW {name}"))).scalar_one() for name in names}
    now = (await connection.execute(text("SELECT extract(epoch FROM clock_timestamp()) * 1000"))).scalar_one()
    careless = [name for name, wanted in DURABLE.items() if found[name] != wanted and found[name] not in STRICTER]
    revision = await connection.run_sync(revision_of)
    return Diagnosis(
        "postgresql",
        found["server_version"].partition(" ")[0],
        revision,
        careless[0] if careless else "",
        isolation=found["default_transaction_isolation"],
        encoding=found["server_encoding"],
        time_zone=found["TimeZone"],
        clock_ms=int(now),
        **await _content(connection, revision),
    )


class _Content(TypedDict, total=False):
    newest_event_ms: int
    deployment: tuple[str, str] | None


async def _content(connection: AsyncConnection, revision: str | None) -> _Content:
    if revision is None:
        return {}
    newest = (await connection.execute(select(func.max(tables.cugs.c.last_time_ms)))).scalar_one()
    row = (await connection.execute(select(tables.deployment))).one_or_none()
    deployment = None if row is None else (row.deployment_id.hex(), row.name)
    return {"newest_event_ms": newest or 0, "deployment": deployment}
