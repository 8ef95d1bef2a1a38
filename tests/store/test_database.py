"""Engines and migrations, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import IntegrityError

from cencomm.store import tables
from cencomm.store.database import READ_ONLY, Database, DatabaseUrlInvalid, migrate, open_database, parse_url


class TestParseUrl:
    @pytest.mark.parametrize(
        ("given", "driver"),
        [
            ("sqlite:////tmp/x.sqlite3", "sqlite+aiosqlite"),
            ("postgresql://u@h/d", "postgresql+asyncpg"),
            ("postgresql+psycopg://u@h/d", "postgresql+asyncpg"),
        ],
    )
    def test_driver_is_ours(self, given: str, driver: str) -> None:
        assert parse_url(given).drivername == driver

    @pytest.mark.parametrize("given", ["", "nonsense", "mysql://u:p4ss@h/d", "http://x", "sqlite:///a:b:c@@", "://"])
    def test_others_are_refused_without_repeating_them(self, given: str) -> None:
        if given.startswith("sqlite"):
            assert parse_url(given).drivername == "sqlite+aiosqlite"
            return
        with pytest.raises(DatabaseUrlInvalid) as refused:
            parse_url(given)
        assert "p4ss" not in str(refused.value)


class TestMigrate:
    async def test_migrations_build_exactly_the_tables(self, database_url: str) -> None:
        async with open_database(database_url) as database, database.engine.connect() as connection:
            assert await connection.run_sync(_differences) == []

    async def test_again_is_harmless(self, database_url: str) -> None:
        async with open_database(database_url) as database:
            await migrate(database.engine)
        async with open_database(database_url):
            pass

    async def test_processes_that_start_at_once_migrate_one_after_the_other(self, database_url: str) -> None:
        async def start() -> None:
            async with open_database(database_url):
                pass

        await asyncio.gather(*[start() for _ in range(4)])

    async def test_constraints_have_names(self, database_url: str) -> None:
        async with open_database(database_url) as database, database.engine.connect() as connection:
            names = await connection.run_sync(_unique_names)
        assert "uq_events_cug_id" in names
        assert None not in names


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, tables.metadata))


def _unique_names(connection: Connection) -> set[str | None]:
    inspector = inspect(connection)
    return {c["name"] for table in inspector.get_table_names() for c in inspector.get_unique_constraints(table)}


class TestDatabase:
    async def test_is_there_says_whether_it_answers(self, database_url: str) -> None:
        async with open_database(database_url) as database:
            assert await database.is_there()

    async def test_absent_database_is_not_there(self, tmp_path: Path) -> None:
        for url in (f"sqlite:///{tmp_path}/no/such/folder.sqlite3", "postgresql://nobody@127.0.0.1:1/none"):
            database = Database.open(url)
            assert not await database.is_there()
            await database.close()

    async def test_new_sqlite_file_and_its_folder_are_closed_to_others(self, tmp_path: Path) -> None:
        async with open_database(f"sqlite:///{tmp_path}/data/cencomm.sqlite3") as database:
            assert database.sqlite_path == tmp_path / "data" / "cencomm.sqlite3"
            modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()}
        assert modes == {0o600}
        assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700

    def test_postgres_address_is_for_asyncpg_itself(self) -> None:
        database = Database.open("postgresql://user:secret@host:5433/name")
        assert database.postgres_address == "postgresql://user:secret@host:5433/name"
        assert "secret" not in repr(database.url)


class TestTransactions:
    async def test_sqlite_is_durable_and_checks_foreign_keys(self, tmp_path: Path) -> None:
        async with open_database(f"sqlite:///{tmp_path}/x.sqlite3") as database:
            async with database.engine.connect() as connection:
                found = [
                    (await connection.execute(text(f"PRAGMA {name}"))).scalar_one()
                    for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
                ]
            assert found == ["wal", 2, 1, 1]

    async def test_foreign_keys_hold(self, database_url: str) -> None:
        async with open_database(database_url) as database:
            with pytest.raises(IntegrityError) as refused:
                async with database.engine.begin() as connection:
                    await connection.execute(
                        tables.sessions.insert().values(
                            token_hash=b"very secret", account_id="KE", kind="ncp", method="password", expires_ms=1
                        )
                    )
            assert "very secret" not in str(refused.value)

    async def test_reader_is_not_held_up_by_a_writer(self, database_url: str) -> None:
        async with open_database(database_url) as database, database.engine.connect() as writer:
            await writer.execute(
                tables.sign_in_failures.insert().values(subject="x", count=1, locked_until_ms=0, last_ms=0)
            )
            async with database.engine.connect() as plain:
                reader = await plain.execution_options(**{READ_ONLY: True})
                seen = (await reader.execute(tables.sign_in_failures.select())).all()
            assert seen == []
            await writer.rollback()
