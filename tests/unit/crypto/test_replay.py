"""The public replay (PROTOCOL §2.5): a whole log, and what is refused of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from cencomm.crypto import replay as replaying
from cencomm.crypto.archive import ArchiveSeal, seals_for
from cencomm.crypto.events import Closing, CommitBody, GroupStart, Rejection, SealBody
from cencomm.crypto.group_context import CencommGroup, Role, sorted_roster
from cencomm.crypto.head import HeadGap, start
from cencomm.crypto.mls.public.proposals import Add, Proposal
from cencomm.crypto.mls.public.validation import MlsError
from cencomm.crypto.mls.secret.commit import PendingCommit
from cencomm.crypto.mls.secret.group import GroupState
from cencomm.crypto.mls.secret.welcome import join_by_welcome
from cencomm.crypto.policy_leaves import devices
from cencomm.crypto.primitives import Secret
from cencomm.crypto.records import content_key, key_ring, open_record, seal_record
from cencomm.crypto.replay import (
    Closed,
    Committed,
    Recorded,
    Refused,
    Rejected,
    Replay,
    ReplayRefused,
    Sealed,
    Started,
    follow,
    step,
)
from cencomm.crypto.successor import successor_of
from cencomm.crypto.tls import DecodeError
from cencomm.errors import DomainError
from cencomm.ids import ClientRef, CugId, DeviceId, GroupId, OfficerId, officer_of
from cencomm.wire.frames import Event, EventKind
from tests.unit.crypto.groups import (
    ARCHIVE,
    CUG,
    GROUP,
    changed,
    commit,
    entry,
    group_of,
    key_package,
    leaf_of,
    outside,
    processed,
    started,
)
from tests.unit.crypto.hostile import survives
from tests.unit.crypto.people import DUBOIS, NOW_MS, OTIENO, SILVA, TRUST, YEAR_S, Person

SEAL = ArchiveSeal(bytes(32), bytes(32), bytes(48))


class Log:
    """The events of a CUG, as an honest server stores them."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def add(self, kind: EventKind, sender: DeviceId, body: bytes, *, time_ms: int = NOW_MS) -> Event:
        number = len(self.events) + 1
        event = Event(number, time_ms, kind, sender, number.to_bytes(16, "big"), body)
        self.events.append(event)
        return event

    def commit(self, pending: PendingCommit, sender: DeviceId) -> Event:
        group_id, epoch = GroupId(pending.state.group_id), pending.state.epoch - 1
        return self.add(EventKind.COMMIT, sender, CommitBody(group_id, epoch, pending.commit).encode())


def begin(state: GroupState) -> bytes:
    return GroupStart(GroupId(state.group_id), state.group_info()).encode()


def record(state: GroupState, person: Person, ref: ClientRef, **changes: object) -> bytes:
    fields: dict[str, object] = {
        "cug_id": CUG,
        "group_id": GroupId(state.group_id),
        "epoch": state.epoch,
        "context_hash": state.public.context_hash(),
        "leaf_index": state.own_leaf_index,
        "client_ref": ref,
        "content_key": content_key(state.export, GroupId(state.group_id)),
        "public": None,
        "personal": b"hello",
        "sent_at_ms": NOW_MS,
        "seen": start(CUG),
        "signature_seed": person.device_seed,
    }
    return seal_record(**(fields | changes))  # type: ignore[arg-type]


class Story:
    """Otieno starts a CUG and admits Silva and Dubois; all is replayed."""

    def __init__(self) -> None:
        self.log = Log()
        people = (SILVA, DUBOIS)
        first = started(group_of(entry(OTIENO, Role.ORGANISER), *[entry(person) for person in people]))
        self.log.add(EventKind.GROUP, OTIENO.device_id, begin(first))
        bundles = [key_package(person) for person in people]
        pending = commit(first, *[Add(bundle.key_package) for bundle in bundles])
        self.log.commit(pending, OTIENO.device_id)
        assert pending.welcome is not None
        self.otieno = pending.state
        self.silva, self.dubois = [join_by_welcome(pending.welcome, bundle) for bundle in bundles]
        self.replay = self.play()

    def play(self) -> Replay:
        replay = replaying.start(CUG, TRUST)
        for event in self.log.events:
            replay = step(replay, event)
        return replay

    def next(self, kind: EventKind, sender: DeviceId, body: bytes, **changes: object) -> Event:
        number = len(self.log.events) + 1
        event = Event(number, NOW_MS, kind, sender, b"r" * 16, body)
        return Event(**({name: getattr(event, name) for name in event.__struct_fields__} | changes))


