"""The rules by which an event takes its place, without a database (with one: tests/store/test_event_log.py)."""

from __future__ import annotations

from dataclasses import replace

from cencomm.errors import DomainError
from cencomm.groups.log import (
    CugEnds,
    NewEpoch,
    Receipt,
    Submission,
    answer_resend,
    follow_roster,
    logged,
    place,
)
from cencomm.groups.model import START_OF_GROUP, Cug, CugState, Membership
from cencomm.ids import ClientRef, CugId, DeviceId, GroupId, OfficerId
from cencomm.wire.frames import EventKind

CUG = CugId(b"c" * 16)
GROUP = GroupId(b"g" * 16)
ROW = Cug(CUG, CugState.OPEN, GROUP, 3, 10, 5000, 1000)
OTIENO, PETIT = OfficerId("KE/otieno"), OfficerId("FR/petit")
RECORD = Submission(
    CUG, DeviceId("KE/otieno/laptop"), ClientRef(b"r" * 16), EventKind.RECORD, b"sealed", judged_in=(GROUP, 3)
)


def epoch(number: int, **roster: str) -> NewEpoch:
    names = {OfficerId(name.replace("_", "/")): role for name, role in roster.items()}
    return NewEpoch(GROUP, number, number - 1, b"", b"", names)


def hash_of(event: Submission) -> bytes:
    return event.body


def code(refused: Cug | DomainError) -> str:
    assert isinstance(refused, DomainError)
    return refused.code


class TestPlace:
    def test_the_next_seq_at_a_time_not_before_the_last(self) -> None:
        assert place(ROW, RECORD, 4000) == replace(ROW, last_seq=11, last_time_ms=5000)
        assert place(ROW, RECORD, 6000) == replace(ROW, last_seq=11, last_time_ms=6000)

    def test_another_epoch_or_group_is_stale(self) -> None:
        assert code(place(replace(ROW, epoch=4), RECORD, 1)) == "groups.stale_epoch"
        assert code(place(replace(ROW, group_id=GroupId(b"h" * 16)), RECORD, 1)) == "groups.stale_epoch"

    def test_the_loser_of_a_commit_is_told_so(self) -> None:
        commit = replace(RECORD, kind=EventKind.COMMIT, effect=epoch(4))
        moved = place(ROW, commit, 1)
        assert isinstance(moved, Cug)
        assert moved.epoch == 4
        assert code(place(moved, commit, 1)) == "groups.epoch_taken"

    def test_nothing_follows_the_closing(self) -> None:
        closed = place(ROW, replace(RECORD, kind=EventKind.CLOSED, effect=CugEnds()), 1)
        assert isinstance(closed, Cug)
        assert closed.state is CugState.CLOSED
        assert code(place(closed, RECORD, 1)) == "groups.closed"

    def test_where_nothing_is_a_stranger_learns_nothing(self) -> None:
        assert code(place(None, RECORD, 1)) == "groups.not_member"

    def test_a_cug_is_opened_where_none_is(self) -> None:
        start = replace(epoch(0), made_in=START_OF_GROUP, opens_cug=True)
        opening = replace(RECORD, kind=EventKind.GROUP, judged_in=None, effect=start)
        opened = place(replace(ROW, epoch=0, last_seq=0), opening, 6000)
        assert isinstance(opened, Cug)
        assert opened.last_seq == 1
        assert code(place(ROW, opening, 6000)) == "groups.exists"

    def test_a_refusal_of_the_judge_stands_before_everything_else(self) -> None:
        refused = replace(RECORD, refusal=DomainError(reason="any"))
        assert place(ROW, refused, 1) is refused.refusal


class TestResend:
    def test_the_same_event_has_its_seq_again_and_another_is_refused(self) -> None:
        known = logged(RECORD, Receipt(11, 5000))
        assert answer_resend(known, RECORD, hash_of) == Receipt(11, 5000, repeated=True)
        for other in (replace(RECORD, body=b"other"), replace(RECORD, kind=EventKind.SEAL)):
            answer = answer_resend(known, other, hash_of)
            assert isinstance(answer, DomainError)
            assert answer.code == "groups.client_ref_reused"

    def test_an_event_whose_seals_were_cut_is_known_by_its_hash(self) -> None:
        cut = replace(logged(RECORD, Receipt(11, 5000)), body=b"", event_hash=hash_of(RECORD))
        assert answer_resend(cut, RECORD, hash_of) == Receipt(11, 5000, repeated=True)


class TestRoster:
    def test_members_follow_the_roster(self) -> None:
        now = {OTIENO: Membership(OTIENO, "organiser", 1), PETIT: Membership(PETIT, "officer", 2)}
        assert follow_roster(now, epoch(4, KE_otieno="organiser", FR_petit="officer"), 9) == []
        assert follow_roster(now, epoch(4, KE_otieno="organiser"), 9) == [Membership(PETIT, "officer", 2, 9)]
        assert follow_roster(now, epoch(4, KE_otieno="officer", FR_petit="officer"), 9) == [
            Membership(OTIENO, "officer", 1)
        ]

    def test_who_comes_back_is_admitted_anew(self) -> None:
        before = {PETIT: Membership(PETIT, "officer", 2, 7)}
        assert follow_roster(before, epoch(4, FR_petit="liaison"), 9) == [Membership(PETIT, "liaison", 9)]
        assert follow_roster(before, epoch(4), 9) == []
