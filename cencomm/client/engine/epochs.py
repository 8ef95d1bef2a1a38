"""Entering an epoch: tree, context hash and content key are kept, the archive seals checked (PROTOCOL §3.1, §4.1)."""

from __future__ import annotations

from collections.abc import Iterable

from cencomm.client import model
from cencomm.client.engine.effects import CorrectSeals, SaveToVault
from cencomm.client.engine.memory import Memory, epoch_key
from cencomm.client.model import EpochRow, KeyRow, LeafView, OfficerRow, pack, unpack
from cencomm.client.profile import Transaction
from cencomm.crypto.archive import ArchiveSeal, check_seals, seals_for
from cencomm.crypto.certificates import key_id
from cencomm.crypto.group_context import CencommGroup, History
from cencomm.crypto.mls.public.group import PublicGroup
from cencomm.crypto.mls.secret.group import GroupState
from cencomm.crypto.policy import chain_of
from cencomm.crypto.primitives import Secret
from cencomm.crypto.records import content_key
from cencomm.ids import GroupId
from cencomm.wire.frames import Event

_KEYS_KEPT_WITHOUT_HISTORY = 3
"""Under history policy `none` clients delete content keys after a few epochs (PROTOCOL §4.2)."""


def enter_epoch(
    memory: Memory, tx: Transaction, event: Event, after: CencommGroup, seals: Iterable[ArchiveSeal]
) -> None:
    """Keep what verifying and opening the records of the new epoch needs."""
    group = memory.group
    assert group is not None
    entry = after.entry(memory.device.officer_id)
    memory.change(
        group_id=group.group_id,
        epoch=group.epoch,
        epoch_at_ms=event.server_time,
        role="" if entry is None else str(entry.role),
    )
    memory.put_epoch(tx, epoch_row(group, after, event))
    _remember_officers(memory, tx, event, group)
    _keep_own_seal(memory, tx, group.group_id, group.epoch, seals)
    if memory.secret is not None:
        key = content_key(memory.secret.export, GroupId(group.group_id))
        memory.put_key(tx, group.group_id, group.epoch, KeyRow(key))
        memory.effects.append(SaveToVault())
        expected = expected_seals(memory.secret, after, key)
        wrong = check_seals(expected, seals)
        if wrong:
            memory.alarm(tx, "seal_wrong", seq=event.seq, sender=event.sender, epoch=group.epoch)
            right = tuple([seal for seal in expected if seal.archive_key_id in wrong])
            memory.effects.append(CorrectSeals(group.group_id, group.epoch, right))
    if after.history is History.NONE:
        _drop_old_keys(memory, tx)


def epoch_row(group: PublicGroup, after: CencommGroup, event: Event) -> EpochRow:
    roles = {entry.officer_id: str(entry.role) for entry in after.roster}
    leaves: dict[int, LeafView] = {}
    for index, leaf in group.tree.leaves():
        chain = chain_of(leaf)
        valid_until_s = min(certificate.not_after_s for certificate in chain.certificates)
        leaves[index] = LeafView(chain.device_id, leaf.signature_key, roles[chain.officer_id], valid_until_s)
    return EpochRow(
        group_id=group.group_id,
        epoch=group.epoch,
        context_hash=group.context_hash(),
        leaves=leaves,
        history=str(after.history),
        made_seq=event.seq,
        made_at_ms=event.server_time,
    )


def expected_seals(state: GroupState, group: CencommGroup, key: Secret) -> tuple[ArchiveSeal, ...]:
    """The archive seals that must come with the epoch of `state` (PROTOCOL §4.1)."""
    return seals_for(
        state.export,
        group_id=GroupId(state.group_id),
        epoch=state.epoch,
        content_key=key,
        archive_keys=group.archive_keys,
    )


def _remember_officers(memory: Memory, tx: Transaction, event: Event, group: PublicGroup) -> None:
    """Names and identity keys out of verified chains: an officer who comes back with another key is noticed."""
    for _, leaf in group.tree.leaves():
        chain = chain_of(leaf)
        row = OfficerRow(chain.officer.display_name, chain.identity_key)
        if memory.officers.get(chain.officer_id) == row:
            continue
        memory.officers[chain.officer_id] = row
        data = tx.get(model.OFFICERS, chain.officer_id.encode())
        if data is not None and unpack(OfficerRow, data).identity_key != chain.identity_key:
            memory.alarm(tx, "identity_changed", seq=event.seq, officer=chain.officer_id)
        tx.put(model.OFFICERS, chain.officer_id.encode(), pack(row))


def _keep_own_seal(memory: Memory, tx: Transaction, group_id: bytes, epoch: int, seals: Iterable[ArchiveSeal]) -> None:
    own = memory.device.archive_key
    if own is None:
        return
    wanted = key_id(own.public_key)
    for seal in seals:
        if seal.archive_key_id == wanted:
            tx.put(model.seals(memory.cug_id), epoch_key(group_id, epoch), seal.encode())


def _drop_old_keys(memory: Memory, tx: Transaction) -> None:
    for row in memory.all_epochs(tx)[:-_KEYS_KEPT_WITHOUT_HISTORY]:
        memory.drop_key(tx, row.group_id, row.epoch)
