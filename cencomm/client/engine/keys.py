"""Content keys from the vault, from history records and archive seals; each is tried on a record (PROTOCOL §4.2)."""

from __future__ import annotations

import msgspec

from cencomm.client import model
from cencomm.client.engine.memory import EpochName, Memory
from cencomm.client.engine.record import place, read_record
from cencomm.client.model import Item, ItemKind, KeyRow, LockedRow, Standing, unpack
from cencomm.client.profile import Transaction
from cencomm.crypto.primitives import Secret
from cencomm.crypto.records import key_id, read_header
from cencomm.errors import DomainError
from cencomm.wire.content import HistoryKeys
from cencomm.wire.encoding import decode_with
from cencomm.wire.frames import Event

_events: msgspec.msgpack.Decoder[Event] = msgspec.msgpack.Decoder(Event)


def learn_keys(
    memory: Memory, tx: Transaction, keys: dict[EpochName, Secret], *, source: str, in_vault: bool = False
) -> int:
    """Keep the keys that fit, open what was locked under them; returns how many epochs became readable.

    A key that does not fit a record of its epoch is dropped and told (`history_key_wrong`). One for an epoch of which
    no record has come is kept, and dropped if a record proves it wrong.
    """
    wanted = {name: key for name, key in keys.items() if memory.content_key(tx, *name) is None}
    if not wanted:
        return 0
    waiting = _locked(memory, tx)
    learned = 0
    for name, key in wanted.items():
        records = waiting.get(name, [])
        if records and key_id(key) not in {part.key_id for event in records for part in read_header(event.body).parts}:
            memory.alarm(tx, "history_key_wrong", epoch=name[1], source=source)
            continue
        memory.put_key(tx, *name, KeyRow(key, in_vault=in_vault))
        learned += 1
    _open_locked(memory, tx, sorted((event for name in wanted for event in waiting.get(name, [])), key=_seq))
    return learned


def learn_said_keys(memory: Memory, tx: Transaction) -> int:
    """The history records of this batch: of epochs that were, and in which the policy was `full`."""
    learned = 0
    while memory.said_keys:
        seq, said = memory.said_keys.pop(0)
        shared = {name: key for name, key in _by_epoch(said).items() if _was_shared(memory, tx, name)}
        learned += learn_keys(memory, tx, shared, source=f"seq:{seq}")
    return learned


def _was_shared(memory: Memory, tx: Transaction, name: EpochName) -> bool:
    row = memory.epoch(tx, *name)
    return row is not None and row.shares_history


def missing_epochs(memory: Memory, tx: Transaction) -> tuple[EpochName, ...]:
    """Epochs with locked records, oldest first."""
    return tuple(_locked(memory, tx))


def _by_epoch(said: HistoryKeys) -> dict[EpochName, Secret]:
    return {(entry.group_id, entry.epoch): Secret(entry.key) for entry in said.keys}


def _locked(memory: Memory, tx: Transaction) -> dict[EpochName, list[Event]]:
    found: dict[EpochName, list[Event]] = {}
    for row in tx.rows(model.locked(memory.cug_id)):
        event = decode_with(_events, unpack(LockedRow, row.value).event)
        header = read_header(event.body)
        found.setdefault((header.group_id, header.epoch), []).append(event)
    return found


def _seq(event: Event) -> int:
    return event.seq


def _open_locked(memory: Memory, tx: Transaction, events: list[Event]) -> None:
    """In the order of the log, so that a template comes before the forms that name it."""
    for event in events:
        header = read_header(event.body)
        key = memory.content_key(tx, header.group_id, header.epoch)
        if key is None:
            continue
        try:
            item = read_record(memory, tx, event, place(memory, tx, event, header), key)
        except DomainError as error:
            item = refused_item(event, error)
        tx.delete(model.locked(memory.cug_id), event.seq.to_bytes(8, "big"))
        if item.standing is Standing.REFUSED:
            tx.delete(model.items(memory.cug_id), model.item_key(event.sender, event.client_ref))
            memory.put_refused(tx, item)
        else:
            memory.put_item(tx, item)


def refused_item(event: Event, error: DomainError) -> Item:
    """Shown as refused, with the reason; never dropped (PROTOCOL §3.6)."""
    reason = error.facts.get("reason")
    return Item(
        seq=event.seq,
        at_ms=event.server_time,
        kind=ItemKind.REFUSED,
        standing=Standing.REFUSED,
        sender=event.sender,
        client_ref=event.client_ref,
        reason=f"{error.code}:{reason}" if reason else error.code,
    )
