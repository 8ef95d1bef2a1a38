"""Views go from one stored event to the next, or are read again (what they hold: test_delivery)."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from cencomm.crypto.mls.public.group import PublicGroup
from cencomm.groups import views
from cencomm.groups.log import CugEnds, NewEpoch, Submission
from cencomm.groups.model import START_OF_GROUP, Cug, CugState, EpochView, GroupView, LoggedEvent, Membership
from cencomm.ids import ClientRef, CugId, DeviceId, GroupId, OfficerId
from cencomm.wire.frames import EventKind, WelcomeFor

CUG = CugId(b"c" * 16)
GROUP = GroupId(b"g" * 16)
DEVICE = DeviceId("KE/otieno/laptop")
OTIENO = OfficerId("KE/otieno")
EPOCH = EpochView(cast(PublicGroup, None), 5, {0: DEVICE})
VIEW = GroupView(CUG, CugState.OPEN, GROUP, 3, 10, {OTIENO: Membership(OTIENO, "organiser", 1)}, EPOCH)
COMMIT = NewEpoch(GROUP, 4, 3, b"", b"", {OTIENO: "organiser"}, view=EPOCH)


def stored(effect: NewEpoch | CugEnds | None) -> Submission:
    return Submission(CUG, DEVICE, ClientRef(b"r" * 16), EventKind.COMMIT, b"", effect=effect)


def logged(seq: int, kind: EventKind) -> LoggedEvent:
    return LoggedEvent(seq, 1, kind, DEVICE, ClientRef(b"r" * 16), b"")


def test_the_next_epoch_follows_its_own_predecessor_only() -> None:
    after = views.after(VIEW, stored(COMMIT), 11)
    assert after is not None
    assert (after.epoch, after.seq) == (4, 11)
    assert views.after(replace(VIEW, epoch=2), stored(COMMIT), 11) is None
    assert views.after(replace(VIEW, group_id=GroupId(b"h" * 16)), stored(COMMIT), 11) is None
    assert views.after(None, stored(COMMIT), 11) is None


def test_an_opening_needs_no_view_and_a_successor_takes_any() -> None:
    opening = replace(COMMIT, epoch=0, made_in=START_OF_GROUP, opens_cug=True)
    opened = views.after(None, stored(opening), 1)
    assert opened is not None
    assert opened.members == {OTIENO: Membership(OTIENO, "organiser", 1)}
    successor = replace(opening, group_id=GroupId(b"h" * 16), opens_cug=False)
    succeeded = views.after(VIEW, stored(successor), 11)
    assert succeeded is not None
    assert (succeeded.group_id, succeeded.epoch) == (b"h" * 16, 0)


def test_the_end_and_an_event_without_effect() -> None:
    ended = views.after(VIEW, stored(CugEnds()), 11)
    assert ended is not None
    assert ended.state is CugState.CLOSED
    assert views.after(VIEW, stored(None), 11) is VIEW


def test_a_view_knows_how_far_it_reaches() -> None:
    assert VIEW.reaches([logged(10, EventKind.COMMIT), logged(11, EventKind.RECORD)])
    assert not VIEW.reaches([logged(11, EventKind.COMMIT)])
    assert not VIEW.reaches([logged(11, EventKind.CLOSED)])
    assert replace(VIEW, state=CugState.CLOSED).reaches([logged(11, EventKind.CLOSED)])


def test_a_view_is_of_a_row_with_its_epoch_and_state() -> None:
    row = Cug(CUG, CugState.OPEN, GROUP, 3, 99, 1, 1)
    assert VIEW.is_of(row)
    assert not VIEW.is_of(replace(row, epoch=4))
    assert not VIEW.is_of(replace(row, state=CugState.CLOSED))


def test_welcomes_come_with_commits_only() -> None:
    welcome = WelcomeFor("FR/petit/laptop", b"k" * 32, b"w")
    assert views.welcomes(stored(replace(COMMIT, welcomes=(welcome,)))) == (welcome,)
    assert views.welcomes(stored(None)) == ()
