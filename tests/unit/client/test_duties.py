"""Rules of what a member's client does by itself.

DU-001 what a batch asked for is taken up: leaving, seals, history, joining, successors, the vault
DU-002 a duty that somebody else did, or that is not ours, is left
DU-003 upkeep asks for the past, renews before sending, and warns of stale revocations
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from cencomm.client import duties as duties_module
from cencomm.client.committer import Committer
from cencomm.client.duties import ASK_AFTER_MS, Duties
from cencomm.client.engine.effects import (
    AnswerHistory,
    CorrectSeals,
    Effect,
    Join,
    RemoveLeaver,
    SaveToVault,
    Succeed,
)
from cencomm.client.engine.engine import CugEngine
from cencomm.client.engine.sending import EPOCH_LIFE_MS
from cencomm.client.revocations import WARN_AFTER_MS
from cencomm.client.vault_sync import change_account
from cencomm.crypto.archive import ArchiveSeal
from cencomm.ids import OfficerId
from cencomm.wire.frames import EventKind
from tests.unit.client.engine.test_keys import late
from tests.unit.client.stand import NOW_MS, Stand, alarms, api_of, chat, texts
from tests.unit.client.test_admit import beside, membership


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def now(low: float, high: float) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(duties_module, "jitter", now)


class Runner:
    def __init__(self, stand: Stand, engine: CugEngine) -> None:
        members, _ = membership(stand, engine)
        api, _ = api_of(stand, engine.memory.device)
        self.stand = stand
        self.duties = Duties(engine, Committer(engine), members, api, stand.profile(engine.memory.device))
        self.saves = 0

    async def take_up(self, *effects: Effect) -> None:
        works: list[Coroutine[Any, Any, object]] = []
        self.duties.take_up(effects, works.append, self.save)
        for work in works:
            await beside(self.stand, work)

    def save(self) -> None:
        self.saves += 1


class TestEffects:
    async def test_a_leaver_is_removed_by_an_organiser(self, tmp_path: Path) -> None:
        """DU-001, DU-002"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        leaver = RemoveLeaver(OfficerId("FR/dupont"))
        await Runner(stand, there).take_up(leaver)
        assert there.memory.secret is not None
        await Runner(stand, here).take_up(leaver, leaver, RemoveLeaver(OfficerId("KE/otieno")))
        assert there.memory.secret is None
        assert here.memory.row.epoch == 2

    async def test_seals_are_put_right_once(self, tmp_path: Path) -> None:
        """DU-001, DU-002"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        row = here.memory.row
        wanted = CorrectSeals(row.group_id, row.epoch, (ArchiveSeal(bytes(32), bytes(32), bytes(48)),))
        await Runner(stand, there).take_up(wanted)
        await Runner(stand, here).take_up(wanted)
        assert [event.kind for event in stand.log].count(EventKind.SEAL) == 1

    async def test_history_is_answered(self, tmp_path: Path) -> None:
        """DU-001"""
        stand = Stand(tmp_path)
        here, newcomer, _ = late(stand)
        await Runner(stand, here).take_up(AnswerHistory(1, ((here.memory.row.group_id, 0),)))
        assert texts(newcomer) == ["one", "two"]

    async def test_one_outside_joins_and_a_member_does_not(self, tmp_path: Path) -> None:
        """DU-001, DU-002"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        with there.changing():
            there.memory.set_secret(None)
            there.memory.change(broken="mls.refused")
        await Runner(stand, there).take_up(Join(), Succeed())
        await Runner(stand, here).take_up(Join(), Succeed())
        assert there.memory.secret is not None
        assert (here.memory.row.group_id, here.memory.row.epoch) == (there.memory.row.group_id, 2)

    async def test_the_vault_is_saved(self, tmp_path: Path) -> None:
        """DU-001"""
        stand = Stand(tmp_path)
        (here,) = stand.operation("KE/otieno")
        runner = Runner(stand, here)
        await runner.take_up(SaveToVault())
        assert runner.saves == 1


class TestUpkeep:
    async def test_the_past_is_asked_for(self, tmp_path: Path) -> None:
        """DU-003"""
        stand = Stand(tmp_path)
        _, newcomer, _ = late(stand)
        count = len(stand.log)
        await beside(stand, Runner(stand, newcomer).duties.keep_up())
        assert len(stand.log) == count
        stand.clock.at_ms += ASK_AFTER_MS + 1000
        await beside(stand, Runner(stand, newcomer).duties.keep_up())
        assert len(stand.log) == count + 1

    async def test_it_renews_before_sending_and_warns(self, tmp_path: Path) -> None:
        """DU-003"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        change_account(stand.profile(here.memory.device), revocations_at_ms=NOW_MS - WARN_AFTER_MS)
        stand.clock.at_ms += EPOCH_LIFE_MS + 60_000
        here.queue(personal=chat("late"))
        stand.run()
        assert texts(there) == []
        await beside(stand, Runner(stand, here).duties.keep_up())
        stand.run()
        assert texts(there) == ["late"]
        assert alarms(here)["revocations_stale"] == {"days": 8}
        epoch = there.memory.row.epoch
        await beside(stand, Runner(stand, there).duties.keep_up())
        assert there.memory.row.epoch == epoch

    async def test_without_a_connection_nothing_is_done(self, tmp_path: Path) -> None:
        """DU-002"""
        stand = Stand(tmp_path)
        (here,) = stand.operation("KE/otieno")
        here.disconnected()
        stand.clock.at_ms += EPOCH_LIFE_MS * 30
        await Runner(stand, here).duties.keep_up()
        assert alarms(here) == {}