STORY = Story()
REF = ClientRef(b"r" * 16)


class TestWholeLog:
    def test_everybody_who_replays_ends_in_the_members_epoch(self) -> None:
        replay = STORY.replay
        assert isinstance(replay.outcome, Committed)
        assert replay.group == STORY.otieno.public
        assert replay.group is not None
        assert replay.group.context == STORY.silva.public.context
        assert replay.outcome.judged.added == (SILVA.device_id, DUBOIS.device_id)
        assert replay.head.n == 2
        assert not replay.closed

    def test_a_record_gets_what_opens_it(self) -> None:
        event = STORY.next(EventKind.RECORD, SILVA.device_id, record(STORY.silva, SILVA, REF))
        outcome = step(STORY.replay, event).outcome
        assert isinstance(outcome, Recorded)
        key = content_key(STORY.dubois.export, GROUP)
        opened = open_record(
            event.body, keys=key_ring(key), context_hash=outcome.context_hash, signature_key=outcome.signature_key
        )
        assert opened.personal == b"hello"

    def test_a_corrected_seal(self) -> None:
        key = content_key(STORY.silva.export, GROUP)
        seals = seals_for(
            STORY.silva.export,
            group_id=GROUP,
            epoch=1,
            content_key=key,
            archive_keys=CencommGroup.of(STORY.silva.public).archive_keys,
        )
        assert len(seals) == 1
        body = SealBody(GROUP, 1, seals[0]).signed(SILVA.device_seed)
        outcome = step(STORY.replay, STORY.next(EventKind.SEAL, SILVA.device_id, body.encode())).outcome
        assert outcome == Sealed(body)

    def test_a_closing_ends_it(self) -> None:
        body = Closing(CUG, NOW_MS, start(CUG)).signed(OTIENO.device_seed)
        closed = step(STORY.replay, STORY.next(EventKind.CLOSED, OTIENO.device_id, body.encode()))
        assert closed.outcome == Closed(body)
        later = STORY.next(EventKind.RECORD, SILVA.device_id, record(STORY.silva, SILVA, REF), seq=4)
        assert refused(closed, later) == "closed"

    def test_seals_that_closing_cut_out_are_not_missed(self) -> None:
        replay = replaying.start(CUG, TRUST)
        for event in STORY.log.events:
            cut = STORY.next(event.kind, DeviceId(event.sender), event.body, seq=event.seq, client_ref=event.client_ref,
                             event_hash=replaying.hash_of(event))  # fmt: skip
            replay = step(replay, cut)
        assert replay == STORY.replay
        cut = STORY.next(EventKind.SEAL, SILVA.device_id, b"", event_hash=bytes(32))
        assert step(replay, cut).outcome == Sealed(None)


