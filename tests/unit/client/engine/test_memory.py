"""Rules of the decoded rows.

ME-001 what is saved is loaded, secrets and all
ME-002 the same alarm is kept once
ME-003 nothing of the memory shows a secret
"""

from __future__ import annotations

from pathlib import Path

from cencomm.client import model
from cencomm.client.engine.memory import Memory
from tests.unit.client.engine.test_receive import talk
from tests.unit.client.stand import Stand


class TestMemory:
    def test_what_is_saved_is_loaded(self, tmp_path: Path) -> None:
        """ME-001"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        talk(stand, here, "one")
        fresh = Memory(stand.cug_id, there.memory.device)
        fresh.load(there.reading())
        assert fresh.row == there.memory.row
        assert fresh.head == here.memory.head
        assert fresh.secret is not None
        assert there.memory.secret is not None
        assert fresh.secret.epoch_authenticator == there.memory.secret.epoch_authenticator
        assert fresh.group is fresh.secret.public
        assert [row.made_seq for row in fresh.all_epochs(there.reading())] == [1, 2]

    def test_the_same_alarm_is_kept_once(self, tmp_path: Path) -> None:
        """ME-002"""
        stand = Stand(tmp_path)
        (here,) = stand.operation("KE/otieno")
        for _ in range(3):
            with here.changing() as tx:
                here.memory.alarm(tx, "fork", epoch=1)
                here.memory.alarm(tx, "fork", epoch=2)
        assert here.reading().count(model.alarms(stand.cug_id)) == 2

    def test_rows_show_no_secret(self, tmp_path: Path) -> None:
        """ME-003"""
        stand = Stand(tmp_path)
        (here,) = stand.operation("KE/otieno")
        stand.begin_commit(here)
        key = here.memory.content_key(here.reading(), here.memory.row.group_id, 0)
        assert key is not None
        pending = here.memory.pending
        assert pending is not None
        shown = repr([pending, model.KeyRow(bytes(key)), model.StateRow(secret=bytes(key)), here.memory.device])
        assert repr(bytes(key))[2:-1] not in shown
        assert bytes(key).hex() not in shown
