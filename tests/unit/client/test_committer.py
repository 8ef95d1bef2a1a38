"""Rules of committing an intent (PROTOCOL §2.6).

CO-001 a loser builds anew from its intent, and wins in the end
CO-002 what is done already is not committed again
CO-003 a refusal other than losing is told
CO-004 one outside the group, removed from it or in a closed one commits nothing
CO-005 who keeps losing gives up
CO-006 a handshake that nobody overtook is made anew at once
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cencomm.client import committer as committer_module
from cencomm.client.committer import Committer, Intent, require_member
from cencomm.client.engine.engine import AGAIN
from cencomm.client.errors import CommitKeptLosing, GroupClosed, NotMember, NotYetJoined, SendRefused
from tests.unit.client.stand import Stand
from tests.unit.client.test_admit import beside


async def empty() -> Intent | None:
    return Intent(())


class TestCommitter:
    async def test_a_loser_builds_anew_and_wins(self, tmp_path: Path) -> None:
        """CO-001"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        built: list[int] = []

        async def build() -> Intent | None:
            built.append(here.memory.row.epoch)
            if len(built) == 1:
                stand.begin_commit(there)
                link = stand.links[there.memory.device.device_id]
                stand.take(there.memory.device.device_id, link.sent.popleft())
            return Intent(())

        await beside(stand, Committer(here).commit(build))
        assert built == [1, 2]
        assert here.memory.row.epoch == there.memory.row.epoch == 3

    async def test_what_is_done_is_not_committed(self, tmp_path: Path) -> None:
        """CO-002"""
        stand = Stand(tmp_path)
        (here,) = stand.operation("KE/otieno")

        async def nothing() -> Intent | None:
            return None

        assert not await Committer(here).commit(nothing)
        assert here.memory.row.epoch == 0

    async def test_what_nobody_overtook_is_made_anew_at_once(self, tmp_path: Path) -> None:
        """CO-006"""
        stand = Stand(tmp_path)
        (here,) = stand.operation("KE/otieno")
        outcomes = iter([AGAIN, "won"])

        async def one_try() -> str:
            return next(outcomes)

        assert await Committer(here).attempt(one_try)
        assert next(outcomes, None) is None

    async def test_another_refusal_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """CO-003"""
        stand = Stand(tmp_path)
        (here,) = stand.operation("KE/otieno")
        monkeypatch.setattr(stand, "refusal", lambda _: "policy.refused")
        with pytest.raises(SendRefused) as refused:
            await beside(stand, Committer(here).commit(empty))
        assert refused.value.facts["reason"] == "policy.refused"
        assert here.memory.pending is None

    async def test_who_is_outside_commits_nothing(self, tmp_path: Path) -> None:
        """CO-004"""
        stand = Stand(tmp_path)
        (here,) = stand.operation("KE/otieno")
        for fields, refusal in (({"removed_seq": 5}, NotMember), ({"closed_seq": 5}, GroupClosed)):
            with here.changing():
                here.memory.change(removed_seq=0, closed_seq=0)
                here.memory.change(**fields)
            with pytest.raises(refusal):
                await Committer(here).commit(empty)
        with here.changing():
            here.memory.change(removed_seq=0, closed_seq=0)
            here.memory.set_secret(None)
        with pytest.raises(NotYetJoined):
            require_member(here)
        assert len(stand.log) == 1

    async def test_who_keeps_losing_gives_up(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """CO-005"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        monkeypatch.setattr(committer_module, "TRIES", 3)

        async def build() -> Intent | None:
            stand.begin_commit(there)
            stand.take(there.memory.device.device_id, stand.links[there.memory.device.device_id].sent.popleft())
            return Intent(())

        with pytest.raises(CommitKeptLosing):
            await beside(stand, Committer(here).commit(build))
        assert here.memory.pending is None
