"""`web`: the core on SQLite behind its edge."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.cen_core.unit.edge.web import Web, served
from tests.cen_core.world import Stand


@pytest_asyncio.fixture
async def web(stand: Stand) -> AsyncIterator[Web]:
    async with served(stand) as made:
        yield made
