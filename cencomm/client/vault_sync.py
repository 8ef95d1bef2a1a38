"""The account's vault: every content key and how far the log was verified, for this officer's other devices (§1.3)."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from cencomm.client import model
from cencomm.client.engine.engine import CugEngine
from cencomm.client.engine.keys import learn_keys
from cencomm.client.engine.memory import EpochName, epoch_key
from cencomm.client.http import Api
from cencomm.client.model import AccountRow, CheckpointRow, KeyRow, pack, unpack
from cencomm.client.profile import Profile
from cencomm.client.vault_items import (
    INNER_ITEM_ID,
    EpochKey,
    Kept,
    inner_item,
    open_kept,
    open_sealed_inner,
    seal_kept,
)
from cencomm.crypto.group_context import History
from cencomm.crypto.primitives import Secret
from cencomm.ids import ID_BYTES, CugId
from cencomm.wire.http import StoredVaultItem

_ITEMS_AT_ONCE = 100


async def upload_inner(api: Api, profile: Profile) -> None:
    """The inner envelope of an enrolment goes into the vault; the same bytes again are harmless."""
    account = read_account(profile)
    if not account.inner_envelope or account.inner_uploaded:
        return
    await api.append_vault_items((inner_item(account),))
    change_account(profile, inner_uploaded=True)


async def pull_vault(api: Api, profile: Profile, engines: Mapping[CugId, CugEngine]) -> int:
    """Merge what other devices of the account have put there; returns how many items were new."""
    account = read_account(profile)
    if not await _reaches(api, account.vault_position):
        account = _start_over(profile, engines)
        await upload_inner(api, profile)
    count = 0
    async for stored in api.vault_items(account.vault_position):
        count += 1
        if stored.item_id == INNER_ITEM_ID:
            _take_inner(profile, stored)
        else:
            kept = open_kept(Secret(account.vault_key), account.account, stored)
            _take(profile, engines.get(CugId(kept.cug_id)), kept)
        change_account(profile, vault_position=stored.position)
    return count


async def _reaches(api: Api, position: int) -> bool:
    """Whether the vault still has the last item that was read: a server that was restored has fewer."""
    if position == 0:
        return True
    async for stored in api.vault_items(position - 1):
        return stored.position == position
    return False


def _start_over(profile: Profile, engines: Mapping[CugId, CugEngine]) -> AccountRow:
    """All is read again and all of ours saved again: what is there already is there twice, and harmless."""
    for engine in engines.values():
        with engine.changing() as tx:
            for entry in list(tx.rows(model.content_keys(engine.cug_id))):
                row = unpack(KeyRow, entry.value)
                tx.put(model.content_keys(engine.cug_id), entry.key, pack(msgspec.structs.replace(row, in_vault=False)))
    return change_account(profile, vault_position=0, inner_uploaded=False)


def _take_inner(profile: Profile, stored: StoredVaultItem) -> None:
    account = read_account(profile)
    if stored.version <= account.inner_version:
        return
    sealed = open_sealed_inner(Secret(account.vault_key), account.account, stored)
    change_account(profile, inner_envelope=sealed.item, inner_version=sealed.version, inner_uploaded=True)


def _take(profile: Profile, engine: CugEngine | None, kept: Kept) -> None:
    keys: dict[EpochName, Secret] = {(key.group_id, key.epoch): Secret(key.key) for key in kept.keys}
    if engine is not None:
        with engine.changing() as tx:
            learn_keys(engine.memory, tx, keys, source="vault", in_vault=True)
    with profile.transaction() as tx:
        if engine is None:
            for (group_id, epoch), key in keys.items():
                row = KeyRow(key, in_vault=True)
                tx.put(model.content_keys(CugId(kept.cug_id)), epoch_key(group_id, epoch), pack(row))
        if kept.checkpoint is not None:
            _take_checkpoint(profile, kept.checkpoint)


def _take_checkpoint(profile: Profile, said: CheckpointRow) -> None:
    with profile.transaction() as tx:
        data = tx.get(model.VAULT, said.cug_id)
        if data is None or unpack(CheckpointRow, data).head_n < said.head_n:
            tx.put(model.VAULT, said.cug_id, pack(said))


async def push_vault(api: Api, profile: Profile, engines: Mapping[CugId, CugEngine]) -> int:
    """Append the keys that the vault does not have, with a checkpoint of each CUG; returns how many keys."""
    account = read_account(profile)
    kept = [(engine, _unsaved(engine)) for engine in engines.values()]
    waiting = [(engine, item) for engine, item in kept if item.keys]
    for start in range(0, len(waiting), _ITEMS_AT_ONCE):
        some = waiting[start : start + _ITEMS_AT_ONCE]
        items = tuple([seal_kept(Secret(account.vault_key), account.account, item) for _, item in some])
        await api.append_vault_items(items)
        for engine, item in some:
            _mark(engine, item)
    return sum(len(item.keys) for _, item in waiting)


def _unsaved(engine: CugEngine) -> Kept:
    tx = engine.reading()
    row = engine.memory.row
    keys: list[EpochKey] = []
    for entry in tx.rows(model.content_keys(engine.cug_id)):
        key = unpack(KeyRow, entry.value)
        made = engine.memory.epoch(tx, entry.key[:ID_BYTES], int.from_bytes(entry.key[ID_BYTES:], "big"))
        if not key.in_vault and made is not None and made.history != History.NONE:
            keys.append(EpochKey(entry.key[:ID_BYTES], int.from_bytes(entry.key[ID_BYTES:], "big"), key.key))
    checkpoint = CheckpointRow(engine.cug_id, row.head_n, row.head_hash, row.group_id, row.epoch)
    return Kept(engine.cug_id, tuple(keys), checkpoint)


def _mark(engine: CugEngine, item: Kept) -> None:
    with engine.changing() as tx:
        for key in item.keys:
            if engine.memory.content_key(tx, key.group_id, key.epoch) is not None:
                engine.memory.put_key(tx, key.group_id, key.epoch, KeyRow(key.key, in_vault=True))


def read_account(profile: Profile) -> AccountRow:
    data = profile.read().get(model.ACCOUNT, model.SELF)
    assert data is not None, "a profile is made together with its account"
    return unpack(AccountRow, data)


def change_account(profile: Profile, **fields: object) -> AccountRow:
    """Set fields of the account's row; returns the row as it is now."""
    with profile.transaction(durable=True) as tx:
        data = tx.get(model.ACCOUNT, model.SELF)
        assert data is not None, "a profile is made together with its account"
        row = msgspec.structs.replace(unpack(AccountRow, data), **fields)
        tx.put(model.ACCOUNT, model.SELF, pack(row))
    return row
