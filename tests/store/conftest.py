"""Worlds on both databases; PostgreSQL's are copied from one that was migrated once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from cencomm.store.database import open_database
from tests.accounts_world import World, new_world, sqlite_url
from tests.postgres import Postgres


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Postgres) -> str:
    """The address of a database with the newest schema, to be copied."""
    address = postgres.new_database()

    async def build() -> None:
        async with open_database(address):
            pass

    asyncio.run(build())
    return address


@pytest.fixture
def postgres_copy(postgres: Postgres, migrated_postgres: str) -> Iterator[str]:
    address = postgres.new_database(like=migrated_postgres)
    yield address
    postgres.drop_database(address)


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    if request.param == "sqlite":
        url = await sqlite_url(tmp_path)
    else:
        url = await asyncio.to_thread(request.getfixturevalue, "postgres_copy")
    async with new_world(url) as made:
        yield made