class TestSuccessor:
    def test_the_group_goes_on_after_two_rejections(self) -> None:
        story, log = Story(), Log()
        log.events = list(story.log.events)
        broken = commit(story.otieno)
        commit_event = log.commit(broken, OTIENO.device_id)
        for state, person in ((story.silva, SILVA), (story.dubois, DUBOIS)):
            assert state.epoch == 1
            named = CommitBody.decode(commit_event.body).commit_hash
            body = Rejection(GROUP, 1, named, "mls.refused").signed(person.device_seed)
            log.add(EventKind.REJECTION, person.device_id, body.encode())
        next_group = successor_of(broken.state.public, started_at_ms=NOW_MS)
        state = started(next_group, by=SILVA, group_id=b"n" * 16)
        log.add(EventKind.GROUP, SILVA.device_id, begin(state))
        joined = outside(state, DUBOIS)
        log.commit(joined, DUBOIS.device_id)
        replay = replaying.start(CUG, TRUST)
        outcomes = []
        for event in log.events:
            replay = step(replay, event)
            outcomes.append(type(replay.outcome))
        assert outcomes == [Started, Committed, Committed, Rejected, Rejected, Started, Committed]
        assert replay.group is not None
        assert replay.group.context == processed(state, joined).public.context

    def test_one_officer_s_rejections_are_not_enough(self) -> None:
        broken = commit(STORY.otieno)
        replay = step(STORY.replay, STORY.next(EventKind.COMMIT, OTIENO.device_id,
                                               CommitBody(GROUP, 1, broken.commit).encode()))  # fmt: skip
        for number, named in enumerate((b"1" * 32, b"2" * 32), start=4):
            body = Rejection(GROUP, 1, named, "mls.refused").signed(SILVA.device_seed).encode()
            replay = step(replay, STORY.next(EventKind.REJECTION, SILVA.device_id, body, seq=number))
        body = Rejection(GROUP, 1, b"2" * 32, "again").signed(SILVA.device_seed).encode()
        replay = step(replay, STORY.next(EventKind.REJECTION, SILVA.device_id, body, seq=6))
        assert replay.rejected_by == {SILVA.officer_id}
        state = started(successor_of(broken.state.public, started_at_ms=NOW_MS), by=SILVA, group_id=b"n" * 16)
        event = STORY.next(EventKind.GROUP, SILVA.device_id, begin(state), seq=7)
        outcome = step(replay, event).outcome
        assert isinstance(outcome, Refused)
        assert outcome.error.facts["rule"] == "P34"

    def test_a_group_that_was_succeeded_does_not_come_back(self) -> None:
        replay = STORY.replay
        for group_id in (b"n" * 16, b"m" * 16):
            assert replay.group is not None
            state = started(successor_of(replay.group, started_at_ms=NOW_MS), group_id=group_id)
            event = STORY.next(EventKind.GROUP, OTIENO.device_id, begin(state), seq=replay.head.n + 1)
            replay = step(replay, event)
            assert isinstance(replay.outcome, Started)
        assert replay.group is not None
        assert replay.past_groups == (GROUP, b"n" * 16)
        for group_id in (GROUP, b"n" * 16):
            state = started(successor_of(replay.group, started_at_ms=NOW_MS), group_id=group_id)
            event = STORY.next(EventKind.GROUP, OTIENO.device_id, begin(state), seq=replay.head.n + 1)
            assert refused(replay, event) == "group_came_back"
        assert Replay.decode(replay.encode(), TRUST) == replay

    def test_a_commit_that_works_ends_the_rejections(self) -> None:
        body = Rejection(GROUP, 0, bytes(32), "mls.refused").signed(SILVA.device_seed).encode()
        replay = step(STORY.replay, STORY.next(EventKind.REJECTION, SILVA.device_id, body))
        assert replay.rejected_by == {SILVA.officer_id}
        again = CommitBody(GROUP, 1, commit(STORY.otieno).commit).encode()
        after = step(replay, STORY.next(EventKind.COMMIT, OTIENO.device_id, again, seq=4))
        assert after.rejected_by == frozenset()


def refused(replay: Replay, event: Event) -> str:
    """The reason; and that a refused event moves the head and nothing else."""
    with pytest.raises(DomainError) as caught:
        follow(replay, event)
    after = step(replay, event)
    assert isinstance(after.outcome, Refused)
    assert after == replace(replay, head=after.head, server_time_ms=after.server_time_ms)
    assert after.head.n == replay.head.n + 1
    error = caught.value
    return str(error.facts.get("rule") or error.facts.get("check") or error.facts.get("reason") or error.code)


def commit_body(pending: PendingCommit, *, epoch: int = 1, group_id: GroupId = GROUP) -> bytes:
    return CommitBody(group_id, epoch, pending.commit).encode()


def rejection(**changes: object) -> bytes:
    base = replace(Rejection(GROUP, 0, bytes(32), "mls.refused"), **changes)  # type: ignore[arg-type]
    return base.signed(SILVA.device_seed).encode()


def seal_body(epoch: int = 1, group_id: GroupId = GROUP, seed: Secret = SILVA.device_seed) -> bytes:
    return SealBody(group_id, epoch, SEAL).signed(seed).encode()


def closing(person: Person, cug_id: CugId = CUG) -> bytes:
    return Closing(cug_id, NOW_MS, start(CUG)).signed(person.device_seed).encode()


