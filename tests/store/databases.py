"""A migrated, empty database of each kind for tests of the stores."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from cencomm.store.database import migrate, new_engine, parse_url


@asynccontextmanager
async def migrated(database_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on the database, its schema at the newest version."""
    engine = new_engine(parse_url(database_url))
    try:
        await migrate(engine)
        yield engine
    finally:
        await engine.dispose()


@asynccontextmanager
async def database_urls(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[str]:
    """The address of an empty database of the kind that the test is parametrised with."""
    if request.param == "sqlite":
        yield f"sqlite:///{folder / 'cencomm.sqlite'}"
        return
    pytest.skip("PostgreSQL")
