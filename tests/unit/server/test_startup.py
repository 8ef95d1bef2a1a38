"""Services open in order and close again."""

from __future__ import annotations

from pathlib import Path

import pytest

from cencomm.server.context import LIMITS
from cencomm.server.startup import NotInitialised, Startup
from cencomm.settings import Settings
from cencomm.store.database import DatabaseUrlInvalid
from cencomm.wire.frames import MAX_FRAME_BYTES
from tests.accounts_world import World


async def test_database_without_deployment_is_refused(tmp_path: Path) -> None:
    settings = Settings(tmp_path, f"sqlite:///{tmp_path}/new.sqlite3")
    with pytest.raises(NotInitialised):
        async with Startup(settings).services():
            pass


async def test_address_of_no_database_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUrlInvalid):
        async with Startup(Settings(tmp_path, "mysql://x/y")).services():
            pass


async def test_services_know_their_deployment_and_close(world: World) -> None:
    url = world.database.url.set(drivername="sqlite").render_as_string()
    startup = Startup(Settings(Path("/nowhere"), url), now_ms=lambda: world.now_ms)
    for _ in range(2):
        async with startup.services() as services:
            assert services.foundation.deployment == world.deployment
            assert services.now_ms() == world.now_ms


def test_limits_fit_into_a_frame() -> None:
    assert LIMITS.record_bytes < LIMITS.handshake_bytes < MAX_FRAME_BYTES
