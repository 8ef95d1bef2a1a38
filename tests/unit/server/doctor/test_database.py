"""What is wrong with a database is made to be wrong, on a real one, and found."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from cencomm.server.bootstrap import initialise
from cencomm.server.doctor.database import examine_database
from cencomm.server.doctor.finding import Level
from cencomm.settings import Settings
from cencomm.store import schema
from cencomm.store.database import open_database
from cencomm.store.diagnosis import Diagnosis, diagnose
from tests.postgres import Postgres, free_port


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def deployed(database_url: str) -> str:
    settings = Settings.from_environment({"CENCOMM_DATABASE_URL": database_url})
    await initialise(settings, deployment_id=b"d" * 16, root_public_key=b"r" * 32, name="Test")
    return database_url


async def codes(database_url: str) -> dict[str, Level]:
    found = await diagnose(database_url)
    return {finding.code: finding.level for finding in examine_database(found, now_ms())}


async def change(database_url: str, *statements: str) -> None:
    async with open_database(database_url) as database, database.engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'd.sqlite3'}"


class TestBoth:
    async def test_where_nothing_is_wrong_all_is_said_to_be_well(self, database_url: str) -> None:
        found = await codes(await deployed(database_url))
        found.pop("not_durable", None)  # PostgreSQL of the tests runs without fsync
        found.pop("durable", None)
        found.pop("time_zone_other", None)  # that of the machine
        assert found == dict.fromkeys(
            ["database_answers", "schema_newest", "deployment_there", "clock_right"], Level.OK
        )

    async def test_no_deployment(self, database_url: str) -> None:
        async with open_database(database_url):
            pass
        assert (await codes(database_url))["deployment_none"] is Level.WRONG

    async def test_a_newer_programs_schema(self, database_url: str) -> None:
        await change(await deployed(database_url), "UPDATE alembic_version SET version_num = '9999'")
        assert (await codes(database_url))["schema_unknown"] is Level.WRONG

    async def test_an_older_schema(self, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        await deployed(database_url)
        monkeypatch.setattr("cencomm.server.doctor.database.newest_revision", lambda: "9999")
        assert schema.knows(schema.newest_revision())
        assert (await codes(database_url))["schema_old"] is Level.WARNING

    async def test_a_clock_behind_what_is_stored(self, database_url: str) -> None:
        await change(
            await deployed(database_url),
            "INSERT INTO cugs (cug_id, state, group_id, epoch, last_seq, last_time_ms, opened_ms)"
            f" VALUES ({chr(39)}c{chr(39)}, 'open', {chr(39)}g{chr(39)}, 0, 0, {now_ms() + 60_000}, 0)",
        )
        assert (await codes(database_url))["clock_behind"] is Level.WRONG


class TestSqlite:
    async def test_not_there_and_none_is_made(self, sqlite: str, tmp_path: Path) -> None:
        assert await codes(sqlite) == {"database_unreachable": Level.WRONG}
        assert list(tmp_path.iterdir()) == []

    async def test_empty(self, sqlite: str, tmp_path: Path) -> None:
        sqlite3.connect(tmp_path / "d.sqlite3").execute("PRAGMA journal_mode=WAL").connection.close()
        assert (await codes(sqlite))["schema_none"] is Level.WRONG

    async def test_durable_until_somebody_switches_the_journal(self, sqlite: str, tmp_path: Path) -> None:
        await deployed(sqlite)
        assert (await codes(sqlite))["durable"] is Level.OK
        connection = sqlite3.connect(tmp_path / "d.sqlite3")
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.close()
        assert (await codes(sqlite))["not_durable"] is Level.WRONG

    async def test_a_damaged_file(self, sqlite: str, tmp_path: Path) -> None:
        await deployed(sqlite)
        path = tmp_path / "d.sqlite3"
        data = bytearray(path.read_bytes())
        data[4096:20480] = bytes(16384)
        path.write_bytes(data)
        assert await codes(sqlite) == {"database_damaged": Level.WRONG}

    async def test_no_database_at_all(self, sqlite: str, tmp_path: Path) -> None:
        (tmp_path / "d.sqlite3").write_bytes(b"nonsense" * 1000)
        assert await codes(sqlite) == {"database_damaged": Level.WRONG}


class TestPostgres:
    async def test_nobody_answers(self) -> None:
        found = await codes(f"postgresql://x@127.0.0.1:{free_port()}/x")
        assert found == {"database_unreachable": Level.WRONG}

    @pytest.mark.parametrize(
        ("setting", "value", "code"),
        [
            ("synchronous_commit", "off", "not_durable"),
            ("default_transaction_isolation", "serializable", "isolation_other"),
        ],
    )
    async def test_settings_that_lose_or_refuse(self, postgres_url: str, setting: str, value: str, code: str) -> None:
        await deployed(postgres_url)
        await change(postgres_url, f"ALTER DATABASE {make_url(postgres_url).database} SET {setting} = '{value}'")
        assert (await codes(postgres_url))[code] is Level.WRONG

    @pytest.mark.parametrize(("zone", "said"), [("Asia/Tashkent", True), ("Etc/UTC", False)])
    async def test_a_time_zone_that_is_not_utc(self, postgres_url: str, zone: str, said: bool) -> None:
        await deployed(postgres_url)
        await change(postgres_url, f"ALTER DATABASE {make_url(postgres_url).database} SET TimeZone = '{zone}'")
        assert (await codes(postgres_url)).get("time_zone_other") is (Level.WARNING if said else None)

    async def test_an_encoding_that_cannot_hold_six_languages(self, postgres: Postgres) -> None:
        connection = await asyncpg.connect(postgres.address)
        await connection.execute("CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII'")
        url = make_url(postgres.address).set(database="ascii").render_as_string(hide_password=False)
        try:
            assert (await codes(url))["encoding_other"] is Level.WRONG
        finally:
            await connection.execute("DROP DATABASE ascii WITH (FORCE)")
            await connection.close()

    async def test_clocks_apart(self, postgres_url: str) -> None:
        await deployed(postgres_url)
        for apart in (-60_000, 60_000):
            found = await diagnose(postgres_url)
            levels = {finding.code: finding.level for finding in examine_database(found, now_ms() + apart)}
            assert levels["clocks_apart"] is Level.WRONG

    def test_an_old_one(self) -> None:
        found = Diagnosis("postgresql", "13.9", schema.newest_revision(), "", clock_ms=0)
        levels = {finding.code: finding.level for finding in examine_database(found, 0)}
        assert levels["postgresql_old"] is Level.WARNING
