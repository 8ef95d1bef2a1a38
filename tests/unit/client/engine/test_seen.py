"""Rules of comparing views (PROTOCOL §3.4).

SN-001 a sender's head that is a beginning of ours is silent, also the empty one
SN-002 another hash, or a head beyond the record's own place, is told and blocks nothing
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cencomm.client.engine.seen import compare_seen
from cencomm.crypto.head import Head, start
from tests.unit.client.engine.test_receive import talk
from tests.unit.client.stand import Stand, alarms


class TestSeen:
    def test_a_beginning_of_ours_is_silent(self, tmp_path: Path) -> None:
        """SN-001"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        talk(stand, here, "one", "two")
        with there.changing() as tx:
            assert compare_seen(there.memory, tx, stand.log[-1], start(stand.cug_id))
            known = there.memory.heads.at(tx, 2)
            assert known is not None
            assert compare_seen(there.memory, tx, stand.log[-1], Head(2, known))
        assert alarms(there) == {}

    @pytest.mark.parametrize("n", [0, 2, 4, 99])
    def test_another_view_is_told(self, tmp_path: Path, n: int) -> None:
        """SN-002"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        talk(stand, here, "one", "two")
        with there.changing() as tx:
            assert not compare_seen(there.memory, tx, stand.log[-1], Head(n, bytes(32)))
        assert alarms(there)["seen_mismatch"] == {"sender": here.memory.device.device_id, "n": n}
        talk(stand, here, "three")
        assert there.memory.head == here.memory.head
