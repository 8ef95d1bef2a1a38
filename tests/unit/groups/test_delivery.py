"""What the Delivery Service refuses and accepts, judged with real groups, commits and records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random

import pytest

from cencomm.crypto.archive import ArchiveSeal
from cencomm.crypto.events import Closing, Rejection, SealBody
from cencomm.crypto.group_context import Role
from cencomm.crypto.head import start
from cencomm.crypto.mls.public.proposals import Add
from cencomm.crypto.primitives import Secret
from cencomm.crypto.successor import successor_of
from cencomm.groups import views
from cencomm.groups.delivery import (
    CLOCK_TOLERANCE_MS,
    Sending,
    judge_commit,
    judge_opening,
    judge_send,
    judge_successor,
)
from cencomm.groups.log import CugEnds, NewEpoch, Receipt, Submission, logged
from cencomm.groups.model import Cug, CugState, GroupView, LoggedEvent
from cencomm.ids import ClientRef, CugId, DeviceId, new_client_ref, new_group_id
from cencomm.wire.frames import Commit, EventKind, Send, WelcomeFor
from tests.unit.crypto.people import DUBOIS, NOW_MS, NOW_S, OTIENO, SILVA, TRUST, YEAR_S, Person
from tests.unit.groups.members import Made, Member, joining, key_package_of

CUG = CugId(b"c" * 16)
STRANGER = DeviceId("XX/nobody/laptop")


@dataclass
class Operation:
    """A CUG whose events are judged and entered, without a store."""

    organiser: Member
    view: GroupView
    seq: int = 1

    @classmethod
    def open(cls) -> Operation:
        organiser = Member.opening(OTIENO, CUG)
        sending = Sending(CUG, OTIENO.device_id, new_client_ref(), EventKind.GROUP, organiser.start_body())
        view = views.after(None, judge_opening(sending, TRUST, NOW_MS), 1)
        assert view is not None
        return cls(organiser, view)

    def judge(self, made: Made, sender: Person = OTIENO, now_ms: int = NOW_MS) -> Submission:
        return judge_commit(self.view, sender.device_id, made.frame, TRUST, now_ms)

    def enter(self, made: Made, sender: Person = OTIENO) -> GroupView:
        submission = self.judge(made, sender)
        assert submission.refusal is None, submission.refusal
        self.seq += 1
        view = views.after(self.view, submission, self.seq)
        assert view is not None
        self.view = view
        return view

    def admit(self, *people: Person, role: Role = Role.OFFICER) -> None:
        made = self.organiser.admitting(*people, role=role)
        self.enter(made)
        self.organiser.merge(made)

    def send(self, kind: EventKind, body: bytes, sender: DeviceId = OTIENO.device_id) -> Submission:
        return judge_send(self.view, sender, Send(CUG, new_client_ref(), kind, body), NOW_MS)

    def record(self, sender: DeviceId = OTIENO.device_id) -> Submission:
        ref, body = self.organiser.record()
        return judge_send(self.view, sender, Send(CUG, ref, EventKind.RECORD, body), NOW_MS)


@pytest.fixture
def operation() -> Operation:
    return Operation.open()


def code(submission: Submission) -> str | None:
    """The refusal's code; what is refused changes nothing."""
    if submission.refusal is None:
        return None
    assert submission.effect is None
    return submission.refusal.code


