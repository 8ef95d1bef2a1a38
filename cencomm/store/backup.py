"""A backup of a server that is in use: every table at one moment, and the files that it names (docs/adr/0013).

The snapshot is one read transaction: SQLite's WAL and PostgreSQL's REPEATABLE READ both show it the database as it was
when it began, whatever the server writes meanwhile, and neither makes a writer wait.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Table, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.errors import DomainError
from cencomm.store import tables
from cencomm.store.backup_file import FORMAT, BackupWriter, Manifest, new_backup
from cencomm.store.blobs import FILES, Blobs, file_blob, pieces
from cencomm.store.database import READ_ONLY, Database
from cencomm.store.schema import newest_revision, revision_of

NOT_KEPT: Final = frozenset({tables.sessions.name, tables.uploads.name})
"""A session that was ended must not come back to life: after a restore everybody signs in again. Uploads under way are
begun anew by the devices that have the files."""
ROWS_AT_ONCE: Final = 200
SUFFIX: Final = ".cencomm"

Progress = Callable[[int, int], None]
"""Rows done, of all rows."""


class NothingToBackUp(DomainError):
    """The database is not there, does not answer, or holds no deployment."""

    code = "store.nothing_to_back_up"


class OtherSchema(DomainError):
    """The database's schema is not this program's: use the program that serves it, or start the server once."""

    code = "store.other_schema"


def file_in(folder: Path, created_ms: int) -> Path:
    """The name of a backup in a folder: sorted by name they are sorted by time."""
    at = datetime.fromtimestamp(created_ms / 1000, UTC)
    return folder / f"backup-{at:%Y%m%dT%H%M%SZ}{SUFFIX}"


def kept_tables() -> list[Table]:
    """What a backup holds, in an order in which it can be put back."""
    return [table for table in tables.metadata.sorted_tables if table.name not in NOT_KEPT]


async def back_up(
    database_url: str, path: Path, *, now_ms: int, progress: Progress, blobs: Blobs | None = None
) -> Manifest:
    """Write a backup of the database, and of the encrypted files in `blobs`, to the new file `path`.

    A file is durable before the database names it and is never changed: what the snapshot names can be copied later.

    Raises:
        FileNotStored: the storage for files does not answer.
        NothingToBackUp, OtherSchema: of the database.
        BackupExists, BackupNotWritten: of the file.
    """
    async with snapshot(database_url) as connection:
        deployment = await _deployment(connection)
        counts = [(table, await _count(connection, table)) for table in kept_tables()]
        total = sum(count for _, count in counts)
        with new_backup(path) as writer:
            done = 0
            for table, _ in counts:
                done = await _write_table(connection, table, writer, done, total, progress)
            copied = _Copied() if blobs is None else await _write_files(connection, blobs, writer)
            manifest = Manifest(
                format=FORMAT,
                program=version("cencomm"),
                created_ms=now_ms,
                schema=newest_revision(),
                database=connection.dialect.name,
                deployment_id=deployment[0].hex(),
                deployment_name=deployment[1],
                tables=writer.tables,
                files=copied.files,
                file_bytes=copied.bytes,
                missing_files=copied.missing,
            )
            writer.finish(manifest)
    return manifest


@dataclass(slots=True)
class _Copied:
    files: int = 0
    bytes: int = 0
    missing: int = 0


async def _write_files(connection: AsyncConnection, blobs: Blobs, writer: BackupWriter) -> _Copied:
    copied, there = _Copied(), await blobs.sizes(FILES)
    named = select(tables.files.c.file_hash, tables.files.c.length).distinct().order_by(tables.files.c.file_hash)
    for file_hash, length in (await connection.execute(named)).all():
        name = file_blob(file_hash)
        if there.get(name) != length:
            copied.missing += 1
            continue
        with writer.file(file_hash) as member:
            async for piece in pieces(blobs, name, length):
                member.write(piece)
        copied.files += 1
        copied.bytes += length
    return copied


@asynccontextmanager
async def snapshot(database_url: str) -> AsyncIterator[AsyncConnection]:
    """A connection whose every read shows one and the same moment. Raises NothingToBackUp, OtherSchema."""
    database = Database.open(database_url)
    if database.is_sqlite and not database.sqlite_path.is_file():
        raise NothingToBackUp
    try:
        async with database.engine.connect() as plain:
            options: dict[str, Any] = {READ_ONLY: True}
            if not database.is_sqlite:
                options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            connection = await plain.execution_options(**options)
            revision = await connection.run_sync(revision_of)
            if revision is None:
                raise NothingToBackUp
            if revision != newest_revision():
                raise OtherSchema(found=revision, wanted=newest_revision())
            yield connection
    except (SQLAlchemyError, ConnectionError) as error:
        raise NothingToBackUp from error
    finally:
        await database.close()


async def _deployment(connection: AsyncConnection) -> tuple[bytes, str]:
    query = select(tables.deployment.c.deployment_id, tables.deployment.c.name)
    found = (await connection.execute(query)).one_or_none()
    if found is None:
        raise NothingToBackUp
    return found[0], found[1]


async def _count(connection: AsyncConnection, table: Table) -> int:
    return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


async def _write_table(
    connection: AsyncConnection, table: Table, writer: BackupWriter, done: int, total: int, progress: Progress
) -> int:
    with writer.table(str(table.name), [str(column.name) for column in table.columns]) as member:
        found = await connection.stream(select(table).execution_options(yield_per=ROWS_AT_ONCE))
        async for rows in found.partitions():
            member.add(rows)
            done += len(rows)
            progress(done, total)
    return done
