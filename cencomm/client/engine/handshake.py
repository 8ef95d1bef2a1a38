"""Group starts and commits as they come: public checks, own MLS state, content key, archive seals (PROTOCOL §2, §4.1).

public checks fail    the server let through what no honest one does: refused, told, and the group stands still here
hidden parts fail     the public group goes on; this device says so (Rejection) and joins again
"""

from __future__ import annotations

from collections.abc import Iterable

from cencomm.client.engine.effects import Join
from cencomm.client.engine.epochs import enter_epoch
from cencomm.client.engine.memory import Memory
from cencomm.client.engine.outbox import new_row
from cencomm.client.engine.refusals import EventRefused
from cencomm.client.engine.seen import compare_seen
from cencomm.client.engine.sharing import share_history
from cencomm.client.model import Item, ItemKind, MembersChanged, PendingKind, Standing
from cencomm.client.profile import Transaction
from cencomm.crypto.events import CommitBody, GroupStart, Rejection
from cencomm.crypto.mls.public.group import PublicGroup, StagedCommit, public_group_from_group_info, stage_commit
from cencomm.crypto.mls.public.validation import MlsError
from cencomm.crypto.mls.secret.commit import process_commit
from cencomm.crypto.mls.secret.group import GroupState
from cencomm.crypto.mls.secret.validation import RemovedFromGroup
from cencomm.crypto.policy import Judged, judge_commit, judge_start
from cencomm.crypto.primitives import CryptoError
from cencomm.crypto.tls import DecodeError
from cencomm.errors import DomainError
from cencomm.ids import DeviceId, OfficerId, new_client_ref, officer_of
from cencomm.wire.frames import Event, EventKind


def apply_start(memory: Memory, tx: Transaction, event: Event) -> Item:
    """The first group of the CUG, or a successor of the newest one.

    Raises:
        DecodeError, MlsError, PolicyRefused, EventRefused: nothing of it counts.
    """
    body = GroupStart.decode(event.body)
    group = public_group_from_group_info(body.group_info)
    if group.group_id != body.group_id:
        raise EventRefused(reason="other_group")
    before = memory.group
    judged = judge_start(
        group,
        memory.device.trust,
        predecessor=before,
        last_time_ms=memory.row.commit_time_ms,
        rejected_by=[OfficerId(name) for name in memory.row.rejected_by],
    )
    after = judged.after
    if after.cug_id != memory.cug_id:
        raise EventRefused(reason="other_group")
    if judged.committer != event.sender:
        raise EventRefused(reason="other_sender")
    if before is None:
        memory.change(opened_ms=event.server_time)
    memory.set_group(group)
    memory.set_secret(_merge_pending(memory, tx, event, group))
    memory.change(broken="", rejected_by=(), commit_hash=b"", commit_time_ms=judged.time_ms)
    enter_epoch(memory, tx, event, after, body.seals)
    if memory.secret is not None:
        note_joined(memory, tx, event, external=False)
    elif before is not None and after.entry(memory.device.officer_id) is not None:
        memory.effects.append(Join())
    added = tuple(str(entry.officer_id) for entry in after.roster) if before is None else ()
    return _item(event, group, ItemKind.GROUP, MembersChanged(added=added))


def apply_commit(memory: Memory, tx: Transaction, event: Event) -> Item | None:
    """A commit, in the order of the log.

    Raises:
        DecodeError, MlsError, PolicyRefused, EventRefused: its public parts are not valid; nothing of it counts.
    """
    body = CommitBody.decode(event.body)
    before = memory.group
    if before is None or (before.group_id, before.epoch) != (body.group_id, body.epoch):
        raise EventRefused(reason="other_epoch", epoch=body.epoch)
    staged = stage_commit(before, body.mls_message)
    judged = judge_commit(before, staged, memory.device.trust, last_time_ms=memory.row.commit_time_ms)
    if judged.committer != event.sender:
        raise EventRefused(reason="other_sender")
    group = staged.next()
    compare_seen(memory, tx, event, judged.seen)
    for officer in judged.identity_changed:
        memory.alarm(tx, "identity_changed", seq=event.seq, officer=officer)
    memory.change(commit_time_ms=judged.time_ms, commit_hash=body.commit_hash, rejected_by=())
    memory.set_group(group)
    shares_history = memory.pending is not None and memory.pending.shares_history
    ours = _follow(memory, tx, event, body, staged, group)
    if memory.secret is not None:
        memory.group = memory.secret.public  # one tree in memory, not two
    enter_epoch(memory, tx, event, judged.after, body.seals)
    _note_standing(memory, tx, event, judged)
    if ours and shares_history and memory.secret is not None:
        share_history(memory, tx)
    changed = members_changed(judged)
    return _item(event, group, ItemKind.MEMBERS, changed) if changed else None


