"""Rules of sending (PROTOCOL §2.6, §3.5).

SD-001 records wait while an own commit is under way, and go out after it
SD-002 records wait while a renewal is due: an epoch older than a day, a leaf older than a week
SD-003 a record refused as stale is not sealed again in the same epoch
SD-004 events that are signed already go out whatever the state
"""

from __future__ import annotations

from pathlib import Path

from cencomm.client.engine.sending import EPOCH_LIFE_MS, LEAF_LIFE_MS, pump, renewal_due
from cencomm.wire.frames import EventKind, Refused, Send
from tests.unit.client.stand import NOW_MS, Stand, chat, texts


class TestPump:
    def test_records_wait_for_an_own_commit(self, tmp_path: Path) -> None:
        """SD-001"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        stand.begin_commit(here)
        here.queue(personal=chat("after"))
        assert len(stand.links[here.memory.device.device_id].sent) == 1
        stand.run()
        assert texts(there) == ["after"]

    def test_records_wait_for_a_renewal(self, tmp_path: Path) -> None:
        """SD-002"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        assert not renewal_due(here.memory, NOW_MS + EPOCH_LIFE_MS - 60_000)
        assert renewal_due(here.memory, NOW_MS + EPOCH_LIFE_MS + 60_000)
        with here.changing():
            here.memory.change(epoch_at_ms=NOW_MS + LEAF_LIFE_MS)
        assert renewal_due(here.memory, NOW_MS + LEAF_LIFE_MS + 60_000)
        stand.clock.at_ms += LEAF_LIFE_MS + 60_000
        here.queue(personal=chat("after"))
        assert not stand.links[here.memory.device.device_id].sent
        stand.begin_commit(here)
        stand.run()
        assert texts(there) == ["after"]

    def test_a_stale_record_waits_for_the_next_epoch(self, tmp_path: Path) -> None:
        """SD-003"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        client_ref = here.queue(personal=chat("one"))
        link = stand.links[here.memory.device.device_id]
        link.sent.clear()
        here.receive([Refused(stand.cug_id, client_ref, "groups.stale_epoch")])
        assert not link.sent
        stand.begin_commit(there)
        stand.run()
        assert texts(there) == texts(here) == ["one"]

    def test_signed_events_go_out_whatever_the_state(self, tmp_path: Path) -> None:
        """SD-004"""
        stand = Stand(tmp_path)
        (here,) = stand.operation("KE/otieno")
        with here.changing():
            here.memory.set_secret(None)
        here.queue(personal=chat("waits"))
        here.queue_event(EventKind.REJECTION, b"signed")
        (frame,) = stand.links[here.memory.device.device_id].sent
        assert isinstance(frame, Send)
        assert frame.body == b"signed"
        with here.changing() as tx:
            assert pump(here.memory, tx, NOW_MS) == []