class TestOpening:
    def opening(self, member: Member, sender: DeviceId = OTIENO.device_id, now_ms: int = NOW_MS) -> Submission:
        sending = Sending(CUG, sender, new_client_ref(), EventKind.GROUP, member.start_body())
        return judge_opening(sending, TRUST, now_ms)

    def test_the_opener_becomes_the_first_member_with_his_role(self) -> None:
        submission = self.opening(Member.opening(OTIENO, CUG))
        assert submission.refusal is None
        effect = submission.effect
        assert isinstance(effect, NewEpoch)
        assert effect.opens_cug
        assert effect.roster == {OTIENO.officer_id: "organiser"}

    def test_another_device_may_not_open_in_his_name(self) -> None:
        assert code(self.opening(Member.opening(OTIENO, CUG), SILVA.device_id)) == "groups.wrong_device"

    def test_another_cug_in_the_group_context_is_refused(self) -> None:
        assert code(self.opening(Member.opening(OTIENO, CugId(b"d" * 16)))) == "groups.wrong_header"

    def test_a_start_long_ago_is_refused(self) -> None:
        late = NOW_MS + CLOCK_TOLERANCE_MS + 1
        assert code(self.opening(Member.opening(OTIENO, CUG), now_ms=late)) == "groups.clock_apart"

    def test_garbage_is_refused(self) -> None:
        sending = Sending(CUG, OTIENO.device_id, new_client_ref(), EventKind.GROUP, b"garbage")
        assert code(judge_opening(sending, TRUST, NOW_MS)) == "crypto.malformed"


class TestRecords:
    def test_a_members_record_is_accepted_in_its_epoch(self, operation: Operation) -> None:
        submission = operation.record()
        assert code(submission) is None
        assert submission.judged_in == (operation.view.group_id, 0)

    def test_a_stranger_learns_nothing(self, operation: Operation) -> None:
        assert code(operation.record(STRANGER)) == "groups.not_member"
        assert code(judge_send(None, STRANGER, Send(CUG, b"r" * 16, EventKind.RECORD, b""), 1)) == "groups.not_member"

    def test_a_clock_that_went_back_makes_no_certificate_too_young(self, operation: Operation) -> None:
        ref, body = operation.organiser.record()
        frame = Send(CUG, ref, EventKind.RECORD, body)
        before_it_was_issued = OTIENO.chain.device.not_before_s * 1000 - 1
        assert code(judge_send(operation.view, OTIENO.device_id, frame, before_it_was_issued)) is None

    def test_another_members_device_may_not_use_the_leaf(self, operation: Operation) -> None:
        operation.admit(SILVA)
        assert code(operation.record(SILVA.device_id)) == "groups.wrong_device"

    def test_an_earlier_epoch_is_stale(self, operation: Operation) -> None:
        ref, body = operation.organiser.record()
        operation.admit(SILVA)
        assert code(operation.send(EventKind.RECORD, body)) == "groups.wrong_header"
        assert code(judge_send(operation.view, OTIENO.device_id, Send(CUG, ref, EventKind.RECORD, body), 1)) == (
            "groups.stale_epoch"
        )

    def test_the_header_must_say_what_the_frame_says(self, operation: Operation) -> None:
        elsewhere = replace(operation.organiser, cug_id=CugId(b"d" * 16))
        ref, body = elsewhere.record()
        submission = judge_send(operation.view, OTIENO.device_id, Send(CUG, ref, EventKind.RECORD, body), 1)
        assert code(submission) == "groups.wrong_header"

    def test_certificates_must_be_in_force(self, operation: Operation) -> None:
        ref, body = operation.organiser.record()
        frame = Send(CUG, ref, EventKind.RECORD, body)
        late = judge_send(operation.view, OTIENO.device_id, frame, (NOW_S + YEAR_S + 1) * 1000)
        assert code(late) == "certificates.invalid"

    def test_garbage_is_refused(self, operation: Operation) -> None:
        assert code(operation.send(EventKind.RECORD, b"garbage")) == "crypto.malformed"

    def test_nothing_is_sent_to_a_closed_cug(self, operation: Operation) -> None:
        operation.view = replace(operation.view, state=CugState.CLOSED)
        assert code(operation.record()) == "groups.closed"

    def test_a_removed_member_sends_nothing(self, operation: Operation) -> None:
        operation.admit(SILVA)
        operation.enter(operation.organiser.removing(SILVA))
        assert code(operation.record(SILVA.device_id)) == "groups.not_member"

    @pytest.mark.parametrize("kind", [EventKind.GROUP, EventKind.COMMIT])
    def test_other_kinds_do_not_travel_in_send(self, operation: Operation, kind: EventKind) -> None:
        assert code(operation.send(kind, b"x")) == "groups.kind_not_sendable"


