"""A backup put back into an empty database: in one transaction, all of it or nothing (docs/adr/0013).

    check every byte -> schema as it was then -> rows -> each CUG's log gapless -> schema as it is now -> commit

What must not come back is left behind: sessions (they are not in the file), and key packages that may have been handed
out after the backup was made. A key package that is used twice makes a Welcome that nobody can open.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, MetaData, Table, func, inspect, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cencomm.crypto.primitives import random_bytes
from cencomm.errors import DomainError
from cencomm.ids import ID_BYTES, CugId
from cencomm.store import tables
from cencomm.store.backup import Progress
from cencomm.store.backup_file import Backup, BackupDamaged, BackupTooNew
from cencomm.store.blobs import Blobs, chunk_blob, file_blob, upload_folder
from cencomm.store.database import MIGRATION_LOCK, Database
from cencomm.store.schema import knows, newest_revision, upgrade

VERSION_TABLE = "alembic_version"


class TargetNotEmpty(DomainError):
    """The database holds something already. Nothing in it was changed."""

    code = "store.target_not_empty"


@dataclass(frozen=True, slots=True)
class RestoredCug:
    """Up to where a CUG's log goes now."""

    cug_id: CugId
    last_seq: int


async def restore(
    database_url: str, backup: Backup, *, progress: Progress, blobs: Blobs | None = None
) -> list[RestoredCug]:
    """Put `backup` into the database at `database_url` and its files into `blobs`; a SQLite file is made where there is
    none. Files bear the hash of what they hold, so those that are there already are not harmed.

    Raises:
        TargetNotEmpty: nothing is ever written over.
        BackupTooNew, BackupDamaged: the database is as empty as before.
    """
    if not knows(backup.manifest.schema):
        raise BackupTooNew(program=backup.manifest.program)
    database = Database.open(database_url)
    with _alone(database) as made:
        return await _restore(database, backup, progress, blobs, made=made)


@contextmanager
def _alone(database: Database) -> Iterator[bool]:
    """One restore of a SQLite file at a time, since one that fails takes away the file that it made; PostgreSQL has a
    lock of its own. Gives whether the file was made. Raises TargetNotEmpty: another one is at work."""
    if not database.is_sqlite:
        yield False
        return
    path = database.sqlite_path
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock_path = path.with_name(f"{path.name}.restoring")
    with lock_path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TargetNotEmpty from None
        try:
            made = not path.exists()
            if made:
                path.touch(mode=0o600)
            yield made
        finally:
            lock_path.unlink()


async def _restore(
    database: Database, backup: Backup, progress: Progress, blobs: Blobs | None, *, made: bool
) -> list[RestoredCug]:
    try:
        async with database.engine.begin() as connection:
            restored = await _put_back(connection, backup, progress)
            if blobs is not None:
                for file_hash in backup.files():
                    await _put_back_file(blobs, backup, file_hash)
    except BaseException:
        await database.close()
        if made:
            _remove(database)
        raise
    await database.close()
    return restored


def _remove(database: Database) -> None:
    path = database.sqlite_path
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)


async def _put_back(connection: AsyncConnection, backup: Backup, progress: Progress) -> list[RestoredCug]:
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": MIGRATION_LOCK})
    await connection.run_sync(_make_room)
    await connection.run_sync(upgrade, backup.manifest.schema)
    as_it_was = await connection.run_sync(_reflected)
    done = 0
    for table in _in_order(backup, as_it_was):
        done = await _put_back_table(connection, table, backup, done, progress)
    await connection.run_sync(upgrade, newest_revision())
    await _spend_key_packages(connection)
    await _count_files(connection)
    return await _checked_logs(connection)


def _make_room(connection: Connection) -> None:
    """An empty schema that a server has made is taken away, since it may be another one than the backup's."""
    there = set(inspect(connection).get_table_names())
    known = MetaData()
    known.reflect(connection, only=[name for name in tables.metadata.tables if name in there])
    for table in known.sorted_tables:
        if connection.execute(select(table).limit(1)).first() is not None:
            raise TargetNotEmpty
    known.drop_all(connection)
    if VERSION_TABLE in there:
        connection.execute(text(f"DROP TABLE {VERSION_TABLE}"))


def _reflected(connection: Connection) -> MetaData:
    found = MetaData()
    found.reflect(connection)
    return found


def _in_order(backup: Backup, schema: MetaData) -> Sequence[Table]:
    """The backup's tables, those first that others refer to."""
    named = backup.manifest.tables
    unknown = set(named) - set(schema.tables)
    if unknown or not named or not all(_fits(schema.tables[name], entry.columns) for name, entry in named.items()):
        raise BackupDamaged(reason="altered")
    return [table for table in schema.sorted_tables if table.name in named]


def _fits(table: Table, columns: Sequence[str]) -> bool:
    return set(columns) == {column.name for column in table.columns}


async def _put_back_table(
    connection: AsyncConnection, table: Table, backup: Backup, done: int, progress: Progress
) -> int:
    columns = backup.manifest.tables[table.name].columns
    for rows in backup.rows(table.name):
        if rows:
            await connection.execute(table.insert(), [dict(zip(columns, row, strict=True)) for row in rows])
        done += len(rows)
        progress(done, backup.manifest.rows)
    return done


async def _spend_key_packages(connection: AsyncConnection) -> None:
    packages = tables.key_packages
    await connection.execute(update(packages).where(packages.c.last_resort.is_(False)).values(data=None))


async def _count_files(connection: AsyncConnection) -> None:
    """Uploads that were under way do not come back, and neither does the room that they had taken."""
    files, totals = tables.files, tables.file_totals
    taken = select(func.coalesce(func.sum(files.c.length), 0)).where(files.c.cug_id == totals.c.cug_id)
    await connection.execute(update(totals).values(bytes=taken.scalar_subquery()))


async def _put_back_file(blobs: Blobs, backup: Backup, file_hash: bytes) -> None:
    upload_id, parts = random_bytes(ID_BYTES), list[str]()
    try:
        for piece in backup.file(file_hash):
            parts.append(chunk_blob(upload_id, len(parts)))
            await blobs.put(parts[-1], piece)
        await blobs.join(file_blob(file_hash), parts)
    finally:
        await blobs.delete_below(upload_folder(upload_id))


async def _checked_logs(connection: AsyncConnection) -> list[RestoredCug]:
    """Raises BackupDamaged where a log is not 1, 2, 3 … up to what its CUG's row says."""
    events, cugs = tables.events, tables.cugs
    log = (
        select(
            events.c.cug_id,
            func.count().label("count"),
            func.min(events.c.seq).label("first"),
            func.max(events.c.seq).label("last"),
        )
        .group_by(events.c.cug_id)
        .subquery()
    )
    query = (
        select(cugs.c.cug_id, cugs.c.last_seq, log.c.count, log.c.first, log.c.last)
        .outerjoin(log, log.c.cug_id == cugs.c.cug_id)
        .order_by(cugs.c.opened_ms)
    )
    restored = []
    for cug_id, last_seq, count, first, last in await connection.execute(query):
        if (count, first, last) != (last_seq, 1, last_seq):
            raise BackupDamaged(reason="log_with_gaps")
        restored.append(RestoredCug(CugId(cug_id), last_seq))
    return restored
