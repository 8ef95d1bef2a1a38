"""What watchers are told, with connections and a clock in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from cencomm.groups.model import CugState, Membership
from cencomm.ids import CugId, OfficerId, new_cug_id
from cencomm.server.watchers import FRAMES_PER_SECOND, TELL_SECONDS, Roster, Watchers
from cencomm.wire.frames import Present, ServerFrame, Writes, decode_server_frame
from tests.unit.crypto.people import DUBOIS, OTIENO, SILVA
from tests.unit.groups.test_views import VIEW

A, B, C = SILVA.officer_id, OTIENO.officer_id, DUBOIS.officer_id


@dataclass(eq=False)
class FakeConnection:
    account_id: OfficerId
    is_behind: bool = False
    frames: list[ServerFrame] = field(default_factory=list)

    def write(self, frame: bytes) -> None:
        self.frames.append(decode_server_frame(frame))


@dataclass
class Stand:
    cug_id: CugId
    now: float = 100.0
    absent: set[FakeConnection] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.watchers: Watchers[FakeConnection] = Watchers(self, lambda: self.now)
        self.roster = roster(self.cug_id, A, B)

    def is_live(self, connection: FakeConnection, _cug_id: CugId) -> bool:
        return connection not in self.absent

    def watcher(self, officer_id: OfficerId) -> FakeConnection:
        connection = FakeConnection(officer_id)
        self.watchers.add(connection, self.cug_id)
        return connection

    def tell(self, *present: OfficerId) -> None:
        self.watchers.tell(self.cug_id, self.roster, set(present))


def roster(cug_id: CugId, *members: OfficerId, state: CugState = CugState.OPEN) -> Roster:
    view = replace(VIEW, cug_id=cug_id, state=state, members={name: Membership(name, "officer", 1) for name in members})
    return Roster.of(view, lambda name: name.encode())


@pytest.fixture
def stand() -> Stand:
    return Stand(new_cug_id())


class TestLists:
    def test_a_watcher_is_told_at_once_and_again_only_when_the_list_is_another(self, stand: Stand) -> None:
        watcher = stand.watcher(A)
        stand.tell(A, B)
        assert watcher.frames == [Present(stand.cug_id, (A, B))]
        stand.tell(B, A)
        assert len(watcher.frames) == 1
        stand.now += TELL_SECONDS
        stand.tell(A)
        assert watcher.frames[1:] == [Present(stand.cug_id, (A,))]

    def test_changes_are_told_together_and_not_faster_than_so(self, stand: Stand) -> None:
        watcher = stand.watcher(A)
        stand.tell(A)
        stand.tell(A, B)
        stand.tell(A)
        assert [frame.officers for frame in watcher.frames if isinstance(frame, Present)] == [(A,), (A, B)]
        stand.now += TELL_SECONDS
        stand.tell(A)
        assert len(watcher.frames) == 3

    def test_a_large_cug_hears_of_changes_more_slowly(self, stand: Stand) -> None:
        many = [stand.watcher(A) for _ in range(int(3 * TELL_SECONDS * FRAMES_PER_SECOND))]
        stand.tell(A)
        stand.tell(A, B)
        stand.now += TELL_SECONDS
        stand.tell(A)
        assert {len(watcher.frames) for watcher in many} == {2}
        stand.now += 2 * TELL_SECONDS
        stand.tell(A)
        assert {len(watcher.frames) for watcher in many} == {3}

    def test_of_those_on_line_members_only_are_listed(self, stand: Stand) -> None:
        watcher = stand.watcher(A)
        stand.tell(A, B, C)
        assert watcher.frames == [Present(stand.cug_id, (A, B))]

    def test_who_is_no_member_is_told_nothing(self, stand: Stand) -> None:
        stranger, member = stand.watcher(C), stand.watcher(A)
        stand.tell(A)
        stand.watchers.pass_on(stand.cug_id, stand.roster, B)
        assert stranger.frames == []
        assert member.frames == [Present(stand.cug_id, (A,)), Writes(stand.cug_id, B)]

    def test_a_closed_cug_has_nobody_to_be_told(self, stand: Stand) -> None:
        watcher = stand.watcher(A)
        stand.roster = roster(stand.cug_id, A, B, state=CugState.CLOSED)
        stand.tell(A, B)
        stand.watchers.pass_on(stand.cug_id, stand.roster, B)
        assert watcher.frames == []

    def test_who_watches_no_more_is_told_nothing_more(self, stand: Stand) -> None:
        gone, stays = stand.watcher(A), stand.watcher(B)
        stand.tell(A)
        stand.watchers.forget(gone)
        stand.watchers.remove(stays, new_cug_id())
        stand.tell(A, B)
        assert (len(gone.frames), len(stays.frames)) == (1, 2)
        stand.watchers.remove(stays, stand.cug_id)
        assert stand.watchers.cugs() == ()
        stand.tell(A)
        assert len(stays.frames) == 2


class TestSlowLines:
    def test_who_has_not_taken_what_was_written_is_passed_over_and_told_later(self, stand: Stand) -> None:
        slow, quick = stand.watcher(A), stand.watcher(B)
        slow.is_behind = True
        stand.tell(A)
        stand.watchers.pass_on(stand.cug_id, stand.roster, C)
        assert slow.frames == []
        assert quick.frames == [Present(stand.cug_id, (A,)), Writes(stand.cug_id, C)]
        slow.is_behind = False
        stand.tell(A)
        assert slow.frames == [Present(stand.cug_id, (A,))]
        assert len(quick.frames) == 2

    def test_who_is_not_live_in_the_cug_is_told_once_he_is(self, stand: Stand) -> None:
        late = stand.watcher(A)
        stand.absent.add(late)
        stand.tell(A)
        assert late.frames == []
        stand.absent.clear()
        stand.tell(A)
        assert late.frames == [Present(stand.cug_id, (A,))]


def test_who_types_is_not_told_so_on_any_of_his_devices(stand: Stand) -> None:
    laptop, tablet, other = stand.watcher(A), stand.watcher(A), stand.watcher(B)
    stand.watchers.pass_on(stand.cug_id, stand.roster, A)
    assert laptop.frames == tablet.frames == []
    assert other.frames == [Writes(stand.cug_id, A)]