class TestCommits:
    def test_an_admission_changes_members_devices_and_epoch(self, operation: Operation) -> None:
        operation.admit(SILVA, DUBOIS)
        view = operation.view
        assert view.epoch == 1
        assert {name: member.role for name, member in view.members.items()} == {
            OTIENO.officer_id: "organiser",
            SILVA.officer_id: "officer",
            DUBOIS.officer_id: "officer",
        }
        assert set(view.current.devices.values()) == {DUBOIS.device_id, OTIENO.device_id, SILVA.device_id}
        assert view.current.commit_time_ms == NOW_MS

    def test_a_removal_leaves_the_removed_his_last_event(self, operation: Operation) -> None:
        operation.admit(SILVA)
        view = operation.enter(operation.organiser.removing(SILVA))
        assert view.members[SILVA.officer_id].removed_seq == operation.seq
        assert SILVA.device_id not in view.current.devices.values()

    def test_the_view_from_the_store_is_the_same(self, operation: Operation) -> None:
        made = operation.organiser.admitting(SILVA)
        submission = operation.judge(made)
        view = operation.enter(made)
        effect = submission.effect
        assert isinstance(effect, NewEpoch)
        event = logged(submission, Receipt(view.seq, NOW_MS))
        from_store = views.read(_row(view), event, effect.public_group, view.members.values())
        assert replace(from_store, current=view.current) == view
        assert from_store.current.devices == view.current.devices
        assert from_store.current.commit_time_ms == view.current.commit_time_ms
        assert from_store.current.group.encode() == view.current.group.encode()

    def test_the_loser_is_told_that_the_epoch_is_taken(self, operation: Operation) -> None:
        winner, loser = operation.organiser.commit(), operation.organiser.commit()
        operation.enter(winner)
        assert code(operation.judge(loser)) == "groups.epoch_taken"

    def test_a_members_addition_is_beyond_his_role(self, operation: Operation) -> None:
        made = operation.organiser.admitting(SILVA)
        operation.enter(made)
        operation.organiser.merge(made)
        silva = Member.welcomed(SILVA, made)
        bundle = key_package_of(DUBOIS)
        beyond = silva.commit([Add(bundle.key_package)], [(DUBOIS, bundle)])
        assert code(operation.judge(beyond, SILVA)) == "policy.refused"
        assert code(operation.judge(silva.commit(), SILVA)) is None

    def test_a_commit_must_come_from_its_committer(self, operation: Operation) -> None:
        operation.admit(SILVA)
        assert code(operation.judge(operation.organiser.commit(), SILVA)) == "groups.wrong_device"

    @pytest.mark.parametrize("apart_ms", [-CLOCK_TOLERANCE_MS - 1, CLOCK_TOLERANCE_MS + 1])
    def test_a_clock_too_far_away_is_refused(self, operation: Operation, apart_ms: int) -> None:
        made = operation.organiser.commit(at_ms=NOW_MS + 1)
        assert code(operation.judge(made, now_ms=NOW_MS + 1 + apart_ms)) == "groups.clock_apart"

    def test_a_clock_that_went_back_does_not_stop_the_group(self, operation: Operation) -> None:
        """The time of the commit before is still allowed, nothing beyond it; and nothing before the server's time."""
        hour_ms = 3_600_000
        assert code(operation.judge(operation.organiser.commit(), now_ms=NOW_MS - hour_ms)) is None
        beyond = operation.organiser.commit(at_ms=NOW_MS + 1)
        assert code(operation.judge(beyond, now_ms=NOW_MS - hour_ms)) == "groups.clock_apart"
        assert code(operation.judge(operation.organiser.commit(), now_ms=NOW_MS + hour_ms)) == "groups.clock_apart"

    def test_time_may_not_run_backwards(self, operation: Operation) -> None:
        assert code(operation.judge(operation.organiser.commit(at_ms=NOW_MS - 1))) == "policy.refused"

    def test_a_changed_byte_is_refused(self, operation: Operation) -> None:
        frame = operation.organiser.commit().frame
        body = bytearray(frame.body)
        body[len(body) // 2] ^= 1
        submission = judge_commit(operation.view, OTIENO.device_id, _with(frame, body=bytes(body)), TRUST, NOW_MS)
        assert code(submission) in {"mls.refused", "crypto.malformed", "policy.refused", "crypto.bad_signature"}

    def test_a_group_info_of_another_epoch_is_refused(self, operation: Operation) -> None:
        frame = operation.organiser.commit().frame
        stale = _with(frame, group_info=operation.organiser.state.group_info())
        assert code(judge_commit(operation.view, OTIENO.device_id, stale, TRUST, NOW_MS)) == "mls.refused"

    @pytest.mark.parametrize(
        "wrong",
        [
            lambda given: (),
            lambda given: (*given, *given),
            lambda given: (WelcomeFor(DUBOIS.device_id, given[0].key_package_ref, given[0].welcome),),
            lambda given: (WelcomeFor(given[0].device_id, b"k" * 32, given[0].welcome),),
        ],
    )
    def test_welcomes_are_for_exactly_those_who_are_added(
        self, operation: Operation, wrong: Callable[[tuple[WelcomeFor, ...]], tuple[WelcomeFor, ...]]
    ) -> None:
        frame = operation.organiser.admitting(SILVA).frame
        bad = _with(frame, welcomes=wrong(frame.welcomes))
        assert code(judge_commit(operation.view, OTIENO.device_id, bad, TRUST, NOW_MS)) == "groups.welcomes_wrong"

    def test_a_welcome_of_another_commit_is_refused(self, operation: Operation) -> None:
        frame, other = operation.organiser.admitting(SILVA).frame, operation.organiser.admitting(SILVA).frame
        mixed = (WelcomeFor(SILVA.device_id, frame.welcomes[0].key_package_ref, other.welcomes[0].welcome),)
        bad = _with(frame, welcomes=mixed)
        assert code(judge_commit(operation.view, OTIENO.device_id, bad, TRUST, NOW_MS)) == "mls.refused"

    def test_a_new_device_of_a_member_joins_from_outside(self, operation: Operation) -> None:
        second = Person(OTIENO.officer_id, "tablet")
        group_info = operation.organiser.state.group_info()
        view = operation.enter(joining(second, CUG, group_info, operation.organiser.state), second)
        assert sorted(view.current.devices.values()) == [OTIENO.device_id, second.device_id]

    def test_a_stranger_does_not_join_from_outside(self, operation: Operation) -> None:
        made = joining(SILVA, CUG, operation.organiser.state.group_info(), operation.organiser.state)
        assert code(operation.judge(made, SILVA)) == "groups.not_member"


class TestSignedEvents:
    def test_rejections_and_seals_of_a_member_are_accepted(self, operation: Operation) -> None:
        operation.admit(SILVA)
        group_id = operation.view.group_id
        rejection = Rejection(group_id, 0, b"h" * 32, "mls.refused").signed(SILVA.device_seed)
        assert code(operation.send(EventKind.REJECTION, rejection.encode(), SILVA.device_id)) is None
        seal = SealBody(group_id, 1, ArchiveSeal(b"a" * 32, b"k" * 32, b"c" * 48)).signed(SILVA.device_seed)
        assert code(operation.send(EventKind.SEAL, seal.encode(), SILVA.device_id)) is None

    def test_they_must_be_signed_by_the_sessions_device(self, operation: Operation) -> None:
        operation.admit(SILVA)
        forged = Rejection(operation.view.group_id, 0, b"h" * 32, "mls.refused").signed(OTIENO.device_seed)
        assert code(operation.send(EventKind.REJECTION, forged.encode(), SILVA.device_id)) == "groups.signature_wrong"

    def test_they_may_not_speak_of_what_is_not_there(self, operation: Operation) -> None:
        group_id = operation.view.group_id
        for wrong in (
            Rejection(group_id, 0, b"h" * 32, "mls.refused"),
            Rejection(new_group_id(), 0, b"h" * 32, "mls.refused"),
        ):
            body = wrong.signed(OTIENO.device_seed).encode()
            assert code(operation.send(EventKind.REJECTION, body)) == "groups.wrong_header"
        seal = SealBody(group_id, 1, ArchiveSeal(b"a" * 32, b"k" * 32, b"c" * 48)).signed(OTIENO.device_seed)
        assert code(operation.send(EventKind.SEAL, seal.encode())) == "groups.wrong_header"


class TestClosing:
    def closing(self, cug_id: CugId = CUG, at_ms: int = NOW_MS, seed: Secret = OTIENO.device_seed) -> bytes:
        return Closing(cug_id, at_ms, start(cug_id)).signed(seed).encode()

    def test_the_organiser_closes(self, operation: Operation) -> None:
        submission = operation.send(EventKind.CLOSED, self.closing())
        assert code(submission) is None
        assert submission.effect == CugEnds()
        after = views.after(operation.view, submission, 2)
        assert after is not None
        assert after.state is CugState.CLOSED

    def test_nobody_else_closes(self, operation: Operation) -> None:
        operation.admit(SILVA)
        body = self.closing(seed=SILVA.device_seed)
        assert code(operation.send(EventKind.CLOSED, body, SILVA.device_id)) == "groups.role_not_allowed"

    def test_the_closing_is_signed_of_now_and_of_this_cug(self, operation: Operation) -> None:
        for body, refusal in (
            (self.closing(seed=SILVA.device_seed), "groups.signature_wrong"),
            (self.closing(at_ms=NOW_MS - CLOCK_TOLERANCE_MS - 1), "groups.clock_apart"),
            (self.closing(CugId(b"d" * 16)), "groups.wrong_header"),
        ):
            assert code(operation.send(EventKind.CLOSED, body)) == refusal


class TestSuccessors:
    def successor(self, operation: Operation, starter: Person, *rejections: LoggedEvent) -> Submission:
        group = successor_of(operation.view.current.group, started_at_ms=NOW_MS)
        member = replace(operation.organiser, person=starter).succeeding(group)
        sending = Sending(CUG, starter.device_id, new_client_ref(), EventKind.GROUP, member.start_body())
        return judge_successor(operation.view, sending, TRUST, rejections, NOW_MS)

    def rejection(self, operation: Operation, by: Person, commit_hash: bytes = b"h" * 32) -> LoggedEvent:
        body = Rejection(operation.view.group_id, operation.view.epoch - 1, commit_hash, "mls.refused")
        ref = ClientRef(b"r" * 16)
        return LoggedEvent(9, NOW_MS, EventKind.REJECTION, by.device_id, ref, body.signed(by.device_seed).encode())

    def test_an_organiser_may_start_one_at_any_time(self, operation: Operation) -> None:
        operation.admit(SILVA)
        submission = self.successor(operation, OTIENO)
        assert code(submission) is None
        view = views.after(operation.view, submission, 5)
        assert view is not None
        assert view.epoch == 0
        assert view.group_id != operation.view.group_id
        assert view.members[SILVA.officer_id].removed_seq is None

    def test_a_member_needs_two_officers_who_rejected_the_same_commit(self, operation: Operation) -> None:
        operation.admit(SILVA, DUBOIS)
        silva, dubois = self.rejection(operation, SILVA), self.rejection(operation, DUBOIS)
        other = self.rejection(operation, DUBOIS, b"x" * 32)
        assert code(self.successor(operation, SILVA)) == "groups.successor_refused"
        assert code(self.successor(operation, SILVA, silva, silva)) == "groups.successor_refused"
        assert code(self.successor(operation, SILVA, silva, other)) == "groups.successor_refused"
        assert code(self.successor(operation, SILVA, silva, dubois)) is None

    def test_another_roster_is_refused(self, operation: Operation) -> None:
        operation.admit(SILVA)
        group = successor_of(operation.view.current.group, started_at_ms=NOW_MS)
        alone = replace(group, roster=tuple(entry for entry in group.roster if entry.role is Role.ORGANISER))
        member = operation.organiser.succeeding(alone)
        sending = Sending(CUG, OTIENO.device_id, new_client_ref(), EventKind.GROUP, member.start_body())
        assert code(judge_successor(operation.view, sending, TRUST, (), NOW_MS)) == "policy.refused"


class TestHostileBytes:
    """Whatever is sent, only a refusal comes out; what passes is what the server cannot know."""

    def mutations(self, data: bytes, count: int, seed: int) -> Iterator[bytes]:
        random = Random(seed)
        for _ in range(count):
            place = random.randrange(len(data))
            yield data[:place]
            yield data[:place] + bytes([data[place] ^ (1 << random.randrange(8))]) + data[place + 1 :]
            yield data[:place] + random.randbytes(random.randrange(1, 5)) + data[place:]
        yield data + b"x"
        yield b""

    def test_of_a_commit(self, operation: Operation) -> None:
        operation.admit(DUBOIS)
        frame = operation.organiser.admitting(SILVA).frame
        welcome = frame.welcomes[0]
        bad = [_with(frame, body=body) for body in self.mutations(frame.body, 120, 1)]
        bad += [_with(frame, group_info=info) for info in self.mutations(frame.group_info, 120, 2)]
        bad += [
            _with(frame, welcomes=(WelcomeFor(welcome.device_id, welcome.key_package_ref, data),))
            for data in self.mutations(welcome.welcome, 60, 3)
        ]
        outcomes = [judge_commit(operation.view, OTIENO.device_id, one, TRUST, NOW_MS) for one in bad]
        refused = [outcome for outcome in outcomes if outcome.refusal is not None]
        assert all(outcome.effect is None for outcome in refused)
        assert len(refused) > 0.7 * len(outcomes)

    def test_of_a_start(self) -> None:
        body = Member.opening(OTIENO, CUG).start_body()
        for wrong in self.mutations(body, 150, 4):
            sending = Sending(CUG, OTIENO.device_id, new_client_ref(), EventKind.GROUP, wrong)
            assert code(judge_opening(sending, TRUST, NOW_MS)) is not None

    @pytest.mark.parametrize("kind", [EventKind.RECORD, EventKind.REJECTION, EventKind.SEAL, EventKind.CLOSED])
    def test_of_everything_else(self, operation: Operation, kind: EventKind) -> None:
        ref, record = operation.organiser.record()
        bodies = {
            EventKind.RECORD: record,
            EventKind.REJECTION: Rejection(operation.view.group_id, 0, b"h" * 32, "mls.refused", b"s" * 64).encode(),
            EventKind.SEAL: SealBody(
                operation.view.group_id, 0, ArchiveSeal(b"a" * 32, b"k" * 32, b"c" * 48), b"s" * 64
            ).encode(),
            EventKind.CLOSED: Closing(CUG, NOW_MS, start(CUG), b"s" * 64).encode(),
        }
        for wrong in self.mutations(bodies[kind], 100, 5):
            submission = judge_send(operation.view, OTIENO.device_id, Send(CUG, ref, kind, wrong), NOW_MS)
            assert submission.refusal is None or submission.effect is None


def _with(frame: Commit, **changes: object) -> Commit:
    fields = {name: getattr(frame, name) for name in frame.__struct_fields__}
    return Commit(**(fields | changes))


def _row(view: GroupView) -> Cug:
    return Cug(view.cug_id, view.state, view.group_id, view.epoch, view.seq, NOW_MS, NOW_MS)
