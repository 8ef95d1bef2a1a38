"""Rules of handing frames to the engines.

LV-001 each CUG's frames come in their order, in slices
LV-002 notices and a fresh connection are passed on; frames of an unknown CUG are left
LV-003 who is on line is asked again with each connection, after everything else, and forgotten without one
"""

from __future__ import annotations

from pathlib import Path

from cencomm.client.live import Live, slices
from cencomm.client.presence import Presence
from cencomm.ids import OfficerId
from cencomm.wire.frames import (
    CaughtUp,
    Event,
    EventKind,
    Events,
    Limits,
    Notice,
    NoticeKind,
    Present,
    Ready,
    Subscribe,
    Watch,
)
from tests.unit.client.engine.test_receive import talk
from tests.unit.client.stand import NOW_MS, Stand, texts


class TestLive:
    async def test_frames_come_in_their_order(self, tmp_path: Path) -> None:
        """LV-001, LV-002, LV-003"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        stand.links[there.memory.device.device_id].connected = False
        talk(stand, here, *[str(number) for number in range(20)])
        notices: list[Notice] = []
        connections: list[None] = []
        presence = Presence(lambda frame: None)
        presence.attend(stand.cug_id)
        live = Live({stand.cug_id: there}, stand.clock, notices.append, lambda: connections.append(None), presence)
        assert live.resume() == [Subscribe(stand.cug_id, 2), Watch(stand.cug_id)]
        events = [Events(stand.cug_id, (event,)) for event in stand.log[2:]]
        notice = Notice(NoticeKind.ADMITTED, b"x" * 16)
        ready = Ready(NOW_MS, "FR/dupont/laptop", Limits(1, 1, 1, 1))
        present = Present(stand.cug_id, ("KE/otieno",))
        end = CaughtUp(stand.cug_id, len(stand.log))
        await live.receive([ready, *events, present, notice, Events(b"x" * 16, ()), end])
        assert presence.view(stand.cug_id).present == frozenset([OfficerId("KE/otieno")])
        assert texts(there) == [str(number) for number in range(20)]
        assert there.caught_up_seq == len(stand.log)
        assert notices == [notice]
        assert connections == [None]
        live.disconnected()
        assert there.caught_up_seq == -1
        assert presence.view(stand.cug_id).present is None

    def test_slices_hold_about_so_many(self) -> None:
        """LV-001"""
        event = Event(1, 1, EventKind.RECORD, "x", bytes(16), b"")
        frames = [Events(bytes(16), (event,) * 3) for _ in range(5)]
        assert [len(some) for some in slices(frames, 6)] == [2, 2, 1]
        assert list(slices([], 6)) == []
