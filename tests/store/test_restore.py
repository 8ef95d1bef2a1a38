"""A backup put back: all of it or nothing, from either database into either."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from cencomm.store import tables
from cencomm.store.backup import back_up
from cencomm.store.backup_file import (
    Backup,
    BackupDamaged,
    BackupTooNew,
    Manifest,
    new_backup,
    open_backup,
)
from cencomm.store.database import Database, open_database
from cencomm.store.restore import TargetNotEmpty, restore
from tests.accounts_world import World
from tests.store.test_backup import address_of, quiet

CUG = b"c" * 16


async def filled(world: World, tmp_path: Path) -> Path:
    """A backup of a world with an officer, key packages and a log of three events."""
    officer = await world.officer(await world.ncp(await world.secretariat(), "KE"), "KE/otieno")
    session = await world.device(officer)
    for last_resort in (False, True):
        async with world.database.engine.begin() as connection:
            await connection.execute(
                tables.key_packages.insert().values(
                    reference=b"r%d" % last_resort,
                    device_id=session.device_id,
                    data=b"package",
                    last_resort=last_resort,
                    not_after_s=2**40,
                    uploaded_ms=1,
                )
            )
    await write_log(world.database, 3)
    path = tmp_path / "b"
    await back_up(address_of(world), path, now_ms=7, progress=quiet)
    return path


async def write_log(database: Database, last_seq: int) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(
            tables.cugs.insert().values(
                cug_id=CUG, state="open", group_id=CUG, epoch=2**61, last_seq=3, last_time_ms=1, opened_ms=1
            )
        )
        for seq in range(1, last_seq + 1):
            await connection.execute(
                tables.events.insert().values(
                    cug_id=CUG,
                    seq=seq,
                    server_time_ms=2**41,
                    kind=3,
                    sender="KE/otieno/laptop",
                    client_ref=bytes([seq]) * 16,
                    body=bytes(range(256)) * seq,
                )
            )


async def put_back(database_url: str, path: Path) -> list[tuple[bytes, int]]:
    with open_backup(path) as backup:
        return [(cug.cug_id, cug.last_seq) for cug in await restore(database_url, backup, progress=quiet)]


async def is_empty(database_url: str) -> bool:
    database = Database.open(database_url)
    try:
        async with database.engine.connect() as connection:
            kind = connection.dialect.name
            listed = "SELECT name FROM sqlite_master" if kind == "sqlite" else "SELECT tablename FROM pg_tables"
            where = "" if kind == "sqlite" else " WHERE schemaname = 'public'"
            return (await connection.execute(text(listed + where))).all() == []
    finally:
        await database.close()


class TestRestore:
    async def test_everything_is_as_it_was(self, world: World, database_url: str, tmp_path: Path) -> None:
        path = await filled(world, tmp_path)
        assert await put_back(database_url, path) == [(CUG, 3)]
        async with open_database(database_url) as database:
            restored = World(database, world.deployment, world.root)
            left_out = frozenset({"sessions", "key_packages"})
            assert await restored.snapshot(without=left_out) == await world.snapshot(without=left_out)

    async def test_sessions_and_used_up_key_packages_do_not_come_back(
        self, world: World, database_url: str, tmp_path: Path
    ) -> None:
        await put_back(database_url, await filled(world, tmp_path))
        async with open_database(database_url) as database:
            rows = await World(database, world.deployment, world.root).snapshot()
        assert rows["sessions"] == []
        packages = {row[0]: row[2] for row in rows["key_packages"]}
        assert packages == {b"r0": None, b"r1": b"package"}

    async def test_a_schema_that_a_server_made_and_nobody_used_is_empty(
        self, world: World, database_url: str, tmp_path: Path
    ) -> None:
        path = await filled(world, tmp_path)
        async with open_database(database_url):
            pass
        assert await put_back(database_url, path) == [(CUG, 3)]

    async def test_two_at_once_do_not_mix(self, world: World, database_url: str, tmp_path: Path) -> None:
        path = await filled(world, tmp_path)
        done = await asyncio.gather(put_back(database_url, path), put_back(database_url, path), return_exceptions=True)
        assert sum(outcome == [(CUG, 3)] for outcome in done) == 1
        assert sum(isinstance(outcome, TargetNotEmpty) for outcome in done) == 1
        async with open_database(database_url) as database:
            assert (await World(database, world.deployment, world.root).snapshot())["cugs"]


class TestAllOrNothing:
    async def test_nothing_is_written_over(self, world: World, tmp_path: Path) -> None:
        path = await filled(world, tmp_path)
        before = await world.snapshot()
        with pytest.raises(TargetNotEmpty):
            await put_back(address_of(world), path)
        assert await world.snapshot() == before

    async def test_a_damaged_table_leaves_the_target_empty(
        self, world: World, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = await filled(world, tmp_path)
        read = Backup.rows

        def breaks(backup: Backup, name: str) -> object:
            yield from read(backup, name)
            if name == tables.events.name:
                raise BackupDamaged(reason="altered")

        monkeypatch.setattr(Backup, "rows", breaks)
        with pytest.raises(BackupDamaged):
            await put_back(database_url, path)
        assert await is_empty(database_url)

    async def test_a_log_with_a_gap_is_not_taken(self, world: World, database_url: str, tmp_path: Path) -> None:
        await world.secretariat()
        await write_log(world.database, 2)
        await back_up(address_of(world), tmp_path / "b", now_ms=7, progress=quiet)
        with pytest.raises(BackupDamaged) as refused:
            await put_back(database_url, tmp_path / "b")
        assert refused.value.facts == {"reason": "log_with_gaps"}
        assert await is_empty(database_url)

    async def test_a_schema_of_the_future_is_not_taken(self, world: World, database_url: str, tmp_path: Path) -> None:
        path = await filled(world, tmp_path)
        with open_backup(path) as backup:
            newer = Backup(backup._archive, msgspec.structs.replace(backup.manifest, schema="9999"))
            with pytest.raises(BackupTooNew):
                await restore(database_url, newer, progress=quiet)
        assert await is_empty(database_url)

    @pytest.mark.parametrize("table", ["nonsense", "accounts"])
    async def test_tables_that_do_not_fit_are_not_taken(self, table: str, database_url: str, tmp_path: Path) -> None:
        with new_backup(tmp_path / "b") as writer:
            with writer.table(table, ("only",)) as member:
                member.add([(1,)])
            schema = "0001"
            writer.finish(Manifest(1, "1", 5, schema, "sqlite", "00", "T", writer.tables))
        with pytest.raises(BackupDamaged):
            await put_back(database_url, tmp_path / "b")
        assert await is_empty(database_url)

    async def test_a_sqlite_file_that_failed_is_taken_away(self, tmp_path: Path) -> None:
        with new_backup(tmp_path / "b") as writer:
            with writer.table("nonsense", ("only",)):
                pass
            writer.finish(Manifest(1, "1", 5, "0001", "sqlite", "00", "T", writer.tables))
        with pytest.raises(BackupDamaged):
            await put_back(f"sqlite:///{tmp_path / 'new' / 'db'}", tmp_path / "b")
        assert list((tmp_path / "new").iterdir()) == []
