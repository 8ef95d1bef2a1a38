"""A backup shows one moment of a database, while others write to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from cencomm.store import tables
from cencomm.store.backup import NothingToBackUp, OtherSchema, back_up, file_in, kept_tables, snapshot
from cencomm.store.backup_file import open_backup
from cencomm.store.database import open_database
from tests.accounts_world import START_MS, World
from tests.postgres import free_port


def quiet(_done: int, _total: int) -> None:
    """Nobody looks."""


def address_of(world: World) -> str:
    return world.database.url.render_as_string(hide_password=False)


class TestBackUp:
    async def test_holds_every_row_of_every_table_but_sessions_and_uploads(self, world: World, tmp_path: Path) -> None:
        await world.device(await world.officer(await world.ncp(await world.secretariat(), "KE"), "KE/otieno"))
        there = await world.snapshot(without=frozenset({tables.sessions.name, tables.uploads.name}))
        told: list[tuple[int, int]] = []
        manifest = await back_up(
            address_of(world), tmp_path / "b", now_ms=7, progress=lambda done, of: told.append((done, of))
        )
        with open_backup(tmp_path / "b") as backup:
            found = {
                name: sorted((tuple(row) for chunk in backup.rows(name) for row in chunk), key=repr)
                for name in backup.manifest.tables
            }
            assert backup.manifest == manifest
        assert found == there
        assert (manifest.created_ms, manifest.deployment_id) == (7, world.deployment.deployment_id.hex())
        total = sum(len(rows) for rows in there.values())
        assert told[-1] == (total, total)
        assert [done for done, _ in told] == sorted(done for done, _ in told)

    async def test_all_tables_are_of_one_moment(self, world: World) -> None:
        await world.secretariat()
        async with snapshot(address_of(world)) as connection:
            before = (await connection.execute(text("SELECT count(*) FROM accounts"))).scalar_one()
            async with world.database.engine.begin() as writer:  # a writer does not wait for the snapshot
                await writer.execute(text("UPDATE accounts SET display_name = 'changed'"))
                await writer.execute(text("DELETE FROM invitations"))
            assert (await connection.execute(text("SELECT count(*) FROM accounts"))).scalar_one() == before
            assert (await connection.execute(text("SELECT count(*) FROM invitations"))).scalar_one() == 1
            names = (await connection.execute(text("SELECT display_name FROM accounts"))).scalars().all()
            assert names == ["Secretariat"]

    async def test_nothing_is_changed(self, world: World, tmp_path: Path) -> None:
        await world.secretariat()
        before = await world.snapshot()
        await back_up(address_of(world), tmp_path / "b", now_ms=7, progress=quiet)
        assert await world.snapshot() == before


class TestRefusals:
    async def test_no_sqlite_file_is_made(self, tmp_path: Path) -> None:
        with pytest.raises(NothingToBackUp):
            await back_up(f"sqlite:///{tmp_path / 'none'}", tmp_path / "b", now_ms=7, progress=quiet)
        assert list(tmp_path.iterdir()) == []

    async def test_no_postgresql_answers(self, tmp_path: Path) -> None:
        address = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
        with pytest.raises(NothingToBackUp):
            await back_up(address, tmp_path / "b", now_ms=7, progress=quiet)

    async def test_no_schema_and_no_deployment(self, database_url: str, tmp_path: Path) -> None:
        with pytest.raises(NothingToBackUp):
            await back_up(database_url, tmp_path / "b", now_ms=7, progress=quiet)
        async with open_database(database_url):
            pass
        with pytest.raises(NothingToBackUp):
            await back_up(database_url, tmp_path / "b", now_ms=7, progress=quiet)
        assert not (tmp_path / "b").exists()

    async def test_another_versions_schema_is_not_guessed_at(self, world: World, tmp_path: Path) -> None:
        await world.secretariat()
        async with world.database.engine.begin() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(OtherSchema):
            await back_up(address_of(world), tmp_path / "b", now_ms=7, progress=quiet)
        assert not (tmp_path / "b").exists()


def test_names_sort_by_time() -> None:
    names = [file_in(Path("x"), START_MS + step * 1000).name for step in range(3)]
    assert names == sorted(names)
    assert names[0] == "backup-20260921T141320Z.cencomm"


def test_sessions_and_uploads_alone_are_left_out() -> None:
    assert {table.name for table in kept_tables()} == set(tables.metadata.tables) - {"sessions", "uploads"}
