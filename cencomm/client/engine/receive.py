"""The log of one CUG, event by event (PROTOCOL §3.4): what each becomes here, and the head after it.

already applied      skipped
not the next one     nothing more of the batch is taken; told, and subscribed again
the next one         its kind decides; what does not hold is shown as refused, and the head moves on all the same
"""

from __future__ import annotations

from collections.abc import Sequence

from cencomm.client import model
from cencomm.client.engine.effects import CatchUpAgain, Succeed
from cencomm.client.engine.handshake import apply_commit, apply_start
from cencomm.client.engine.keys import learn_said_keys, refused_item
from cencomm.client.engine.memory import Memory, epoch_key
from cencomm.client.engine.record import receive_record
from cencomm.client.engine.refusals import EventRefused, RecordRefused
from cencomm.client.engine.repair import is_other_version, note_broken, note_followed, note_refused, rewind
from cencomm.client.engine.seen import compare_seen
from cencomm.client.model import CugRow, Item, ItemKind, Standing
from cencomm.client.profile import Transaction
from cencomm.crypto.certificates import key_id
from cencomm.crypto.events import Closing, Rejection, SealBody
from cencomm.crypto.group_context import CencommGroup, Role
from cencomm.crypto.head import advance, event_hash
from cencomm.crypto.mls.secret.group import GroupState
from cencomm.crypto.policy import device_of
from cencomm.errors import DomainError
from cencomm.ids import ClientRef, DeviceId, officer_of
from cencomm.wire.frames import Event, EventKind

_CUT_WHEN_CLOSED = frozenset({EventKind.GROUP, EventKind.COMMIT, EventKind.SEAL})
"""Their bodies lose the seals when the CUG is closed; the hash of the whole stays (PROTOCOL §4.4)."""
_OFFICERS_TO_SUCCEED = 2


def apply_events(memory: Memory, tx: Transaction, events: Sequence[Event]) -> None:
    """Take a batch that came in order."""
    for event in events:
        if is_other_version(memory, tx, event, hash_of(event)):
            rewind(memory, tx, event)
        if event.seq <= memory.row.head_n:
            continue
        if event.seq != memory.row.head_n + 1:
            memory.alarm(tx, "seq_gap", seq=event.seq, expected=memory.row.head_n + 1)
            memory.effects.append(CatchUpAgain())
            break
        _apply(memory, tx, event)
    learn_said_keys(memory, tx)
    for row in memory.outbox.missing(memory.row.head_n):
        memory.alarm(tx, "own_record_missing", seq=row.stored_seq)
        memory.outbox.refused(tx, row.client_ref, "client.own_record_missing")


def _apply(memory: Memory, tx: Transaction, event: Event) -> None:
    if event.server_time < memory.row.at_ms:
        memory.alarm(tx, "time_went_back", seq=event.seq)
    before, secret = memory.row, memory.secret
    try:
        item = _dispatch(memory, tx, event)
    except DomainError as error:
        item = refused_item(event, error)
        if event.kind in (EventKind.GROUP, EventKind.COMMIT):
            memory.alarm(tx, "handshake_refused", seq=event.seq, sender=event.sender, reason=error.code)
            note_refused(memory, tx, event, before)
    else:
        if event.kind in (EventKind.GROUP, EventKind.COMMIT):
            _note_handshake(memory, tx, event, before, secret)
    if item is not None and item.standing is Standing.REFUSED:
        memory.put_refused(tx, item)
    elif item is not None and not memory.add_item(tx, item):
        memory.put_refused(tx, refused_item(event, RecordRefused(reason="repeated")))
    head = advance(memory.head, event.seq, event.server_time, hash_of(event))
    memory.heads.append(tx, head.n, head.hash)
    memory.change(head_n=head.n, head_hash=head.hash, at_ms=max(event.server_time, memory.row.at_ms))
    if event.sender == memory.device.device_id:
        _own_came_back(memory, tx, event, item)


def _note_handshake(memory: Memory, tx: Transaction, event: Event, before: CugRow, secret: GroupState | None) -> None:
    if memory.row.broken and not before.broken:
        note_broken(memory, tx, event, before, secret)
    elif memory.secret is not None or not memory.row.broken:
        note_followed(memory, tx)


def _own_came_back(memory: Memory, tx: Transaction, event: Event, item: Item | None) -> None:
    """Ours is done when it is there as we sent it, and not when something else bears its name."""
    row = memory.outbox.row(event.client_ref)
    if row is None or item is None or item.standing is not Standing.REFUSED:
        memory.outbox.came_back(tx, event.client_ref)
    elif row.body == event.body:
        memory.outbox.refused(tx, event.client_ref, item.reason.partition(":")[0])
    else:
        memory.alarm(tx, "own_record_missing", seq=event.seq)
        memory.outbox.refused(tx, event.client_ref, "client.own_record_missing")


