"""Out of the outbox: seal what is new, send what is owed (PROTOCOL §3.3, §3.5)."""

from __future__ import annotations

import msgspec

from cencomm.client.engine.memory import Memory
from cencomm.client.model import OutboxRow
from cencomm.client.profile import Transaction
from cencomm.crypto.mls.secret.group import GroupState
from cencomm.crypto.primitives import Secret
from cencomm.crypto.records import seal_record
from cencomm.ids import ClientRef, GroupId
from cencomm.wire.frames import ClientFrame, EventKind, Send

EPOCH_LIFE_MS = 24 * 3600 * 1000
"""A device commits before it sends in an epoch older than this (PROTOCOL §2.6)."""
LEAF_LIFE_MS = 7 * 24 * 3600 * 1000


def renewal_due(memory: Memory, now_ms: int) -> bool:
    """Whether an empty commit must come before the next record."""
    if memory.secret is None:
        return False
    return now_ms - memory.row.epoch_at_ms > EPOCH_LIFE_MS or now_ms - memory.row.leaf_at_ms > LEAF_LIFE_MS


def pump(memory: Memory, tx: Transaction, now_ms: int) -> list[ClientFrame]:
    """Frames for the outbox's due rows, each written before it is returned. Records wait while a commit of our own is
    under way, while we are outside the epoch, and while a renewal is due."""
    frames: list[ClientFrame] = []
    may_seal = memory.secret is not None and memory.pending is None and not renewal_due(memory, now_ms)
    for row in memory.outbox.due():
        ready = row if row.body else _sealed(memory, tx, row, now_ms) if may_seal else None
        if ready is None:
            continue
        memory.outbox.sent(ready.client_ref)
        frames.append(Send(memory.cug_id, ready.client_ref, EventKind(ready.kind), ready.body))
    return frames


def unsealed(row: OutboxRow) -> OutboxRow:
    """The row without the bytes of an epoch that is closed; group and epoch stay, to wait for the next one."""
    return msgspec.structs.replace(row, body=b"")


def _sealed(memory: Memory, tx: Transaction, row: OutboxRow, now_ms: int) -> OutboxRow | None:
    state = memory.secret
    assert state is not None
    if (row.group_id, row.epoch) == (state.group_id, state.epoch):
        return None  # refused as stale in this very epoch: the commit that closed it is on its way
    sealed = seal(memory, tx, state, row, now_ms)
    if sealed is not None:
        memory.outbox.put(tx, sealed)
    return sealed


def seal(memory: Memory, tx: Transaction, state: GroupState, row: OutboxRow, now_ms: int) -> OutboxRow | None:
    epoch = memory.epoch(tx, state.group_id, state.epoch)
    key = memory.content_key(tx, state.group_id, state.epoch)
    if epoch is None or key is None:
        return None
    body = seal_record(
        cug_id=memory.cug_id,
        group_id=GroupId(state.group_id),
        epoch=state.epoch,
        context_hash=epoch.context_hash,
        leaf_index=state.own_leaf_index,
        client_ref=ClientRef(row.client_ref),
        content_key=key,
        public=row.public or None,
        personal=row.personal or None,
        sent_at_ms=row.sent_at_ms or now_ms,
        seen=memory.head,
        signature_seed=Secret(state.signature_seed),
    )
    return msgspec.structs.replace(
        row, body=body, group_id=state.group_id, epoch=state.epoch, sent_at_ms=row.sent_at_ms or now_ms
    )
