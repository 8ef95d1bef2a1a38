"""The past for newcomers, in the transition that their admission is (PROTOCOL §4.2).

Whoever admitted them may die right after: what he owes them is in the outbox before anybody knows that the commit won.
"""

from __future__ import annotations

from collections.abc import Iterable

from cencomm.client.engine.memory import EpochName, Memory
from cencomm.client.engine.outbox import new_row
from cencomm.client.profile import Transaction
from cencomm.ids import new_client_ref
from cencomm.wire.content import Content, HistoryKey, HistoryKeys, Profile, Template, encode_content
from cencomm.wire.frames import EventKind


def shareable_keys(
    memory: Memory, tx: Transaction, wanted: Iterable[EpochName] | None = None
) -> tuple[HistoryKey, ...]:
    """The content keys that this device has of all epochs, or of those wanted, in which the policy was `full`."""
    names = None if wanted is None else frozenset(wanted)
    found: list[HistoryKey] = []
    for row in memory.all_epochs(tx):
        if not row.shares_history or (names is not None and (row.group_id, row.epoch) not in names):
            continue
        key = memory.content_key(tx, row.group_id, row.epoch)
        if key is not None:
            found.append(HistoryKey(row.group_id, row.epoch, bytes(key)))
    return tuple(found)


def share_history(memory: Memory, tx: Transaction) -> None:
    """Into the outbox: the keys of the past in one record; without them at least title and templates again."""
    present = (memory.row.group_id, memory.row.epoch)
    keys = tuple([key for key in shareable_keys(memory, tx) if (key.group_id, key.epoch) != present])
    if keys:
        _say(memory, tx, HistoryKeys(keys))
        return
    if memory.row.title:
        _say(memory, tx, Profile(memory.row.title, memory.row.operation_code, memory.row.about))
    for template in memory.templates.values():
        _say(memory, tx, Template(template.encode()))


def _say(memory: Memory, tx: Transaction, content: Content) -> None:
    memory.outbox.add(tx, new_row(new_client_ref(), EventKind.RECORD, personal=encode_content(content)))