def hash_of(event: Event) -> bytes:
    """H(event), from the body wherever the body is whole."""
    if event.event_hash is not None and event.kind in _CUT_WHEN_CLOSED:
        return event.event_hash
    return event_hash(event.kind, event.sender, ClientRef(event.client_ref), event.body)


def _dispatch(memory: Memory, tx: Transaction, event: Event) -> Item | None:
    if memory.row.closed_seq:
        raise EventRefused(reason="after_closing")
    if event.kind is EventKind.RECORD:
        return receive_record(memory, tx, event)
    if event.kind is EventKind.COMMIT:
        return apply_commit(memory, tx, event)
    if event.kind is EventKind.GROUP:
        return apply_start(memory, tx, event)
    if event.kind is EventKind.REJECTION:
        return _apply_rejection(memory, tx, event)
    if event.kind is EventKind.SEAL:
        _apply_seal(memory, tx, event)
        return None
    return _apply_closing(memory, tx, event)


def _apply_rejection(memory: Memory, tx: Transaction, event: Event) -> Item:
    """Two officers who cannot apply the newest commit make a successor lawful for any member (PROTOCOL §2.1)."""
    rejection = Rejection.decode(event.body)
    epoch = memory.epoch(tx, rejection.group_id, rejection.epoch)
    leaf = (
        None
        if epoch is None
        else next((leaf for leaf in epoch.leaves.values() if leaf.device_id == event.sender), None)
    )
    if leaf is None:
        raise EventRefused(reason="other_sender")
    rejection.verify(leaf.signature_key)
    row = memory.row
    in_newest_epoch = (rejection.group_id, rejection.epoch + 1) == (row.group_id, row.epoch)
    newest = in_newest_epoch and rejection.commit_hash == row.commit_hash
    officer = str(officer_of(DeviceId(leaf.device_id)))
    if newest and officer not in memory.row.rejected_by:
        memory.change(rejected_by=(*memory.row.rejected_by, officer))
        if len(memory.row.rejected_by) >= _OFFICERS_TO_SUCCEED and memory.secret is None:
            memory.effects.append(Succeed())
    return _item(memory, event, ItemKind.REJECTION, reason=rejection.reason)


def _apply_seal(memory: Memory, tx: Transaction, event: Event) -> None:
    """A right seal in place of a wrong one. Only the one made for us is kept; it proves itself when it is opened."""
    body = SealBody.decode(event.body)
    epoch = memory.epoch(tx, body.group_id, body.epoch)
    leaf = (
        None
        if epoch is None
        else next((leaf for leaf in epoch.leaves.values() if leaf.device_id == event.sender), None)
    )
    if leaf is None:
        raise EventRefused(reason="other_sender")
    body.verify(leaf.signature_key)
    memory.corrected.add((body.group_id, body.epoch, body.seal.archive_key_id))
    own = memory.device.archive_key
    if own is not None and body.seal.archive_key_id == key_id(own.public_key):
        name = epoch_key(body.group_id, body.epoch) + body.seal.kem_output
        tx.put(model.seals(memory.cug_id), name, body.seal.encode())


def _apply_closing(memory: Memory, tx: Transaction, event: Event) -> Item:
    """The end: this device's keys of the CUG go; what was read stays (PROTOCOL §4.4)."""
    closing = Closing.decode(event.body)
    group = memory.group
    if group is None or closing.cug_id != memory.cug_id:
        raise EventRefused(reason="other_group")
    leaf = next((leaf for _, leaf in group.tree.leaves() if device_of(leaf) == event.sender), None)
    entry = CencommGroup.of(group).entry(officer_of(DeviceId(event.sender)))
    if leaf is None or entry is None or entry.role is not Role.ORGANISER:
        raise EventRefused(reason="beyond_role")
    closing.verify(leaf.signature_key)
    compare_seen(memory, tx, event, closing.seen)
    memory.change(closed_seq=event.seq)
    memory.destroy_keys(tx)
    return _item(memory, event, ItemKind.CLOSED)


def _item(memory: Memory, event: Event, kind: ItemKind, *, reason: str = "") -> Item:
    return Item(
        seq=event.seq,
        at_ms=event.server_time,
        kind=kind,
        standing=Standing.VERIFIED,
        sender=event.sender,
        client_ref=event.client_ref,
        group_id=memory.row.group_id,
        epoch=memory.row.epoch,
        reason=reason,
    )
