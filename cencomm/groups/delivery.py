"""What the Delivery Service checks of an event before it may take its place in the log (DESIGN §3, PROTOCOL §2.4).

Each function judges by a view of the group in memory, takes no lock and touches no store: it may run in another
thread. What it answers names the epoch it judged in; the transaction that assigns `seq` compares that again.

    record       the header's leaf is the session's device in the current tree; role, epoch, certificates in force
    commit       everything public: MLS (RFC 9420 §12.4.2), the commit policy, clock, GroupInfo, Welcome recipients
    start        of a CUG or a successor group: GroupInfo, the policy for starts
    rejection, seal, closing       signed by the session's device

A refusal does not raise: it travels in the submission, because a resend is answered first (`groups.log`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from cencomm.crypto import policy
from cencomm.crypto.certificates import Trust, verify_time
from cencomm.crypto.events import Closing, CommitBody, EventInvalid, GroupStart, Rejection, SealBody
from cencomm.crypto.group_context import CencommGroup
from cencomm.crypto.mls.public.framing import decode_message
from cencomm.crypto.mls.public.group import (
    PublicGroup,
    StagedCommit,
    check_group_info,
    check_welcome_recipients,
    public_group_from_group_info,
    stage_commit,
)
from cencomm.crypto.mls.public.leaf_node import LeafNode
from cencomm.crypto.mls.public.proposals import Add
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.public.welcome import Welcome
from cencomm.crypto.records import read_header
from cencomm.crypto.successor import OFFICERS_TO_REJECT, may_start
from cencomm.errors import DomainError
from cencomm.groups.access import access_in
from cencomm.groups.errors import (
    ClockApart,
    CugClosed,
    EpochTaken,
    KindNotSendable,
    NotMember,
    RoleNotAllowed,
    SignatureWrong,
    StaleEpoch,
    SuccessorRefused,
    WelcomesWrong,
    WrongDevice,
    WrongHeader,
)
from cencomm.groups.log import CugEnds, Effect, NewEpoch, Submission
from cencomm.groups.model import START_OF_GROUP, CugState, EpochView, GroupView, LoggedEvent
from cencomm.ids import ClientRef, CugId, DeviceId, GroupId, OfficerId, officer_of
from cencomm.wire.frames import Commit, EventKind, Send, WelcomeFor

CLOCK_TOLERANCE_MS = 5 * 60 * 1000
"""How far a commit's or closing's own time may be from the server's (PROTOCOL §2.3). The time of the commit before is
allowed as well where it is later: after a server's clock went back the group goes on from where it stood."""


@dataclass(frozen=True, slots=True)
class Sending:
    """What came from the session's device, whatever frame or request it came in."""

    cug_id: CugId
    sender: DeviceId
    client_ref: ClientRef
    kind: EventKind
    body: bytes = field(repr=False)


Judge = Callable[[GroupView], Effect | None]


def _judged(sending: Sending, view: GroupView | None, judge: Judge) -> Submission:
    judged_in = (view.group_id, view.epoch) if view is not None else None
    effect: Effect | None = None
    refusal: DomainError | None = None
    try:
        effect = judge(_member_view(sending, view))
    except DomainError as error:
        refusal = error
    return Submission(
        sending.cug_id,
        sending.sender,
        sending.client_ref,
        sending.kind,
        sending.body,
        judged_in=judged_in,
        refusal=refusal,
        effect=effect,
    )


def _member_view(sending: Sending, view: GroupView | None) -> GroupView:
    """The view, for a member whose role may send this. Raises NotMember, CugClosed, RoleNotAllowed."""
    if view is None:
        raise NotMember
    officer = officer_of(sending.sender)
    allowed = access_in(view, officer)
    if not allowed.is_current:
        raise NotMember
    if view.state is CugState.CLOSED:
        raise CugClosed
    if sending.kind not in allowed.sends:
        raise RoleNotAllowed(role=view.members[officer].role)
    return view


def judge_send(view: GroupView | None, sender: DeviceId, frame: Send, now_ms: int) -> Submission:
    """A record, rejection, corrected seal or closing."""
    sending = Sending(CugId(frame.cug_id), sender, ClientRef(frame.client_ref), frame.kind, frame.body)
    if frame.kind is EventKind.RECORD:  # nearly all are
        return _judged(sending, view, lambda known: _judge_record(known, sending, now_ms))
    match frame.kind:
        case EventKind.REJECTION:
            return _judged(sending, view, lambda known: _judge_rejection(known, sending))
        case EventKind.SEAL:
            return _judged(sending, view, lambda known: _judge_seal(known, sending))
        case EventKind.CLOSED:
            return _judged(sending, view, lambda known: _judge_closing(known, sending, now_ms))
        case _:
            return _judged(sending, view, _not_sendable)