OTHER = GroupId(b"x" * 16)
EVENTS: list[tuple[str, Callable[[], Event]]] = [
    ("stale_epoch", lambda: STORY.next(EventKind.COMMIT, OTIENO.device_id, commit_body(commit(STORY.otieno), epoch=0))),
    ("stale_epoch", lambda: STORY.next(EventKind.COMMIT, OTIENO.device_id,
                                       commit_body(commit(STORY.otieno), group_id=OTHER))),
    ("other_sender", lambda: STORY.next(EventKind.COMMIT, SILVA.device_id, commit_body(commit(STORY.otieno)))),
    ("P07", lambda: STORY.next(EventKind.COMMIT, SILVA.device_id,
                               commit_body(commit(STORY.silva, leaf_of(STORY.silva, DUBOIS.device_id))))),
    ("P04", lambda: STORY.next(EventKind.COMMIT, SILVA.device_id, commit_body(commit(STORY.silva, time_ms=0)))),
    ("truncated", lambda: STORY.next(EventKind.COMMIT, SILVA.device_id, b"")),
    ("other_group", lambda: STORY.next(EventKind.GROUP, OTIENO.device_id,
                                       GroupStart(OTHER, started().group_info()).encode())),
    ("P32", lambda: STORY.next(EventKind.GROUP, OTIENO.device_id, begin(started()))),
    ("other_sender", lambda: STORY.next(EventKind.GROUP, SILVA.device_id, begin(started(
        successor_of(STORY.otieno.public, started_at_ms=NOW_MS), group_id=OTHER)))),
    ("other_cug", lambda: STORY.next(EventKind.RECORD, SILVA.device_id,
                                     record(STORY.silva, SILVA, REF, cug_id=bytes(16)))),
    ("client_ref", lambda: STORY.next(EventKind.RECORD, SILVA.device_id,
                                      record(STORY.silva, SILVA, ClientRef(bytes(16))))),
    ("stale_epoch", lambda: STORY.next(EventKind.RECORD, SILVA.device_id, record(STORY.silva, SILVA, REF, epoch=0))),
    ("other_sender", lambda: STORY.next(EventKind.RECORD, SILVA.device_id,
                                        record(STORY.silva, SILVA, REF, leaf_index=0))),
    ("other_sender", lambda: STORY.next(EventKind.RECORD, SILVA.device_id,
                                        record(STORY.silva, SILVA, REF, leaf_index=2**32 - 1))),
    ("certificate", lambda: STORY.next(EventKind.RECORD, SILVA.device_id, record(STORY.silva, SILVA, REF),
                                       server_time=NOW_MS + 2 * YEAR_S * 1000)),
    ("other_epoch", lambda: STORY.next(EventKind.REJECTION, SILVA.device_id, rejection(epoch=1))),
    ("other_epoch", lambda: STORY.next(EventKind.REJECTION, SILVA.device_id, rejection(group_id=OTHER))),
    ("events.invalid", lambda: STORY.next(EventKind.REJECTION, DUBOIS.device_id, rejection())),
    ("other_sender", lambda: STORY.next(EventKind.REJECTION, DeviceId("XX/stranger/x"), rejection())),
    ("other_epoch", lambda: STORY.next(EventKind.SEAL, SILVA.device_id, seal_body(2))),
    ("other_epoch", lambda: STORY.next(EventKind.SEAL, SILVA.device_id, seal_body(group_id=OTHER))),
    ("events.invalid", lambda: STORY.next(EventKind.SEAL, SILVA.device_id, seal_body(seed=DUBOIS.device_seed))),
    ("truncated", lambda: STORY.next(EventKind.SEAL, SILVA.device_id, b"")),
    ("beyond_role", lambda: STORY.next(EventKind.CLOSED, SILVA.device_id, closing(SILVA))),
    ("other_cug", lambda: STORY.next(EventKind.CLOSED, OTIENO.device_id, closing(OTIENO, CugId(bytes(16))))),
    ("events.invalid", lambda: STORY.next(EventKind.CLOSED, OTIENO.device_id, closing(SILVA))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "event"), EVENTS, ids=[f"{place}-{reason}" for place, (reason, _) in enumerate(EVENTS)]
)
def test_what_breaks_a_rule_moves_the_head_only(reason: str, event: Callable[[], Event]) -> None:
    assert refused(STORY.replay, event()) == reason


