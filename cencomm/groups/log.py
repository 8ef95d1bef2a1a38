"""The rules by which an event gets its place in a CUG's log; pure, run inside the transaction that assigns `seq`.

The order of the questions is part of the promise: a resend is answered first, whatever has happened since, so that a
sender always learns the seq of what is stored.

    known (device, client_ref)?   same event -> its seq again; another -> groups.client_ref_reused
    refused when it was judged?   that refusal
    opens a CUG?                  groups.exists if there is one
    the CUG is there and open?    groups.not_member (a stranger learns nothing) / groups.closed
    judged in the current epoch?  groups.stale_epoch, for a commit or group start groups.epoch_taken
    -> seq + 1, at a time not before the last one's
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from cencomm.errors import DomainError
from cencomm.groups.errors import ClientRefReused, CugClosed, CugExists, EpochTaken, NotMember, StaleEpoch
from cencomm.groups.model import START_OF_GROUP, Cug, CugState, EpochView, LoggedEvent, Membership
from cencomm.ids import ClientRef, CugId, DeviceId, GroupId, OfficerId
from cencomm.wire.frames import EventKind, WelcomeFor

FIRST_SEQ = 1


@dataclass(frozen=True, slots=True)
class NewEpoch:
    """What a commit or the start of a group changes beside the log, all in the event's own transaction."""

    group_id: GroupId
    epoch: int
    made_in: int
    """The epoch that the commit was made in; START_OF_GROUP for the start of a group."""
    public_group: bytes = field(repr=False)
    group_info: bytes = field(repr=False)
    roster: Mapping[OfficerId, str] = field(repr=False)
    """Role by officer, as of the new epoch."""
    welcomes: tuple[WelcomeFor, ...] = field(default=(), repr=False)
    opens_cug: bool = False
    view: EpochView | None = field(default=None, repr=False)
    """The same, as the next judgement needs it; not stored."""


@dataclass(frozen=True, slots=True)
class CugEnds:
    """Welcomes are destroyed, seals cut out of the bodies (PROTOCOL §4.4)."""


Effect = NewEpoch | CugEnds


@dataclass(frozen=True, slots=True)
class Submission:
    """An event on its way into the log, judged against the epoch that `judged_in` names."""

    cug_id: CugId
    sender: DeviceId
    client_ref: ClientRef
    kind: EventKind
    body: bytes = field(repr=False)
    judged_in: tuple[GroupId, int] | None = None
    refusal: DomainError | None = None
    """Why it must not be stored; it is still asked whether the same event is stored already."""
    effect: Effect | None = field(default=None, repr=False)

    @property
    def opens_cug(self) -> bool:
        return isinstance(self.effect, NewEpoch) and self.effect.opens_cug


@dataclass(frozen=True, slots=True)
class Receipt:
    """Durable. `repeated`: it was so before, nothing was added now."""

    seq: int
    server_time_ms: int
    repeated: bool = False


Outcome = Receipt | DomainError

EventHash = Callable[[Submission], bytes]
"""H(event) as the head chain has it (`crypto.head.event_hash`)."""


def answer_resend(known: LoggedEvent, submission: Submission, event_hash: EventHash) -> Outcome:
    """The answer to a (device, client_ref) that the log knows already."""
    same = known.kind == submission.kind and (
        known.event_hash == event_hash(submission) if known.event_hash is not None else known.body == submission.body
    )
    if not same:
        return ClientRefReused(seq=known.seq)
    return Receipt(known.seq, known.server_time_ms, repeated=True)


def place(cug: Cug | None, submission: Submission, now_ms: int) -> Cug | DomainError:
    """The CUG's row after `submission` took its place as `last_seq`, or why it has none."""
    if submission.refusal is not None:
        return submission.refusal
    if submission.opens_cug:
        return _after(cug, submission, now_ms) if cug is not None and cug.last_seq == 0 else CugExists()
    if cug is None:
        return NotMember()
    if cug.state is CugState.CLOSED:
        return CugClosed()
    if submission.judged_in is not None and submission.judged_in != (cug.group_id, cug.epoch):
        return _epoch_moved(cug, submission)
    return _after(cug, submission, now_ms)


def _epoch_moved(cug: Cug, submission: Submission) -> DomainError:
    sent = submission.judged_in[1] if submission.judged_in is not None else START_OF_GROUP
    if submission.kind in (EventKind.COMMIT, EventKind.GROUP):
        return EpochTaken(sent=sent, current=cug.epoch)
    return StaleEpoch(sent=sent, current=cug.epoch)


def _after(cug: Cug, submission: Submission, now_ms: int) -> Cug:
    time_ms = max(cug.last_time_ms, now_ms)
    placed = Cug(cug.cug_id, cug.state, cug.group_id, cug.epoch, cug.last_seq + 1, time_ms, cug.opened_ms)
    match submission.effect:
        case NewEpoch(group_id=group_id, epoch=epoch):
            return replace(placed, group_id=group_id, epoch=epoch)
        case CugEnds():
            return replace(placed, state=CugState.CLOSED)
        case None:
            return placed


def logged(submission: Submission, receipt: Receipt) -> LoggedEvent:
    """The event that `submission` became."""
    return LoggedEvent(
        receipt.seq,
        receipt.server_time_ms,
        submission.kind,
        submission.sender,
        submission.client_ref,
        submission.body,
    )


def follow_roster(members: Mapping[OfficerId, Membership], epoch: NewEpoch, seq: int) -> list[Membership]:
    """The memberships that change with the epoch that event `seq` makes: admitted, removed or of another role."""
    changed: list[Membership] = []
    for account_id, role in epoch.roster.items():
        known = members.get(account_id)
        if known is None or known.removed_seq is not None:
            changed.append(Membership(account_id, role, admitted_seq=seq))
        elif known.role != role:
            changed.append(replace(known, role=role))
    changed += [
        replace(member, removed_seq=seq)
        for account_id, member in members.items()
        if member.removed_seq is None and account_id not in epoch.roster
    ]
    return changed