def _follow(
    memory: Memory, tx: Transaction, event: Event, body: CommitBody, staged: StagedCommit, group: PublicGroup
) -> bool:
    """Bring the own MLS state to the epoch that the commit made; whether it was ours."""
    secret = memory.secret
    mine = _merge_pending(memory, tx, event, group)
    if mine is not None:
        external = secret is None
        memory.set_secret(mine)
        memory.change(broken="", leaf_at_ms=event.server_time)
        if external:
            note_joined(memory, tx, event, external=True)
    elif secret is not None:
        _process(memory, tx, event, body, staged, secret)
    elif memory.welcome is not None and _same_epoch(memory.welcome, group):
        _adopt_welcome(memory, tx, event, group)
    return mine is not None


def _process(
    memory: Memory, tx: Transaction, event: Event, body: CommitBody, staged: StagedCommit, secret: GroupState
) -> None:
    try:
        memory.set_secret(process_commit(secret, staged))
    except RemovedFromGroup:
        memory.set_secret(None)
    except (MlsError, CryptoError, DecodeError) as error:
        reject(memory, tx, body, error, secret)
        memory.alarm(tx, "commit_broken", seq=event.seq, sender=event.sender, reason=error.code)


def reject(memory: Memory, tx: Transaction, body: CommitBody, error: DomainError, secret: GroupState) -> None:
    """Say, signed, that the hidden parts of a commit do not work here; the device is outside the new epoch."""
    memory.set_secret(None)
    memory.change(broken=error.code)
    rejection = Rejection(body.group_id, body.epoch, body.commit_hash, error.code).signed(secret.signature_seed)
    memory.outbox.add(tx, new_row(new_client_ref(), EventKind.REJECTION, body=rejection.encode()))
    memory.effects.append(Join())


def _adopt_welcome(memory: Memory, tx: Transaction, event: Event, group: PublicGroup) -> None:
    """The replay has reached the epoch of the Welcome: both must tell of the same past (PROTOCOL §2.5)."""
    welcome = memory.welcome
    assert welcome is not None
    memory.set_welcome(None)
    if welcome.public.context != group.context:
        memory.alarm(tx, "fork", seq=event.seq, epoch=group.epoch)
        return
    memory.set_secret(welcome)
    note_joined(memory, tx, event, external=False)


def note_joined(memory: Memory, tx: Transaction, event: Event, *, external: bool) -> None:
    if memory.welcome is not None:
        memory.set_welcome(None)
    memory.change(
        joined_seq=event.seq,
        join_at_ms=event.server_time,
        leaf_at_ms=event.server_time,
        removed_seq=0,
        broken="",
        confirmed=not external,
    )
    if external:
        memory.alarm(tx, "not_confirmed", seq=event.seq)


def _note_standing(memory: Memory, tx: Transaction, event: Event, judged: Judged) -> None:
    own = memory.device.officer_id
    was, now = judged.before.entry(own), judged.after.entry(own)
    if was is not None and now is None:
        memory.set_secret(None)
        memory.set_welcome(None)
        memory.put_pending(tx, None)
        memory.outbox.end(tx, "client.not_member")
        memory.change(removed_seq=event.seq)
    elif now is not None and was is None:
        memory.change(removed_seq=0)
    elif now is not None and memory.device.device_id in judged.removed and memory.secret is None:
        memory.effects.append(Join())


def _merge_pending(memory: Memory, tx: Transaction, event: Event, group: PublicGroup) -> GroupState | None:
    """Our own handshake came back: its state, prepared before the upload. Any other ends ours of the same epoch."""
    pending = memory.pending
    if pending is None:
        return None
    mine = (
        event.sender == memory.device.device_id
        and event.client_ref == pending.client_ref
        and event.body == pending.body
    )
    state = GroupState.decode(pending.secret) if mine else None
    if mine or pending.kind is not PendingKind.START or memory.row.head_n == 0:
        memory.put_pending(tx, None)
    if state is None or state.public.context != group.context:
        return None
    return state


def _same_epoch(state: GroupState, group: PublicGroup) -> bool:
    return (state.public.group_id, state.public.epoch) == (group.group_id, group.epoch)


def members_changed(judged: Judged) -> MembersChanged | None:
    """What a commit changed, in officers and devices; None for a mere renewal of keys."""
    before = {entry.officer_id: entry for entry in judged.before.roster}
    after = {entry.officer_id: entry for entry in judged.after.roster}
    both = before.keys() & after.keys()
    gone = set(judged.removed) - set(judged.added)
    come = set(judged.added) - set(judged.removed)
    changed = MembersChanged(
        added=_sorted(after.keys() - before.keys()),
        removed=_sorted(before.keys() - after.keys()),
        roles=tuple((name, str(after[name].role)) for name in sorted(both) if after[name].role != before[name].role),
        identity_changed=_sorted(name for name in both if after[name].identity_key != before[name].identity_key),
        devices_added=_sorted(device for device in come if officer_of(DeviceId(device)) in both),
        devices_removed=_sorted(device for device in gone if officer_of(DeviceId(device)) in both),
    )
    return None if changed == MembersChanged() else changed


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names))


def _item(event: Event, group: PublicGroup, kind: ItemKind, members: MembersChanged) -> Item:
    return Item(
        seq=event.seq,
        at_ms=event.server_time,
        kind=kind,
        standing=Standing.VERIFIED,
        sender=event.sender,
        client_ref=event.client_ref,
        group_id=group.group_id,
        epoch=group.epoch,
        members=members,
    )
