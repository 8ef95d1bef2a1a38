"""Catching up and live delivery with a log in memory: gapless, fair, and nothing for who may not see it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from cencomm.groups.access import EVERYTHING, NO_ACCESS, Access
from cencomm.groups.model import LoggedEvent
from cencomm.ids import ClientRef, CugId, DeviceId, OfficerId
from cencomm.server.feeds import FRAME_BYTES, Feeds, event_frames
from cencomm.wire.frames import (
    CaughtUp,
    EventKind,
    Events,
    Notice,
    NoticeKind,
    Refused,
    ServerFrame,
    decode_server_frame,
    encode_frame,
)

CUG = CugId(b"c" * 16)
MOST = 3
"""Sockets of one device."""
OTIENO = OfficerId("KE/otieno")
PETIT = OfficerId("FR/petit")
MEMBER = Access(EVERYTHING, frozenset())


def event(seq: int, kind: EventKind = EventKind.RECORD, body: bytes = b"x") -> LoggedEvent:
    return LoggedEvent(seq, 1000, kind, DeviceId("KE/otieno/laptop"), ClientRef(seq.to_bytes(16, "big")), body)


class FakeConnection:
    def __init__(self, account_id: OfficerId = OTIENO) -> None:
        self.account_id = account_id
        self.device_id = DeviceId(f"{account_id}/laptop")
        self.raw: list[bytes] = []
        self.ended: list[CugId] = []
        self.given_up = False
        self.ready = asyncio.Event()
        self.ready.set()

    @property
    def is_paused(self) -> bool:
        return not self.ready.is_set()

    def write(self, frame: bytes) -> None:
        self.raw.append(frame)

    def say(self, frame: ServerFrame) -> None:
        self.write(encode_frame(frame))

    async def writable(self) -> None:
        await self.ready.wait()

    def unfollowed(self, cug_id: CugId) -> None:
        self.ended.append(cug_id)

    def give_up(self) -> None:
        self.given_up = True

    @property
    def frames(self) -> list[ServerFrame]:
        return [decode_server_frame(raw) for raw in self.raw]

    @property
    def seqs(self) -> list[int]:
        return [event.seq for frame in self.frames if isinstance(frame, Events) for event in frame.events]


class FakeSource:
    """A log in memory; reading takes a turn of the loop, so that events can come in between."""

    def __init__(self) -> None:
        self.log: list[LoggedEvent] = []
        self.accesses: dict[OfficerId, Access] = {OTIENO: MEMBER, PETIT: MEMBER}
        self.knows_upto = 10**9
        self.reads = 0
        self.page = 3
        self.broken = False

    async def events_after(self, _cug_id: CugId, seq: int) -> list[LoggedEvent]:
        self.reads += 1
        if self.broken:
            raise OSError
        found = [event for event in self.log if event.seq > seq][: self.page]
        await asyncio.sleep(0)
        return found

    async def last_seqs(self, cug_ids: Sequence[CugId]) -> dict[CugId, int]:
        return {cug_id: len(self.log) for cug_id in cug_ids}

    async def reach(self, _cug_id: CugId, seq: int) -> int:
        return min(seq, len(self.log))

    def accesses_now(self, _cug_id: CugId, upto: Sequence[LoggedEvent]) -> Callable[[OfficerId], Access] | None:
        if upto and upto[-1].seq > self.knows_upto:
            return None
        return lambda account_id: self.accesses.get(account_id, NO_ACCESS)

    async def access(self, cug_id: CugId, account_id: OfficerId, upto: Sequence[LoggedEvent]) -> Access:
        self.knows_upto = 10**9
        known = self.accesses_now(cug_id, upto)
        assert known is not None
        return known(account_id)


class Stand:
    def __init__(self) -> None:
        self.source = FakeSource()
        self.feeds: Feeds[FakeConnection] = Feeds(self.source, poll_seconds=0.01, device_sockets=MOST)

    def connect(self, account_id: OfficerId = OTIENO, after_seq: int | None = 0) -> FakeConnection:
        connection = FakeConnection(account_id)
        self.feeds.connected(connection)
        if after_seq is not None:
            self.feeds.follow(connection, CUG, after_seq)
        return connection

    def store(self, count: int = 1, *, here: bool = True) -> None:
        new = [event(len(self.source.log) + 1 + number) for number in range(count)]
        self.source.log += new
        if here:
            self.feeds.stored(CUG, new)


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    made = Stand()
    yield made
    await made.feeds.stop()


async def settle() -> None:
    for _ in range(60):
        await asyncio.sleep(0)


class TestConnections:
    async def test_a_device_keeps_its_newest_sockets_and_the_oldest_are_given_up(self, stand: Stand) -> None:
        petit = stand.connect(PETIT)
        sockets = [stand.connect() for _ in range(MOST)]
        assert not any(one.given_up for one in sockets)
        sockets.append(stand.connect())
        assert [one.given_up for one in sockets] == [True, False, False, False]
        stand.feeds.disconnected(sockets[0])
        stand.feeds.disconnected(sockets[2])
        sockets.append(stand.connect())
        assert [one.given_up for one in sockets] == [True, False, False, False, False]
        assert not petit.given_up


class TestCatchingUp:
    async def test_everything_after_the_given_seq_then_caught_up_then_live(self, stand: Stand) -> None:
        stand.store(7)
        connection = stand.connect(after_seq=2)
        await settle()
        assert connection.seqs == [3, 4, 5, 6, 7]
        assert connection.frames[-1] == CaughtUp(CUG, 7)
        stand.store(2)
        assert connection.seqs == [3, 4, 5, 6, 7, 8, 9]

    async def test_who_still_reads_the_past_is_counted(self, stand: Stand) -> None:
        stand.store(7)
        connection = stand.connect()
        assert (stand.feeds.followed_cugs, stand.feeds.catching_up) == (1, 1)
        await settle()
        assert (stand.feeds.followed_cugs, stand.feeds.catching_up) == (1, 0)
        stand.feeds.disconnected(connection)
        assert (stand.feeds.followed_cugs, stand.feeds.catching_up) == (0, 0)

    async def test_what_is_stored_while_catching_up_comes_once_and_in_order(self, stand: Stand) -> None:
        stand.store(7)
        connection = stand.connect()
        for _ in range(20):
            stand.store()
            await asyncio.sleep(0)
        await settle()
        assert connection.seqs == list(range(1, 28))
        assert sum(isinstance(frame, CaughtUp) for frame in connection.frames) == 1

    async def test_subscribing_again_starts_over(self, stand: Stand) -> None:
        stand.store(3)
        connection = stand.connect()
        await settle()
        stand.feeds.follow(connection, CUG, 1)
        await settle()
        assert connection.seqs == [1, 2, 3, 2, 3]

    @pytest.mark.parametrize("said", [8, 2**62])
    async def test_who_asks_from_beyond_the_end_hears_where_it_is_and_harms_nobody(
        self, stand: Stand, said: int
    ) -> None:
        stand.store(7)
        beyond = stand.connect(after_seq=said)
        await settle()
        assert beyond.frames == [CaughtUp(CUG, 7)]
        other = stand.connect(PETIT, after_seq=6)
        await settle()
        stand.store(2)
        assert beyond.seqs == [8, 9]
        assert other.seqs == [7, 8, 9]
        reads = stand.source.reads
        await settle()
        assert stand.source.reads == reads  # nobody looks again and again for what is not there

    async def test_a_store_that_fails_ends_the_connection(self, stand: Stand) -> None:
        stand.source.broken = True
        connection = stand.connect()
        await settle()
        assert connection.given_up


class TestLive:
    async def test_the_same_bytes_go_to_every_socket(self, stand: Stand) -> None:
        first, second = stand.connect(), stand.connect(PETIT)
        await settle()
        stand.store(3)
        assert first.raw[-1] is second.raw[-1]

    async def test_who_does_not_read_delays_nobody_and_catches_up_later(self, stand: Stand) -> None:
        slow, quick = stand.connect(), stand.connect(PETIT)
        await settle()
        slow.ready.clear()
        stand.feeds.paused(slow)
        stand.store(5)
        assert (slow.seqs, quick.seqs) == ([], [1, 2, 3, 4, 5])
        slow.ready.set()
        await settle()
        assert slow.seqs == [1, 2, 3, 4, 5]
        stand.store()
        assert slow.seqs[-1] == 6
        assert sum(isinstance(frame, CaughtUp) for frame in slow.frames) == 1

    async def test_unsubscribed_hears_no_more(self, stand: Stand) -> None:
        connection = stand.connect()
        await settle()
        stand.feeds.unfollow(connection, CUG)
        stand.store()
        await settle()
        assert connection.seqs == []

    async def test_disconnected_is_forgotten(self, stand: Stand) -> None:
        connection = stand.connect()
        await settle()
        stand.feeds.disconnected(connection)
        stand.store()
        assert connection.seqs == []
        assert stand.feeds.connections() == ()


class TestOtherProcesses:
    async def test_what_others_are_said_to_have_stored_is_fetched_at_once_and_read_once(self, stand: Stand) -> None:
        connection = stand.connect()
        await settle()
        reads = stand.source.reads
        stand.store(7, here=False)
        stand.feeds.reached(CUG, 7)
        await settle()
        assert connection.seqs == [1, 2, 3, 4, 5, 6, 7]
        assert stand.source.reads == reads + 3  # pages of three

    async def test_what_is_said_while_a_page_is_read_is_not_forgotten(self, stand: Stand) -> None:
        connection = stand.connect()
        await settle()
        for seq in range(1, 30):
            stand.store(here=False)
            stand.feeds.reached(CUG, seq)
            await asyncio.sleep(0)
        await settle()
        assert connection.seqs == list(range(1, 30))

    async def test_a_false_word_costs_one_look_and_changes_nothing(self, stand: Stand) -> None:
        connection = stand.connect()
        await settle()
        reads, frames = stand.source.reads, len(connection.raw)
        stand.feeds.reached(CUG, 2**62)
        stand.feeds.reached(CugId(b"?" * 16), 9)
        await settle()
        assert (stand.source.reads, len(connection.raw)) == (reads + 1, frames)
        stand.store()
        assert connection.seqs == [1]

    async def test_what_others_stored_is_found_by_polling(self, stand: Stand) -> None:
        stand.feeds.start()
        connection = stand.connect()
        await settle()
        stand.store(5, here=False)
        await asyncio.sleep(0.1)
        assert connection.seqs == [1, 2, 3, 4, 5]

    async def test_a_gap_is_filled_before_what_comes_after_it(self, stand: Stand) -> None:
        first, second = stand.connect(), stand.connect(PETIT)
        await settle()
        stand.store(4, here=False)
        stand.store(2)
        await settle()
        assert first.seqs == second.seqs == [1, 2, 3, 4, 5, 6]

    async def test_an_old_view_is_not_trusted_with_a_change_of_members(self, stand: Stand) -> None:
        connection = stand.connect(PETIT)
        await settle()
        stand.source.knows_upto = 0
        stand.source.accesses[PETIT] = Access(1, frozenset())
        stand.store(3)
        await settle()
        assert connection.seqs == [1]


class TestAccess:
    async def test_a_stranger_gets_a_refusal_and_no_event(self, stand: Stand) -> None:
        stand.store(3)
        connection = stand.connect(OfficerId("XX/nobody"))
        await settle()
        assert connection.frames == [Refused(CUG, None, "groups.not_member")]
        assert connection.ended == [CUG]

    async def test_the_removed_gets_the_event_that_removed_him_and_nothing_after_it(self, stand: Stand) -> None:
        stays, goes = stand.connect(), stand.connect(PETIT)
        await settle()
        stand.store(2)
        stand.source.accesses[PETIT] = Access(3, frozenset())
        stand.store()
        stand.store(2)
        await settle()
        assert stays.seqs == [1, 2, 3, 4, 5]
        assert goes.seqs == [1, 2, 3]
        assert goes.frames[-1] == Notice(NoticeKind.REMOVED, CUG)
        assert goes.ended == [CUG]

    async def test_one_batch_with_the_removal_in_it_is_cut_for_the_removed(self, stand: Stand) -> None:
        goes = stand.connect(PETIT)
        await settle()
        stand.source.accesses[PETIT] = Access(2, frozenset())
        stand.store(3)
        await settle()
        assert goes.seqs == [1, 2]

    async def test_the_removed_may_still_read_what_was_before(self, stand: Stand) -> None:
        stand.store(6)
        stand.source.accesses[PETIT] = Access(4, frozenset())
        connection = stand.connect(PETIT)
        await settle()
        assert connection.seqs == [1, 2, 3, 4]
        assert connection.frames[-2:] == [CaughtUp(CUG, 4), Notice(NoticeKind.REMOVED, CUG)]


class TestNotices:
    async def test_a_notice_reaches_the_accounts_and_devices_it_is_for(self, stand: Stand) -> None:
        otieno, petit = stand.connect(after_seq=None), stand.connect(PETIT, after_seq=None)
        notice = Notice(NoticeKind.ADMITTED, CUG)
        stand.feeds.notify(notice, accounts=[OTIENO])
        stand.feeds.notify(notice, accounts=[], devices=[petit.device_id])
        stand.feeds.notify(Notice(NoticeKind.REVOCATIONS))
        assert otieno.frames == petit.frames == [notice, Notice(NoticeKind.REVOCATIONS)]


class TestFrames:
    def test_events_are_split_by_size_and_none_is_lost(self) -> None:
        events = [event(seq, body=b"x" * (FRAME_BYTES // 2)) for seq in range(1, 6)]
        frames = [decode_server_frame(frame) for frame in event_frames(CUG, events)]
        assert all(isinstance(frame, Events) and len(frame.events) <= 2 for frame in frames)
        assert [e.seq for frame in frames if isinstance(frame, Events) for e in frame.events] == [1, 2, 3, 4, 5]
