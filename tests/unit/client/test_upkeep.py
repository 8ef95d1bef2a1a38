"""Upkeep comes by for every engine again and again, and one refusal does not stop it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cencomm.client import upkeep as upkeep_module
from cencomm.client.engine.engine import CugEngine
from cencomm.client.errors import ServerUnreachable
from cencomm.client.upkeep import Upkeep
from cencomm.ids import CugId
from tests.unit.client.stand import Stand


async def test_it_comes_by_again_and_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand = Stand(tmp_path)
    here, there = stand.operation("KE/otieno", "FR/dupont")
    seen: list[CugEngine] = []

    async def keep_up(engine: CugEngine) -> None:
        seen.append(engine)
        raise ServerUnreachable

    monkeypatch.setattr(upkeep_module, "EVERY_SECONDS", 0.002)
    looks: list[None] = []

    async def look() -> None:
        looks.append(None)

    upkeep = Upkeep({stand.cug_id: here, CugId(b"2" * 16): there}, keep_up, look)
    upkeep.start()
    upkeep.start()
    async with asyncio.timeout(5):
        while len(looks) < 2:
            await asyncio.sleep(0.005)
    await upkeep.stop()
    await upkeep.stop()
    assert seen[:4] == [here, there, here, there]
