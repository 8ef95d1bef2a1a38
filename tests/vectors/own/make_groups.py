"""Vectors of PROTOCOL §2: the group context extension, the commit policy, the public replay."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cencomm.crypto import replay as replaying
from cencomm.crypto.events import Closing, CommitBody, GroupStart, Rejection
from cencomm.crypto.group_context import CencommGroup, History, Predecessor, Role, sorted_roster
from cencomm.crypto.head import start
from cencomm.crypto.mls.public.group import PublicGroup, stage_commit
from cencomm.crypto.mls.public.proposals import Proposal
from cencomm.crypto.mls.secret.commit import PendingCommit, create_commit
from cencomm.crypto.mls.secret.group import GroupState
from cencomm.crypto.policy import PolicyRefused, judge_commit
from cencomm.crypto.primitives import Random
from cencomm.crypto.records import content_key, seal_record
from cencomm.crypto.revocation import RevocationList, Revoked, sign_list
from cencomm.crypto.successor import successor_of
from cencomm.ids import ClientRef, DeviceId, GroupId, OfficerId
from cencomm.wire.frames import Event, EventKind
from tests.unit.crypto.groups import (
    CUG,
    GROUP,
    Operation,
    add,
    changed,
    commit,
    data,
    entry,
    group_of,
    leaf_of,
    operation,
    outside,
    started,
)
from tests.unit.crypto.people import DEPLOYMENT, DUBOIS, NOW_MS, OTIENO, SILVA, TRUST, Person, repeatable, seed

PHONE = Person(SILVA.officer_id, "phone")
NEWCOMER = Person(OfficerId("BR/costa"))


def _revocations() -> tuple[RevocationList, ...]:
    revoked = Revoked(SILVA.chain.device.serial, SILVA.device_id, NOW_MS)
    return (
        sign_list(seed("BR"), deployment_id=DEPLOYMENT, issuer="BR", number=1, issued_at_ms=NOW_MS, entries=[revoked]),
    )


def group_context() -> dict[str, object]:
    small = group_of(entry(OTIENO, Role.ORGANISER))
    whole = replace(
        group_of(entry(OTIENO, Role.ORGANISER), entry(SILVA, Role.RILO), entry(DUBOIS, Role.LIAISON)),
        version=7,
        history=History.FROM_JOIN,
        revocations=_revocations(),
        predecessor=Predecessor(GroupId(bytes(16)), 12, bytes(32)),
    )
    return {"groups": [_described(group) for group in (small, whole)]}


def _described(group: CencommGroup) -> dict[str, object]:
    return {
        "version": group.version,
        "cug_id": group.cug_id.hex(),
        "started_at_ms": group.started_at_ms,
        "history": group.history.value,
        "roster": [
            {
                "officer_id": one.officer_id,
                "identity_key": one.identity_key.hex(),
                "role": one.role.value,
                "archive_key": None if one.archive_key is None else one.archive_key.encode().hex(),
            }
            for one in group.roster
        ],
        "revocations": [one.encode().hex() for one in group.revocations],
        "predecessor": None if group.predecessor is None else group.predecessor.encode().hex(),
        "encoded": group.encode().hex(),
    }


# ---------------------------------------------------------------- policy


def policy() -> dict[str, object]:
    op = operation(random=repeatable("operation"))
    return {
        "deployment_id": TRUST.deployment_id.hex(),
        "root_public_key": TRUST.root_public_key.hex(),
        "last_time_ms": NOW_MS,
        "before": op.public.encode().hex(),
        "commits": [_verdict(name, op.public, message) for name, message in _commits(op)],
    }


def _commits(op: Operation) -> Iterable[tuple[str, bytes]]:
    organiser, member = op.otieno, op.silva
    roster = {one.officer_id: one for one in CencommGroup.of(op.public).roster}

    def made(name: str, state: GroupState, *proposals: Proposal, time_ms: int = NOW_MS) -> tuple[str, bytes]:
        return name, commit(state, *proposals, time_ms=time_ms, random=repeatable(name)).commit

    def new(person: Person, name: str) -> Proposal:
        return add(person, random=repeatable(f"package {name}"))

    with_newcomer = sorted_roster([*roster.values(), entry(NEWCOMER)])
    without_silva = sorted_roster([one for one in roster.values() if one.officer_id != SILVA.officer_id])
    silva = leaf_of(organiser, SILVA.device_id)
    yield made("an organiser renews his leaf", organiser)
    yield made("an organiser admits", organiser, changed(organiser, roster=with_newcomer), new(NEWCOMER, "admit"))
    yield made("an organiser removes", organiser, changed(organiser, roster=without_silva), silva)
    yield made("an organiser adds a device", organiser, new(PHONE, "device"))
    yield made("a member renews his leaf", member)
    yield made("a member revokes", op.dubois, changed(op.dubois, revocations=_revocations()), silva)
    yield "a device joins", outside(organiser, PHONE, random=repeatable("joins")).commit
    yield "a device comes back", outside(organiser, SILVA, remove=SILVA.device_id, random=repeatable("back")).commit
    yield "no commit data", create_commit(organiser, (), random=repeatable("no data")).commit
    yield made("time runs backwards", organiser, time_ms=NOW_MS - 1)
    yield made("a member adds", member, new(PHONE, "member adds"))
    yield made("a member removes", member, leaf_of(member, DUBOIS.device_id))
    yield made("a member changes the roster", member, changed(member, roster=with_newcomer))
    yield made("the version jumps", organiser, changed(organiser, version=9))
    yield made("another operation", organiser, changed(organiser, cug_id=bytes(16)))
    yield made("no organiser is left", organiser, changed(organiser, roster=sorted_roster(
        [entry(OTIENO), *[one for one in roster.values() if one.officer_id != OTIENO.officer_id]])))  # fmt: skip
    yield made("a stranger's device", organiser, new(NEWCOMER, "stranger"))
    yield made("a revoked leaf stays", op.dubois, changed(op.dubois, revocations=_revocations()))
    yield made("out of the roster, still in the tree", organiser, changed(organiser, roster=without_silva))
    path_less = create_commit(
        organiser,
        [new(PHONE, "path")],
        authenticated_data=data(),
        path=False,
        random=repeatable("no path"),
    )
    yield "no path", path_less.commit


def _verdict(name: str, before: PublicGroup, message: bytes) -> dict[str, object]:
    staged = stage_commit(before, message)
    verdict: dict[str, object] = {"name": name, "commit": message.hex()}
    try:
        judged = judge_commit(before, staged, TRUST, last_time_ms=NOW_MS)
    except PolicyRefused as refused:
        return verdict | {"rule": refused.rule}
    return verdict | {
        "rule": None,
        "committer": judged.committer,
        "added": list(judged.added),
        "removed": list(judged.removed),
        "external": judged.external,
        "after": judged.after.encode().hex(),
        "context_hash": staged.next().context_hash().hex(),
    }


# ---------------------------------------------------------------- replay


class _Log:
    def __init__(self) -> None:
        self.replay = replaying.start(CUG, TRUST)
        self.rows: list[dict[str, object]] = []

    def add(self, kind: EventKind, sender: DeviceId, body: bytes) -> None:
        n = len(self.rows) + 1
        event = Event(n, NOW_MS + n, kind, sender, n.to_bytes(16, "big"), body)
        self.replay = replaying.step(self.replay, event)
        group = self.replay.group
        self.rows.append(
            {
                "seq": n,
                "server_time_ms": event.server_time,
                "kind": int(kind),
                "sender": sender,
                "client_ref": event.client_ref.hex(),
                "body": body.hex(),
                "outcome": type(self.replay.outcome).__name__.lower(),
                "head": self.replay.head.hash.hex(),
                "epoch": None if group is None else group.epoch,
                "context_hash": None if group is None else group.context_hash().hex(),
            }
        )

    def commit(self, pending: PendingCommit, sender: DeviceId) -> None:
        body = CommitBody(GroupId(pending.state.group_id), pending.state.epoch - 1, pending.commit)
        self.add(EventKind.COMMIT, sender, body.encode())


def _start(state: GroupState) -> bytes:
    return GroupStart(GroupId(state.group_id), state.group_info()).encode()


def _record(state: GroupState, person: Person, n: int, random: Random) -> bytes:
    return seal_record(
        cug_id=CUG,
        group_id=GroupId(state.group_id),
        epoch=state.epoch,
        context_hash=state.public.context_hash(),
        leaf_index=state.own_leaf_index,
        client_ref=ClientRef(n.to_bytes(16, "big")),
        content_key=content_key(state.export, GroupId(state.group_id)),
        public=None,
        personal=b"hello",
        sent_at_ms=NOW_MS,
        seen=start(CUG),
        signature_seed=person.device_seed,
        random=random,
    )


def replay() -> dict[str, object]:
    """A start, an admission, a record, a broken commit that two officers reject, a successor, and the end."""
    log = _Log()
    first = started(
        group_of(entry(OTIENO, Role.ORGANISER), entry(SILVA), entry(DUBOIS)), random=repeatable("replay start")
    )
    log.add(EventKind.GROUP, OTIENO.device_id, _start(first))
    admitted = commit(
        first,
        *[add(person, random=repeatable(f"replay {person.officer_id}")) for person in (SILVA, DUBOIS)],
        random=repeatable("replay admit"),
    )
    log.commit(admitted, OTIENO.device_id)
    log.add(EventKind.RECORD, OTIENO.device_id, _record(admitted.state, OTIENO, 3, repeatable("replay record")))
    log.add(EventKind.RECORD, SILVA.device_id, _record(admitted.state, OTIENO, 4, repeatable("not his leaf")))
    broken = commit(admitted.state, random=repeatable("replay broken"))
    log.commit(broken, OTIENO.device_id)
    for person in (SILVA, DUBOIS):
        named = CommitBody(GROUP, 1, broken.commit).commit_hash
        log.add(
            EventKind.REJECTION,
            person.device_id,
            Rejection(GROUP, 1, named, "mls.refused").signed(person.device_seed).encode(),
        )
    successor = started(
        successor_of(broken.state.public, started_at_ms=NOW_MS),
        by=SILVA,
        group_id=b"n" * 16,
        random=repeatable("replay successor"),
    )
    log.add(EventKind.GROUP, SILVA.device_id, _start(successor))
    joined = outside(successor, OTIENO, random=repeatable("replay join"))
    log.commit(joined, OTIENO.device_id)
    closing = Closing(CUG, NOW_MS, start(CUG)).signed(OTIENO.device_seed)
    log.add(EventKind.CLOSED, OTIENO.device_id, closing.encode())
    return {
        "cug_id": CUG.hex(),
        "deployment_id": TRUST.deployment_id.hex(),
        "root_public_key": TRUST.root_public_key.hex(),
        "events": log.rows,
    }
