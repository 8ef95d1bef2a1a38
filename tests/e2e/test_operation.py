"""One operation by two people through a real server, on both databases.

OP-001 an officer is invited, enrols, is certified, is admitted, and both read what the other writes
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cencomm.client.cug import CugState
from tests.e2e.world import World, operation, texts
from tests.servers import RunningServer


class TestOperation:
    async def test_two_officers_talk(self, new_server: Callable[[], RunningServer], tmp_path: Path) -> None:
        """OP-001"""
        world = await World.found(tmp_path, new_server())
        async with world.officer("KE/otieno") as otieno, world.officer("FR/dupont") as dupont:
            here, there = await operation(otieno, dupont)
            assert here.title == "Operation Tiger"
            await here.send_text("ready", "en")
            await there.send_text("prêt", "fr")
            await here.flush()
            await there.flush()
            await here.wait_seq(there.last_seq)
            await there.wait_seq(here.last_seq)
            assert sorted(texts(here)) == sorted(texts(there)) == ["prêt", "ready"]
            assert here.alarms() == there.alarms() == []
            assert there.state is CugState.OPEN
            assert here.epoch_authenticator == there.epoch_authenticator
