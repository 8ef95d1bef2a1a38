"""The public replay of a CUG: its log from the first event, judged with nothing but the pinned root (PROTOCOL §2.5).

    GROUP      Started      the first group, or the successor of the group so far
    COMMIT     Committed    staged by MLS, judged by the policy, made by the event's sender
    RECORD     Recorded     its header names this CUG and epoch, and a leaf of the tree that is the sender's
    REJECTION  Rejected     signed by the sender's leaf; counts towards a successor
    SEAL       Sealed       signed by the sender's leaf
    CLOSED     Closed       signed by an organiser's leaf; nothing follows
    any        Refused      breaks a rule: it stays in the head chain and changes nothing else

`step` is for whoever follows the whole log; `follow` judges one event without the head chain. Both are pure. A replay
is frozen: what is refused leaves the one before as it was.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

from cencomm.crypto import head as heads
from cencomm.crypto.certificates import CertificateInvalid, Trust, verify_time
from cencomm.crypto.events import Closing, CommitBody, GroupStart, Rejection, SealBody
from cencomm.crypto.group_context import CencommGroup, Role
from cencomm.crypto.head import Head, read_head
from cencomm.crypto.mls.public.group import PublicGroup, public_group_from_group_info, stage_commit
from cencomm.crypto.mls.public.leaf_node import LeafNode
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.policy import Judged, JudgedStart, chain_of, device_of, judge_commit, judge_start
from cencomm.crypto.primitives import HASH_BYTES
from cencomm.crypto.records import RecordHeader, read_header
from cencomm.crypto.tls import DecodeError, Reader, Writer, decode_all
from cencomm.errors import DomainError
from cencomm.ids import ID_BYTES, ClientRef, CugId, DeviceId, GroupId, OfficerId, officer_of
from cencomm.wire.frames import Event, EventKind

_VERSION = 1
_MAX_OFFICER_BYTES = 140
_MAX_REJECTIONS = 4096


class ReplayRefused(DomainError):
    """An event that does not fit the log before it; `reason` is a stable word."""

    code: ClassVar[str] = "replay.refused"


# ---------------------------------------------------------------- outcomes


@dataclass(frozen=True, slots=True)
class Started:
    judged: JudgedStart
    group: PublicGroup
    body: GroupStart = field(repr=False)


@dataclass(frozen=True, slots=True)
class Committed:
    judged: Judged
    group: PublicGroup
    """The epoch that the commit made."""
    body: CommitBody = field(repr=False)


@dataclass(frozen=True, slots=True)
class Recorded:
    """All that `records.open_record` needs besides the key."""

    header: RecordHeader
    signature_key: bytes
    context_hash: bytes


@dataclass(frozen=True, slots=True)
class Rejected:
    rejection: Rejection


@dataclass(frozen=True, slots=True)
class Sealed:
    """`body` is None where closing the CUG has cut the seal out."""

    body: SealBody | None


@dataclass(frozen=True, slots=True)
class Closed:
    closing: Closing


@dataclass(frozen=True, slots=True)
class Refused:
    """The log has it, and no honest member counts it."""

    error: DomainError


Outcome = Started | Committed | Recorded | Rejected | Sealed | Closed | Refused


# ---------------------------------------------------------------- the replay


@dataclass(frozen=True, slots=True)
class Replay:
    """What the events so far have made of the CUG; `outcome` is what the last one was."""

    cug_id: CugId
    trust: Trust
    head: Head
    server_time_ms: int = 0
    group: PublicGroup | None = None
    """The newest epoch of the newest group."""
    commit_time_ms: int = 0
    """The signed time of the last commit or start."""
    rejections: tuple[tuple[bytes, OfficerId], ...] = ()
    """(commit hash, officer) of the commit that made the newest epoch."""
    past_groups: tuple[GroupId, ...] = ()
    """Ids of the groups that were succeeded: none comes back."""
    closed: bool = False
    outcome: Outcome | None = field(default=None, compare=False)

    @property
    def rejected_by(self) -> frozenset[OfficerId]:
        """The largest set of officers who rejected one and the same commit."""
        by_commit: dict[bytes, set[OfficerId]] = {b"": set()}
        for commit_hash, officer_id in self.rejections:
            by_commit.setdefault(commit_hash, set()).add(officer_id)
        return frozenset(sorted(by_commit.values(), key=len)[-1])

    def encode(self) -> bytes:
        """The checkpoint that goes into the vault; the root is not in it, whoever decodes it has pinned that."""
        writer = Writer().u16(_VERSION).raw(self.cug_id).raw(self.head.encode()).u64(self.server_time_ms)
        writer.u64(self.commit_time_ms).u8(self.closed).vector_of(self.rejections, _encode_rejection)
        writer.vector(b"".join(self.past_groups))
        return writer.optional(self.group, lambda group: Writer().vector(group.encode()).bytes()).bytes()

    @classmethod
    def decode(cls, data: bytes, trust: Trust) -> Replay:
        """Raises DecodeError, or MlsError if tree and context do not fit together."""
        return decode_all(data, lambda reader: _read_replay(reader, trust))


def _encode_rejection(entry: tuple[bytes, OfficerId]) -> bytes:
    return Writer().raw(entry[0]).vector(entry[1].encode()).bytes()


def _read_rejection(reader: Reader) -> tuple[bytes, OfficerId]:
    commit_hash, officer_id = reader.raw(HASH_BYTES), reader.vector(_MAX_OFFICER_BYTES)
    if not officer_id.isascii():
        raise DecodeError("replay_officer")
    return commit_hash, OfficerId(officer_id.decode("ascii"))


def _read_replay(reader: Reader, trust: Trust) -> Replay:
    if reader.u16() != _VERSION:
        raise DecodeError("replay_version")
    cug_id, head, server_time_ms = CugId(reader.raw(ID_BYTES)), read_head(reader), reader.safe_u64()
    commit_time_ms, closed = reader.safe_u64(), reader.u8()
    if closed > 1:
        raise DecodeError("boolean_invalid")
    return Replay(
        cug_id=cug_id,
        trust=trust,
        head=head,
        server_time_ms=server_time_ms,
        commit_time_ms=commit_time_ms,
        closed=bool(closed),
        rejections=reader.vector_of(_read_rejection, _MAX_REJECTIONS),
        past_groups=reader.vector_of(lambda inner: GroupId(inner.raw(ID_BYTES))),
        group=reader.optional(lambda inner: PublicGroup.decode(inner.vector())),
    )


def start(cug_id: CugId, trust: Trust) -> Replay:
    """Before the first event."""
    return Replay(cug_id, trust, heads.start(cug_id))


def step(replay: Replay, event: Event) -> Replay:
    """The replay after the next event of the log; an event that breaks a rule has the outcome `Refused`.

    Raises:
        HeadGap: the event is not the next one.
        ReplayRefused: the server's time runs backwards, or the event's hash is not that of its content.
    """
    if event.server_time < replay.server_time_ms:
        raise ReplayRefused(reason="server_time", seq=event.seq)
    head = heads.advance(replay.head, event.seq, event.server_time, hash_of(event))
    try:
        after = follow(replay, event)
    except DomainError as error:
        after = replace(replay, outcome=Refused(error))
    return replace(after, head=head, server_time_ms=event.server_time)


def hash_of(event: Event) -> bytes:
    """H(event): made of what is there, or taken from the event where closing the CUG has cut out its seals.

    Raises:
        ReplayRefused: a hash is given for a kind of event that never loses anything.
    """
    if event.event_hash is None:
        return heads.event_hash(event.kind, event.sender, ClientRef(event.client_ref), event.body)
    if event.kind not in (EventKind.GROUP, EventKind.COMMIT, EventKind.SEAL):
        raise ReplayRefused(reason="event_hash", seq=event.seq)
    return event.event_hash


def follow(replay: Replay, event: Event) -> Replay:
    """The replay after `event`, the head left as it was.

    Raises:
        DecodeError, MlsError, PolicyRefused, EventInvalid, GroupContextInvalid, ReplayRefused: nothing of it counts.
    """
    if replay.closed:
        raise ReplayRefused(reason="closed", seq=event.seq)
    match event.kind:
        case EventKind.GROUP:
            return _start(replay, event)
        case EventKind.COMMIT:
            return _commit(replay, event)
        case EventKind.RECORD:
            return replace(replay, outcome=_record(replay, event))
        case EventKind.REJECTION:
            return _reject(replay, event)
        case EventKind.SEAL:
            return replace(replay, outcome=_seal(replay, event))
        case EventKind.CLOSED:
            return _close(replay, event)


# ---------------------------------------------------------------- groups and commits


def _start(replay: Replay, event: Event) -> Replay:
    body = GroupStart.decode(event.body)
    _check_cut(event, body)
    group = public_group_from_group_info(body.group_info)
    if group.group_id != body.group_id:
        raise ReplayRefused(reason="other_group", seq=event.seq)
    judged = judge_start(
        group,
        replay.trust,
        predecessor=replay.group,
        last_time_ms=replay.commit_time_ms,
        rejected_by=replay.rejected_by,
    )
    if judged.after.cug_id != replay.cug_id:
        raise ReplayRefused(reason="other_cug", seq=event.seq)
    if body.group_id in replay.past_groups:
        raise ReplayRefused(reason="group_came_back", seq=event.seq)
    if judged.committer != event.sender:
        raise ReplayRefused(reason="other_sender", seq=event.seq)
    past = replay.past_groups if replay.group is None else (*replay.past_groups, GroupId(replay.group.group_id))
    return replace(
        replay,
        group=group,
        commit_time_ms=judged.time_ms,
        rejections=(),
        past_groups=past,
        outcome=Started(judged, group, body),
    )


def _commit(replay: Replay, event: Event) -> Replay:
    before, body = _group(replay, event), CommitBody.decode(event.body)
    _check_cut(event, body)
    if (body.group_id, body.epoch) != (before.group_id, before.epoch):
        raise ReplayRefused(reason="stale_epoch", seq=event.seq, epoch=body.epoch)
    staged = stage_commit(before, body.mls_message)
    judged = judge_commit(before, staged, replay.trust, last_time_ms=replay.commit_time_ms)
    if judged.committer != event.sender:
        raise ReplayRefused(reason="other_sender", seq=event.seq)
    group = staged.next()
    return replace(
        replay, group=group, commit_time_ms=judged.time_ms, rejections=(), outcome=Committed(judged, group, body)
    )


def _check_cut(event: Event, body: GroupStart | CommitBody) -> None:
    """The server may give a hash in place of content only where it has cut the seals out."""
    if event.event_hash is not None and body.seals:
        raise ReplayRefused(reason="event_hash", seq=event.seq)


def _group(replay: Replay, event: Event) -> PublicGroup:
    if replay.group is None:
        raise ReplayRefused(reason="no_group", seq=event.seq)
    return replay.group


# ---------------------------------------------------------------- everything else


def _record(replay: Replay, event: Event) -> Recorded:
    group, header = _group(replay, event), read_header(event.body)
    if header.cug_id != replay.cug_id:
        raise ReplayRefused(reason="other_cug", seq=event.seq)
    if header.client_ref != event.client_ref:
        raise ReplayRefused(reason="client_ref", seq=event.seq)
    if (header.group_id, header.epoch) != (group.group_id, group.epoch):
        raise ReplayRefused(reason="stale_epoch", seq=event.seq, epoch=header.epoch)
    leaf = group.tree.leaf(LeafIndex(header.leaf_index))
    if leaf is None or device_of(leaf) != event.sender:
        raise ReplayRefused(reason="other_sender", seq=event.seq)
    _check_valid_at(leaf, event)
    return Recorded(header, leaf.signature_key, group.context_hash())


def _check_valid_at(leaf: LeafNode, event: Event) -> None:
    """A leaf may outlive its certificates until somebody removes it; what it writes then does not count."""
    for certificate in chain_of(leaf).certificates:
        try:
            verify_time(certificate, event.server_time // 1000)
        except CertificateInvalid as invalid:
            raise ReplayRefused(reason="certificate", seq=event.seq, why=invalid.facts["reason"]) from None


def _leaf_of_sender(group: PublicGroup, event: Event) -> LeafNode:
    for _, leaf in group.tree.leaves():
        if device_of(leaf) == event.sender:
            return leaf
    raise ReplayRefused(reason="other_sender", seq=event.seq)


def _reject(replay: Replay, event: Event) -> Replay:
    group, rejection = _group(replay, event), Rejection.decode(event.body)
    if rejection.group_id != group.group_id or rejection.epoch >= group.epoch:
        raise ReplayRefused(reason="other_epoch", seq=event.seq, epoch=rejection.epoch)
    rejection.verify(_leaf_of_sender(group, event).signature_key)
    rejections = replay.rejections
    entry = (rejection.commit_hash, officer_of(_device(event)))
    if rejection.epoch + 1 == group.epoch and entry not in rejections:
        rejections = (*rejections, entry)
    return replace(replay, rejections=rejections, outcome=Rejected(rejection))


def _device(event: Event) -> DeviceId:
    return DeviceId(event.sender)


def _seal(replay: Replay, event: Event) -> Sealed:
    group = _group(replay, event)
    if event.event_hash is not None and not event.body:
        return Sealed(None)
    body = SealBody.decode(event.body)
    if body.group_id != group.group_id or body.epoch > group.epoch:
        raise ReplayRefused(reason="other_epoch", seq=event.seq, epoch=body.epoch)
    body.verify(_leaf_of_sender(group, event).signature_key)
    return Sealed(body)


def _close(replay: Replay, event: Event) -> Replay:
    group, closing = _group(replay, event), Closing.decode(event.body)
    if closing.cug_id != replay.cug_id:
        raise ReplayRefused(reason="other_cug", seq=event.seq)
    closing.verify(_leaf_of_sender(group, event).signature_key)
    entry = CencommGroup.of(group).entry(officer_of(_device(event)))
    if entry is None or entry.role is not Role.ORGANISER:
        raise ReplayRefused(reason="beyond_role", seq=event.seq)
    return replace(replay, closed=True, outcome=Closed(closing))
