"""One CUG's rows, decoded: read once, changed inside a transaction, written back by `save`.

Another process may write the same rows between two transactions; `CugEngine.changing` then loads them again. A
transaction that fails leaves this object as unreliable as the rows are sound: it is loaded again, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from cencomm.client import model
from cencomm.client.engine.device import Device
from cencomm.client.engine.effects import Effect
from cencomm.client.engine.heads import Heads
from cencomm.client.engine.outbox import Outbox
from cencomm.client.model import (
    Alarm,
    CugRow,
    EpochRow,
    Item,
    KeyRow,
    OfficerRow,
    PendingRow,
    StateRow,
    pack,
    unpack,
)
from cencomm.client.profile import Table, Transaction
from cencomm.crypto.head import Head
from cencomm.crypto.head import start as first_head
from cencomm.crypto.mls.public.group import PublicGroup
from cencomm.crypto.mls.secret.group import GroupState
from cencomm.crypto.primitives import Secret
from cencomm.errors import Fact
from cencomm.ids import CugId
from cencomm.templates_forms.model import Template
from cencomm.wire.content import HistoryKeys

_ONE = b"self"

EpochName = tuple[bytes, int]
"""(group_id, epoch)."""


def epoch_key(group_id: bytes, epoch: int) -> bytes:
    """How a row of one epoch is named."""
    return group_id + epoch.to_bytes(8, "big")


@dataclass(slots=True)
class Memory:
    """Everything decoded of one CUG."""

    cug_id: CugId
    device: Device
    row: CugRow = field(init=False)
    group: PublicGroup | None = None
    """The newest public group that was verified; None before event 1."""
    secret: GroupState | None = None
    welcome: GroupState | None = None
    pending: PendingRow | None = None
    outbox: Outbox = field(init=False)
    heads: Heads = field(init=False)
    templates: dict[bytes, Template] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    """What to do once the transaction has been written."""
    corrected: set[tuple[bytes, int, bytes]] = field(default_factory=set)
    """(group_id, epoch, archive_key_id) of seals that somebody put right since this object was made."""
    officers: dict[str, OfficerRow] = field(default_factory=dict)
    """Those seen in this CUG's trees since this object was made."""
    said_epochs: set[EpochName] = field(default_factory=set)
    """Epochs whose key somebody has said since this object was made: nobody need say it again."""
    said_keys: list[tuple[int, HistoryKeys]] = field(default_factory=list)
    """History keys that came in this batch, with their seq; tried before it is written."""
    _epochs: dict[EpochName, EpochRow] = field(default_factory=dict)
    _keys: dict[EpochName, Secret] = field(default_factory=dict)
    _state_changed: bool = False
    _items: Table = field(init=False)

    def __post_init__(self) -> None:
        self.row = CugRow(self.cug_id, head_hash=first_head(self.cug_id).hash)
        self.outbox = Outbox(self.cug_id)
        self.heads = Heads(self.cug_id)
        self._items = model.items(self.cug_id)

    # ------------------------------------------------------------ loading and saving

    def load(self, tx: Transaction) -> None:
        """Read everything afresh. Raises ProfileDamaged."""
        self._epochs.clear()
        self._keys.clear()
        self.heads.forget()
        self.effects.clear()
        self.said_keys.clear()
        self.officers.clear()
        self._state_changed = False
        packed = tx.get(model.CUGS, self.cug_id)
        self.row = (
            CugRow(self.cug_id, head_hash=first_head(self.cug_id).hash) if packed is None else unpack(CugRow, packed)
        )
        packed = tx.get(model.state(self.cug_id), _ONE)
        kept = StateRow() if packed is None else unpack(StateRow, packed)
        self.group = PublicGroup.decode(kept.public) if kept.public else None
        self.secret = GroupState.decode(kept.secret) if kept.secret else None
        self.welcome = GroupState.decode(kept.welcome) if kept.welcome else None
        if self.secret is not None:
            self.group = self.secret.public
        packed = tx.get(model.pending(self.cug_id), _ONE)
        self.pending = None if packed is None else unpack(PendingRow, packed)
        self.outbox.load(tx)
        documents = tx.rows(model.templates(self.cug_id))
        self.templates = {row.key: Template.decode(row.value) for row in documents}

    def save(self, tx: Transaction) -> None:
        """Write what changed: always the light row, the heavy one after a handshake only."""
        self.heads.save(tx)
        tx.put(model.CUGS, self.cug_id, pack(self.row))
        if self._state_changed:
            self._state_changed = False
            kept = StateRow(
                public=b"" if self.group is None or self.secret is not None else self.group.encode(),
                secret=b"" if self.secret is None else self.secret.encode(),
                welcome=b"" if self.welcome is None else self.welcome.encode(),
            )
            tx.put(model.state(self.cug_id), _ONE, pack(kept))

    # ------------------------------------------------------------ reading

    @property
    def head(self) -> Head:
        return Head(self.row.head_n, self.row.head_hash)

    def epoch(self, tx: Transaction, group_id: bytes, epoch: int) -> EpochRow | None:
        name = (group_id, epoch)
        known = self._epochs.get(name)
        if known is None:
            packed = tx.get(model.epochs(self.cug_id), epoch_key(group_id, epoch))
            if packed is None:
                return None
            known = self._epochs[name] = unpack(EpochRow, packed)
        return known

    def all_epochs(self, tx: Transaction) -> list[EpochRow]:
        """Oldest first."""
        return [unpack(EpochRow, row.value) for row in tx.rows(model.epochs(self.cug_id))]

    def content_key(self, tx: Transaction, group_id: bytes, epoch: int) -> Secret | None:
        name = (group_id, epoch)
        known = self._keys.get(name)
        if known is None:
            packed = tx.get(model.content_keys(self.cug_id), epoch_key(group_id, epoch))
            if packed is None:
                return None
            known = self._keys[name] = Secret(unpack(KeyRow, packed).key)
        return known

    # ------------------------------------------------------------ writing

    def change(self, **fields: object) -> None:
        """Set fields of the light row."""
        self.row = msgspec.structs.replace(self.row, **fields)

    def set_group(self, group: PublicGroup) -> None:
        self.group = group
        self._state_changed = True

    def set_secret(self, secret: GroupState | None) -> None:
        self.secret = secret
        self._state_changed = True

    def set_welcome(self, welcome: GroupState | None) -> None:
        self.welcome = welcome
        self._state_changed = True

    def put_epoch(self, tx: Transaction, row: EpochRow) -> None:
        self._epochs[row.group_id, row.epoch] = row
        tx.put(model.epochs(self.cug_id), epoch_key(row.group_id, row.epoch), pack(row), number=row.made_seq)

    def put_key(self, tx: Transaction, group_id: bytes, epoch: int, key: KeyRow) -> None:
        self._keys[group_id, epoch] = Secret(key.key)
        tx.put(model.content_keys(self.cug_id), epoch_key(group_id, epoch), pack(key))

    def drop_key(self, tx: Transaction, group_id: bytes, epoch: int) -> None:
        self._keys.pop((group_id, epoch), None)
        tx.delete(model.content_keys(self.cug_id), epoch_key(group_id, epoch))

    def put_pending(self, tx: Transaction, row: PendingRow | None) -> None:
        self.pending = row
        if row is None:
            tx.delete(model.pending(self.cug_id), _ONE)
        else:
            tx.put(model.pending(self.cug_id), _ONE, pack(row))

    def add_item(self, tx: Transaction, item: Item) -> bool:
        """Keep a new item, unless that device has sent something under that client_ref before (PROTOCOL §3.6)."""
        key = model.item_key(item.sender, item.client_ref)
        return tx.add(self._items, key, pack(item), number=item.seq)

    def put_item(self, tx: Transaction, item: Item) -> None:
        """Keep an item that replaces what was shown of the same event."""
        tx.put(self._items, model.item_key(item.sender, item.client_ref), pack(item), number=item.seq)

    def put_refused(self, tx: Transaction, item: Item) -> None:
        """Keep a refusal under its place alone: what proves nothing takes nobody's client_ref."""
        tx.put(self._items, item.seq.to_bytes(8, "big"), pack(item), number=item.seq)

    def alarm(self, tx: Transaction, code: str, *, seq: int = 0, **facts: Fact) -> None:
        """Note something that does not fit, once per code and facts."""
        number = self.row.alarm_count + 1
        said: Mapping[str, Fact] = facts
        name = msgspec.msgpack.encode([code, sorted(said.items())])
        if tx.has(model.alarms(self.cug_id), name):
            return
        self.change(alarm_count=number)
        alarm = Alarm(code=code, seq=seq, at_ms=self.row.at_ms, facts=dict(said))
        tx.put(model.alarms(self.cug_id), name, pack(alarm), number=number)

    def destroy_keys(self, tx: Transaction) -> None:
        """Keys, states and seals of this CUG go; what was read stays (PROTOCOL §4.4)."""
        for table in (model.content_keys, model.state, model.seals, model.pending, model.locked, model.before):
            tx.clear(table(self.cug_id))
        self._keys.clear()
        self.secret = self.welcome = self.pending = None
        self.outbox.end(tx, "client.group_closed")
