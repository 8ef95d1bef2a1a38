"""Health and readiness."""

from __future__ import annotations

import pytest

from cencomm.store.database import Database
from tests.accounts_world import World
from tests.unit.server.rig import served


async def test_server_is_healthy_and_ready(world: World) -> None:
    async with served(world) as rig:
        assert (await rig.ask("GET", "/healthz")).json() == {"status": "ok"}
        assert (await rig.ask("GET", "/readyz")).json() == {"status": "ready"}


async def test_server_without_its_database_is_healthy_and_not_ready(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(_self: Database) -> bool:
        return False

    async with served(world) as rig:
        monkeypatch.setattr(Database, "is_there", gone)
        assert (await rig.ask("GET", "/healthz")).status_code == 200
        answer = await rig.ask("GET", "/readyz")
        assert (answer.status_code, answer.json()) == (503, {"code": "server.not_ready", "facts": {}})