def test_a_removed_member_can_commit_and_write_nothing_more() -> None:
    roster = tuple(one for one in CencommGroup.of(STORY.otieno.public).roster if one.officer_id != SILVA.officer_id)
    pending = commit(STORY.otieno, changed(STORY.otieno, roster=roster), leaf_of(STORY.otieno, SILVA.device_id))
    replay = step(STORY.replay, STORY.next(EventKind.COMMIT, OTIENO.device_id, commit_body(pending)))
    assert isinstance(replay.outcome, Committed)
    late = STORY.next(EventKind.RECORD, SILVA.device_id, record(STORY.silva, SILVA, REF), seq=4)
    assert refused(replay, late) == "stale_epoch"
    forged = STORY.next(EventKind.RECORD, SILVA.device_id, record(STORY.silva, SILVA, REF, epoch=2), seq=4)
    assert refused(replay, forged) == "other_sender"
    back = STORY.next(EventKind.COMMIT, SILVA.device_id, commit_body(outside(pending.state, SILVA), epoch=2), seq=4)
    assert refused(replay, back) == "P23"


class TestHostileServer:
    def test_dropped_doubled_and_reordered_events_leave_a_gap(self) -> None:
        first, second = STORY.log.events
        empty = replaying.start(CUG, TRUST)
        with pytest.raises(HeadGap):
            step(empty, second)
        with pytest.raises(HeadGap):
            step(step(empty, first), first)

    def test_time_does_not_run_backwards(self) -> None:
        body = record(STORY.silva, SILVA, REF)
        with pytest.raises(ReplayRefused, match="server_time"):
            step(STORY.replay, STORY.next(EventKind.RECORD, SILVA.device_id, body, server_time=NOW_MS - 1))

    def test_a_hash_in_place_of_content_is_for_cut_seals_only(self) -> None:
        body = record(STORY.silva, SILVA, REF)
        with pytest.raises(ReplayRefused, match="event_hash"):
            step(STORY.replay, STORY.next(EventKind.RECORD, SILVA.device_id, body, event_hash=bytes(32)))
        sealed = CommitBody(GROUP, 1, commit(STORY.otieno).commit, (SEAL,)).encode()
        event = STORY.next(EventKind.COMMIT, OTIENO.device_id, sealed, event_hash=bytes(32))
        assert refused(STORY.replay, event) == "event_hash"
        start_body = GroupStart(GROUP, started().group_info(), (SEAL,)).encode()
        event = STORY.next(EventKind.GROUP, OTIENO.device_id, start_body, event_hash=bytes(32))
        assert refused(STORY.replay, event) == "event_hash"

    def test_another_operation_s_group_is_refused(self) -> None:
        replay = replaying.start(CugId(bytes(16)), TRUST)
        assert refused(replay, STORY.log.events[0]) == "other_cug"

    def test_nothing_comes_before_the_first_group(self) -> None:
        replay = replaying.start(CUG, TRUST)
        for event in (
            STORY.next(EventKind.RECORD, SILVA.device_id, record(STORY.silva, SILVA, REF), seq=1),
            STORY.next(EventKind.COMMIT, OTIENO.device_id, commit_body(commit(STORY.otieno)), seq=1),
            STORY.next(EventKind.SEAL, SILVA.device_id, seal_body(), seq=1),
        ):
            assert refused(replay, event) == "no_group"

    def test_two_views_of_one_log_have_two_heads(self) -> None:
        body = record(STORY.silva, SILVA, REF)
        one = step(STORY.replay, STORY.next(EventKind.RECORD, SILVA.device_id, body))
        other = step(STORY.replay, STORY.next(EventKind.RECORD, SILVA.device_id, body, client_ref=bytes(16)))
        assert one.head.n == other.head.n
        assert one.head.hash != other.head.hash


class TestCheckpoint:
    def test_round_trip(self) -> None:
        body = Rejection(GROUP, 0, bytes(32), "mls.refused").signed(SILVA.device_seed).encode()
        for replay in (
            replaying.start(CUG, TRUST),
            STORY.replay,
            step(STORY.replay, STORY.next(EventKind.REJECTION, SILVA.device_id, body)),
        ):
            assert Replay.decode(replay.encode(), TRUST) == replay

    def test_hostile_bytes(self) -> None:
        def decode(data: bytes) -> None:
            try:
                Replay.decode(data, TRUST)
            except MlsError:
                raise DecodeError("mls") from None

        survives(decode, STORY.replay.encode())

    def test_the_replay_goes_on_from_it(self) -> None:
        event = STORY.next(EventKind.RECORD, SILVA.device_id, record(STORY.silva, SILVA, REF))
        again = Replay.decode(STORY.replay.encode(), TRUST)
        assert step(again, event) == step(STORY.replay, event)
        assert ARCHIVE.public_key in CencommGroup.of(STORY.otieno.public).archive_keys


