"""A world on SQLite behind the edge."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.accounts_world import World, new_world, sqlite_url


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with new_world(await sqlite_url(tmp_path)) as made:
        yield made