def _not_sendable(_view: GroupView) -> None:
    raise KindNotSendable


def _judge_record(view: GroupView, sending: Sending, now_ms: int) -> None:
    header = read_header(sending.body)
    if header.cug_id != sending.cug_id:
        raise WrongHeader(field="cug_id")
    if header.client_ref != sending.client_ref:
        raise WrongHeader(field="client_ref")
    if (header.group_id, header.epoch) != (view.group_id, view.epoch):
        raise StaleEpoch(sent=header.epoch, current=view.epoch)
    if view.current.devices.get(header.leaf_index) != sending.sender:
        raise WrongDevice(leaf_index=header.leaf_index)
    # Time in the log does not run back, whatever this machine's clock does.
    _must_be_valid(view, header.leaf_index, max(now_ms, view.current.commit_time_ms) // 1000)


def _must_be_valid(view: GroupView, leaf_index: int, now_s: int) -> None:
    """A leaf may outlive its certificates until somebody removes it; members do not count what it writes then."""
    known = view.current.valid_s.get(leaf_index)
    if known is None:
        certificates = policy.chain_of(_leaf(view, leaf_index)).certificates
        known = (max(one.not_before_s for one in certificates), min(one.not_after_s for one in certificates))
        view.current.valid_s[leaf_index] = known
    if not known[0] <= now_s <= known[1]:
        for certificate in policy.chain_of(_leaf(view, leaf_index)).certificates:
            verify_time(certificate, now_s)


def _leaf(view: GroupView, leaf_index: int) -> LeafNode:
    leaf = view.current.group.tree.leaf(LeafIndex(leaf_index))
    assert leaf is not None, "a device stands at this leaf"
    return leaf


def _signature_key(view: GroupView, sender: DeviceId) -> bytes:
    """The signature key of the device's leaf in the current tree. Raises WrongDevice."""
    leaf_index = view.current.leaf_of(sender)
    if leaf_index is None:
        raise WrongDevice
    return _leaf(view, leaf_index).signature_key


def _judge_rejection(view: GroupView, sending: Sending) -> None:
    rejection = Rejection.decode(sending.body)
    _must_be_past(view, rejection.group_id, rejection.epoch + 1)
    _must_be_signed(rejection, view, sending.sender)


def _judge_seal(view: GroupView, sending: Sending) -> None:
    corrected = SealBody.decode(sending.body)
    _must_be_past(view, corrected.group_id, corrected.epoch)
    _must_be_signed(corrected, view, sending.sender)


def _must_be_past(view: GroupView, group_id: GroupId, epoch: int) -> None:
    if group_id != view.group_id:
        raise WrongHeader(field="group_id")
    if epoch > view.epoch:
        raise WrongHeader(field="epoch")


def _must_be_signed(event: Rejection | SealBody | Closing, view: GroupView, sender: DeviceId) -> None:
    try:
        event.verify(_signature_key(view, sender))
    except EventInvalid:
        raise SignatureWrong from None


def _judge_closing(view: GroupView, sending: Sending, now_ms: int) -> CugEnds:
    closing = Closing.decode(sending.body)
    if closing.cug_id != sending.cug_id:
        raise WrongHeader(field="cug_id")
    _must_be_signed(closing, view, sending.sender)
    _must_be_now(closing.time_ms, now_ms)
    return CugEnds()


def _must_be_now(time_ms: int, now_ms: int) -> None:
    if abs(time_ms - now_ms) > CLOCK_TOLERANCE_MS:
        raise ClockApart(apart_seconds=(time_ms - now_ms) // 1000)


def _must_go_on(time_ms: int, last_time_ms: int, now_ms: int) -> None:
    """Now, or the very time of the commit before where that is later: no commit may put it off further."""
    if not time_ms == last_time_ms > now_ms:
        _must_be_now(time_ms, now_ms)


def judge_commit(view: GroupView | None, sender: DeviceId, frame: Commit, trust: Trust, now_ms: int) -> Submission:
    """A commit with its GroupInfo and Welcomes; costs milliseconds to hundreds of them, by the size of the group."""
    sending = Sending(CugId(frame.cug_id), sender, ClientRef(frame.client_ref), EventKind.COMMIT, frame.body)
    return _judged(sending, view, lambda known: _judge_commit(known, sending, frame, trust, now_ms))


def _judge_commit(view: GroupView, sending: Sending, frame: Commit, trust: Trust, now_ms: int) -> NewEpoch:
    body = CommitBody.decode(sending.body)
    if (body.group_id, body.epoch) != (view.group_id, view.epoch):
        raise EpochTaken(sent=body.epoch, current=view.epoch)
    before = view.current.group
    staged = stage_commit(before, body.mls_message)
    judged = policy.judge_commit(before, staged, trust, last_time_ms=view.current.commit_time_ms)
    if judged.committer != sending.sender:
        raise WrongDevice
    _must_go_on(judged.time_ms, view.current.commit_time_ms, now_ms)
    after = staged.next()
    check_group_info(after, frame.group_info)
    _check_welcomes(staged, frame.welcomes)
    return NewEpoch(
        group_id=view.group_id,
        epoch=after.epoch,
        made_in=body.epoch,
        public_group=after.encode(),
        group_info=frame.group_info,
        roster=roster_of(judged.after),
        welcomes=frame.welcomes,
        view=EpochView(after, judged.time_ms, devices_of(after)),
    )


def _check_welcomes(staged: StagedCommit, welcomes: Sequence[WelcomeFor]) -> None:
    """One Welcome for each device that the commit adds, naming the key package that it was added by."""
    added = {
        policy.device_of(proposal.key_package.leaf_node): proposal.key_package.reference()
        for proposal, _ in staged.proposals
        if isinstance(proposal, Add)
    }
    named = {DeviceId(welcome.device_id): welcome.key_package_ref for welcome in welcomes}
    if named != added or len(named) != len(welcomes):
        raise WelcomesWrong
    for encoded in {welcome.welcome for welcome in welcomes}:
        message = decode_message(encoded)
        if not isinstance(message.body, Welcome):
            raise WelcomesWrong
        check_welcome_recipients(staged, message.body)


def judge_opening(sending: Sending, trust: Trust, now_ms: int) -> Submission:
    """The first event of a new CUG, by the device that becomes its first member."""
    effect: Effect | None = None
    refusal: DomainError | None = None
    try:
        effect = _judge_start(sending, trust, None, now_ms)
    except DomainError as error:
        refusal = error
    return Submission(
        sending.cug_id, sending.sender, sending.client_ref, sending.kind, sending.body, refusal=refusal, effect=effect
    )


def judge_successor(
    view: GroupView | None, sending: Sending, trust: Trust, rejections: Sequence[LoggedEvent], now_ms: int
) -> Submission:
    """A group that takes the place of the current one; `rejections` are those logged since the current epoch began."""

    def judge(known: GroupView) -> NewEpoch:
        return _judge_start(sending, trust, known, now_ms, _entitled(known, sending.sender, rejections))

    return _judged(sending, view, judge)


def _entitled(view: GroupView, sender: DeviceId, rejections: Sequence[LoggedEvent]) -> set[OfficerId]:
    """Who rejected the last commit, if that or the sender's role entitles him to a successor (PROTOCOL §2.1).

    Raises:
        SuccessorRefused: neither an organiser, nor have two officers rejected one and the same commit.
    """
    rejected_by: dict[bytes, set[OfficerId]] = {}
    for event in rejections:
        rejection = Rejection.decode(event.body)
        if (rejection.group_id, rejection.epoch + 1) == (view.group_id, view.epoch):
            rejected_by.setdefault(rejection.commit_hash, set()).add(officer_of(event.sender))
    most = max(rejected_by.values(), key=len, default=set())
    if not may_start(CencommGroup.of(view.current.group), officer_of(sender), most):
        raise SuccessorRefused(rejections=len(most), needed=OFFICERS_TO_REJECT)
    return most


def _judge_start(
    sending: Sending, trust: Trust, view: GroupView | None, now_ms: int, rejected_by: Collection[OfficerId] = ()
) -> NewEpoch:
    start = GroupStart.decode(sending.body)
    group = public_group_from_group_info(start.group_info)
    if group.group_id != start.group_id:
        raise WrongHeader(field="group_id")
    judged = policy.judge_start(
        group,
        trust,
        predecessor=None if view is None else view.current.group,
        last_time_ms=0 if view is None else view.current.commit_time_ms,
        rejected_by=rejected_by,
    )
    if judged.after.cug_id != sending.cug_id:
        raise WrongHeader(field="cug_id")
    if judged.committer != sending.sender:
        raise WrongDevice
    _must_be_now(judged.time_ms, now_ms)
    return NewEpoch(
        group_id=start.group_id,
        epoch=group.epoch,
        made_in=START_OF_GROUP,
        public_group=group.encode(),
        group_info=start.group_info,
        roster=roster_of(judged.after),
        opens_cug=view is None,
        view=EpochView(group, judged.time_ms, devices_of(group)),
    )


def devices_of(group: PublicGroup) -> dict[int, DeviceId]:
    """The device of each leaf, by leaf index."""
    return {int(index): policy.device_of(leaf) for index, leaf in group.tree.leaves()}


def roster_of(group: CencommGroup) -> dict[OfficerId, str]:
    """Role by officer."""
    return {entry.officer_id: entry.role.value for entry in group.roster}
