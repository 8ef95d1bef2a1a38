"""Rules of the outbox.

OB-001 what was queued is there after a restart, in order
OB-002 at most a window is under way
OB-003 what came back is gone, also from disk
OB-004 after a disconnection everything unacknowledged is due again, the acknowledged is not
OB-005 an acknowledged sending that did not come back is told
OB-006 what somebody wrote stays with the reason when it is refused for good, and is not sent again; the rest goes
OB-007 what a transition that failed marked as sent is due again
OB-008 what no server would take is refused with its size before it is queued
OB-009 what is refused for now is due again only once it has rested, all of it together, or after a disconnection
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cencomm.client.engine.outbox import WINDOW, Outbox, new_row, require_size
from cencomm.client.errors import RecordTooLarge
from cencomm.client.profile import PasswordCost, Profile
from cencomm.ids import ClientRef, CugId
from cencomm.wire.frames import RECORD_BYTES

CUG = CugId(bytes(16))


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return Profile.create(tmp_path / "p", "correct horse", cost=PasswordCost(ops_limit=1, memory_bytes=8 * 1024))


def ref(number: int) -> ClientRef:
    return ClientRef(number.to_bytes(16, "big"))


def filled(profile: Profile, count: int) -> Outbox:
    outbox = Outbox(CUG)
    with profile.transaction() as tx:
        outbox.load(tx)
        for number in range(count):
            outbox.add(tx, new_row(ref(number), 3, personal=b"x"))
    return outbox


def reloaded(profile: Profile) -> Outbox:
    outbox = Outbox(CUG)
    outbox.load(profile.read())
    return outbox


class TestOutbox:
    def test_what_was_queued_is_there_after_a_restart_in_order(self, profile: Profile) -> None:
        """OB-001"""
        filled(profile, 20)
        again = reloaded(profile)
        assert [row.client_ref for row in again.due()] == [ref(number) for number in range(20)]
        with profile.transaction() as tx:
            assert again.add(tx, new_row(ref(99), 3)).number == 21

    def test_at_most_a_window_is_under_way(self, profile: Profile) -> None:
        """OB-002"""
        outbox = filled(profile, WINDOW + 5)
        first = [row.client_ref for row in outbox.due()]
        assert len(first) == WINDOW
        for client_ref in first:
            outbox.sent(client_ref)
        assert list(outbox.due()) == []
        with profile.transaction() as tx:
            outbox.came_back(tx, first[0])
        assert [row.client_ref for row in outbox.due()] == [ref(WINDOW)]

    def test_what_came_back_is_gone(self, profile: Profile) -> None:
        """OB-003"""
        outbox = filled(profile, 2)
        with profile.transaction() as tx:
            assert outbox.came_back(tx, ref(0))
            assert not outbox.came_back(tx, ref(0))
        assert ref(0) not in outbox
        assert len(reloaded(profile)) == 1

    def test_after_a_disconnection_the_unacknowledged_is_due_again(self, profile: Profile) -> None:
        """OB-004"""
        outbox = filled(profile, 3)
        for row in list(outbox.due()):
            outbox.sent(row.client_ref)
        with profile.transaction() as tx:
            outbox.acknowledged(tx, ref(1), 7)
        outbox.disconnected()
        assert [row.client_ref for row in outbox.due()] == [ref(0), ref(2)]

    def test_what_is_refused_for_now_is_due_again_only_once_it_has_rested(self, profile: Profile) -> None:
        """OB-009"""
        outbox = filled(profile, 2)
        for row in list(outbox.due()):
            outbox.sent(row.client_ref)
        assert [outbox.rest(ref(0)), outbox.rest(ref(1))] == [True, False]
        assert list(outbox.due()) == []
        outbox.rested()
        assert [row.client_ref for row in outbox.due()] == [ref(0), ref(1)]
        outbox.rest(ref(0))
        outbox.disconnected()
        assert [row.client_ref for row in outbox.due()] == [ref(0), ref(1)]

    def test_an_acknowledged_sending_that_did_not_come_back_is_told(self, profile: Profile) -> None:
        """OB-005"""
        outbox = filled(profile, 2)
        with profile.transaction() as tx:
            outbox.acknowledged(tx, ref(1), 7)
        assert outbox.missing(6) == []
        assert [row.client_ref for row in outbox.missing(7)] == [ref(1)]
        assert [row.client_ref for row in reloaded(profile).missing(7)] == [ref(1)]

    def test_what_somebody_wrote_stays_when_it_is_refused_for_good(self, profile: Profile) -> None:
        """OB-006"""
        outbox = filled(profile, 1)
        with profile.transaction() as tx:
            outbox.add(tx, new_row(ref(1), 5, body=b"a rejection"))
            for number in range(2):
                assert outbox.refused(tx, ref(number), "wire.too_large")
            assert not outbox.refused(tx, ref(0), "wire.too_large")
            assert not outbox.refused(tx, ref(5), "wire.too_large")
        assert outbox.failed == {ref(0): "wire.too_large", ref(1): "wire.too_large"}
        again = reloaded(profile)
        assert len(again) == 0
        assert [(row.client_ref, row.personal, row.failed) for row in again.kept()] == [
            (ref(0), b"x", "wire.too_large")
        ]
        assert list(again.due()) == again.missing(99) == []

    def test_what_no_server_would_take_is_refused_with_its_size(self) -> None:
        """OB-008"""
        require_size(bytes(RECORD_BYTES * 9 // 10), b"")
        with pytest.raises(RecordTooLarge) as refused:
            require_size(bytes(RECORD_BYTES // 2), bytes(RECORD_BYTES // 2))
        assert refused.value.facts == {"size_kb": 265, "limit_kb": 256}

    def test_a_transition_that_failed_has_sent_nothing(self, profile: Profile) -> None:
        """OB-007"""
        outbox = filled(profile, 2)
        outbox.sent(ref(0))
        outbox.written()
        outbox.sent(ref(1))
        outbox.load(profile.read())
        assert [row.client_ref for row in outbox.due()] == [ref(1)]
