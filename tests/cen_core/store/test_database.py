"""Opening and migrating."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cen_core.errors import DatabaseUrlInvalid
from cen_core.store.database import migrate, open_engine, parse_url
from cen_core.store.unit_of_work import sql_units_of_work
from cencomm.store.database import open_database
from tests.cen_core.world import OFFICER, entry, new_stand


@pytest.mark.parametrize("url", ["", "mysql://x/y", "sqlite://", "nonsense", "http://x"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(DatabaseUrlInvalid):
        parse_url(url)


def test_drivers() -> None:
    assert parse_url("sqlite:///x.db").drivername == "sqlite+aiosqlite"
    assert parse_url("postgresql://h/d").drivername == "postgresql+asyncpg"


async def test_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "cen.sqlite3"
    async with open_engine(f"sqlite:///{path}"):
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700


async def test_migrating_again_and_at_once_is_harmless(database_url: str) -> None:
    async with new_stand(database_url) as stand:
        await stand.core.create(OFFICER, entry())
        await asyncio.gather(*(migrate(stand.engine) for _ in range(3)))
        assert (await stand.counts())["cen_cases"] == 1


async def test_core_shares_a_database_with_cencomm(database_url: str) -> None:
    async with open_database(database_url), new_stand(database_url) as stand:
        await stand.core.create(OFFICER, entry())
    async with new_stand(database_url) as stand, open_database(database_url):
        assert (await stand.counts())["cen_cases"] == 1


async def test_read_only_unit_of_work_writes_nothing_on_postgres(postgres_url: str) -> None:
    async with new_stand(postgres_url) as stand:
        uow = sql_units_of_work(stand.engine)(read_only=True)
        async with uow:
            with pytest.raises(DBAPIError):
                await uow.keys.add("o", "k", "h", "c", 1)


async def test_schema_has_a_version_of_its_own(tmp_path: Path) -> None:
    async with open_engine(f"sqlite:///{tmp_path / 'c.db'}") as engine, engine.connect() as connection:
        found = (await connection.execute(text("SELECT version_num FROM cen_alembic_version"))).scalar_one()
    assert found == "0008"
