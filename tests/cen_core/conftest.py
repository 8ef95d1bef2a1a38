"""A core on an empty database: `stand` on SQLite, `both` on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.cen_core.world import Stand, new_stand


@pytest_asyncio.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with new_stand(f"sqlite:///{tmp_path / 'cen.sqlite3'}") as made:
        yield made


@pytest_asyncio.fixture
async def both(database_url: str) -> AsyncIterator[Stand]:
    async with new_stand(database_url) as made:
        yield made
