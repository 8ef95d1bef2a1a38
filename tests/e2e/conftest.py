"""Fixtures for whole ways: a real server on each database, and people on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.world import World
from tests.servers import RunningServer


@pytest.fixture
def server(new_server: Callable[[], RunningServer]) -> RunningServer:
    """A server on a fresh database, SQLite and PostgreSQL in turn; `world` starts it."""
    return new_server()


@pytest.fixture
async def world(server: RunningServer, tmp_path: Path) -> World:
    """A deployment with its secretariat enrolled, on a running server."""
    return await World.found(tmp_path, server)
