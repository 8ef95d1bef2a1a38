"""Getting over a handshake that could not be followed (PROTOCOL §2.3, §3.4).

Whether a commit is valid is the same for every client and for the server. One that is refused here was altered on its
way, or the server let through what no honest one does; one whose hidden parts fail may have been altered, too. An alarm
says so, and then the log is read again from that place, at once and later ever more seldom:

    the same bytes     nothing changes: the alarm stands, and what is not valid is not followed
    other bytes        the server has shown two events for one place: told, too (`log_changed`), and the log is taken
                       from there as it is shown now; what came after that place comes again

Nothing but the log's own rules decides what is followed: no GroupInfo is believed that does not fit it.
"""

from __future__ import annotations

import msgspec

from cencomm.client import model
from cencomm.client.engine.effects import ReadAgain
from cencomm.client.engine.memory import Memory
from cencomm.client.model import BeforeRow, CugRow, PendingKind, pack, unpack
from cencomm.client.profile import Transaction
from cencomm.crypto.head import Head, advance
from cencomm.crypto.head import start as first_head
from cencomm.crypto.mls.secret.group import GroupState
from cencomm.wire.frames import Event

FIRST_WAIT_MS = 10_000
LONGEST_WAIT_MS = 3_600_000
_ONE = b"self"


def note_refused(memory: Memory, tx: Transaction, event: Event, before: CugRow) -> None:
    """The first refused handshake since one was followed: from its place the log is read again."""
    if not memory.row.refused_seq:
        _note(memory, tx, event, BeforeRow(pack(before)))


def note_broken(memory: Memory, tx: Transaction, event: Event, before: CugRow, secret: GroupState | None) -> None:
    """The group went on and this device did not: where it stood is kept until it is in again."""
    _note(memory, tx, event, BeforeRow(pack(before), b"" if secret is None else secret.encode()))


def _note(memory: Memory, tx: Transaction, event: Event, before: BeforeRow) -> None:
    tx.put(model.before(memory.cug_id), _ONE, pack(before))
    memory.change(refused_seq=event.seq)
    memory.effects.append(ReadAgain())


def note_followed(memory: Memory, tx: Transaction) -> None:
    """This device is where the group is: what was refused before does not hold it up any more."""
    if memory.row.refused_seq:
        memory.change(refused_seq=0)
        tx.delete(model.before(memory.cug_id), _ONE)


def is_other_version(memory: Memory, tx: Transaction, event: Event, event_hash: bytes) -> bool:
    """Whether the server shows another event than before at the place of the refused handshake."""
    if not memory.row.refused_seq or event.seq != memory.row.refused_seq or event.seq > memory.row.head_n:
        return False
    shown = advance(_head_before(memory, tx, event.seq), event.seq, event.server_time, event_hash)
    return shown.hash != memory.heads.at(tx, event.seq)


def rewind(memory: Memory, tx: Transaction, event: Event) -> None:
    """Back to where this device stood before the refused handshake; what came since comes again."""
    packed = tx.get(model.before(memory.cug_id), _ONE)
    assert packed is not None, "it is written when a handshake is refused"
    before, now = unpack(BeforeRow, packed), memory.row
    memory.heads.cut(tx, event.seq - 1, now.head_n)
    for table in (model.items, model.locked):
        for row in list(tx.rows(table(memory.cug_id), after=event.seq - 1)):
            tx.delete(table(memory.cug_id), row.key)
    memory.row = msgspec.structs.replace(
        unpack(CugRow, before.row),
        alarm_count=now.alarm_count,
        history_asked_ms=now.history_asked_ms,
        changed_seq=event.seq,
        changes=now.changes + 1,
    )
    if before.secret:
        secret = GroupState.decode(before.secret)
        memory.set_secret(secret)
        memory.group = secret.public
        if memory.pending is not None and memory.pending.kind is PendingKind.EXTERNAL:
            memory.put_pending(tx, None)
    tx.delete(model.before(memory.cug_id), _ONE)
    memory.alarm(tx, "log_changed", seq=event.seq)


def _head_before(memory: Memory, tx: Transaction, seq: int) -> Head:
    if seq == 1:
        return first_head(memory.cug_id)
    known = memory.heads.at(tx, seq - 1)
    assert known is not None, "the heads of all events that have come are kept"
    return Head(seq - 1, known)