class RandomStory:
    """Lawful commits in random order; every member follows, and so does somebody who only sees the log."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.log = Log()
        first = started()
        self.states: dict[DeviceId, GroupState] = {OTIENO.device_id: first}
        self.people: dict[DeviceId, Person] = {OTIENO.device_id: OTIENO}
        self.replay = step(replaying.start(CUG, TRUST), self.log.add(EventKind.GROUP, OTIENO.device_id, begin(first)))
        self.counter = 0

    def run(self, steps: int) -> None:
        for _ in range(steps):
            self.random.choice((self.admit, self.new_device, self.remove, self.renew, self.join, self.come_back))()

    def take(self, committer: Person, pending: PendingCommit, joined: dict[DeviceId, GroupState]) -> None:
        self.replay = step(self.replay, self.log.commit(pending, committer.device_id))
        assert isinstance(self.replay.outcome, Committed), self.replay.outcome
        removed = self.replay.outcome.judged.removed
        for device_id in removed:
            state = self.states.pop(device_id)
            with pytest.raises(MlsError):
                processed(state, pending)
        followed = {
            device_id: processed(state, pending)
            for device_id, state in self.states.items()
            if device_id != committer.device_id
        }
        self.states = followed | joined | {committer.device_id: pending.state}
        self.people[committer.device_id] = committer
        assert self.replay.group is not None
        assert {state.public.context for state in self.states.values()} == {self.replay.group.context}
        assert len({bytes(state.epoch_authenticator) for state in self.states.values()}) == 1
        assert devices(self.replay.group.tree) == self.states.keys()

    @property
    def organiser(self) -> GroupState:
        return self.states[OTIENO.device_id]

    def stranger(self) -> Person:
        self.counter += 1
        return Person(OfficerId(f"BR/officer-{self.counter}"))

    def somebody(self) -> Person:
        return self.people[self.random.choice(sorted(self.states))]

    def second_device(self) -> Person:
        self.counter += 1
        return Person(self.somebody().officer_id, f"device-{self.counter}")

    def _added(self, person: Person, *proposals: Proposal) -> None:
        bundle = key_package(person)
        pending = commit(self.organiser, *proposals, Add(bundle.key_package))
        assert pending.welcome is not None
        self.people[person.device_id] = person
        self.take(OTIENO, pending, {person.device_id: join_by_welcome(pending.welcome, bundle)})

    def admit(self) -> None:
        person = self.stranger()
        roster = sorted_roster([*CencommGroup.of(self.organiser.public).roster, entry(person)])
        self._added(person, changed(self.organiser, roster=roster))

    def new_device(self) -> None:
        self._added(self.second_device())

    def remove(self) -> None:
        person = self.somebody()
        if person.officer_id == OTIENO.officer_id:
            return
        gone = [device_id for device_id in self.states if officer_of(device_id) == person.officer_id]
        roster = [one for one in CencommGroup.of(self.organiser.public).roster if one.officer_id != person.officer_id]
        removes = [leaf_of(self.organiser, device_id) for device_id in gone]
        self.take(OTIENO, commit(self.organiser, changed(self.organiser, roster=tuple(roster)), *removes), {})

    def renew(self) -> None:
        person = self.somebody()
        self.take(person, commit(self.states[person.device_id]), {})

    def join(self) -> None:
        person = self.second_device()
        self.take(person, outside(self.organiser, person), {})

    def come_back(self) -> None:
        person = self.somebody()
        helper = self.states[person.device_id]
        pending = outside(helper, person, remove=person.device_id)
        del self.states[person.device_id]
        self.take(person, pending, {})


@pytest.mark.parametrize("seed", range(8))
def test_members_and_onlookers_agree_whatever_lawful_happens(seed: int) -> None:
    story = RandomStory(seed)
    story.run(14)
    again = replaying.start(CUG, TRUST)
    for event in story.log.events:
        again = step(again, event)
    assert again == story.replay
