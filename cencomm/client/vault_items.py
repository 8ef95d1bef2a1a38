"""What the vault's items say: MessagePack inside `crypto.vault.VaultItem`, append-only and merged (PROTOCOL §1.3).

the inner envelope   a fixed item id, versions count up: the newest counts
everything else      a fresh item id each, version 1: content keys of epochs, checkpoints; merging is a union
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from cencomm.client.errors import ServerMisbehaved
from cencomm.client.http import Api
from cencomm.client.model import AccountRow, CheckpointRow
from cencomm.crypto.primitives import Secret, random_bytes, sha256
from cencomm.crypto.tls import DecodeError
from cencomm.crypto.vault import ItemInvalid, VaultItem, open_item, seal_item
from cencomm.ids import ID_BYTES
from cencomm.wire.http import StoredVaultItem
from cencomm.wire.http import VaultItem as VaultItemBody

INNER_ITEM_ID = sha256(b"CENcomm inner envelope")[:ID_BYTES]
_VERSION = 1

Id16 = Annotated[bytes, Meta(min_length=16, max_length=16)]
Key32 = Annotated[bytes, Meta(min_length=32, max_length=32)]


class EpochKey(Struct, frozen=True, array_like=True):
    group_id: Id16
    epoch: int
    key: Key32

    def __repr__(self) -> str:
        return f"EpochKey(group_id={self.group_id.hex()}, epoch={self.epoch})"


class Kept(Struct, frozen=True, omit_defaults=True):
    """One item: of one CUG, content keys and how far this account had verified its log."""

    cug_id: Id16
    keys: tuple[EpochKey, ...] = ()
    checkpoint: CheckpointRow | None = None


@dataclass(frozen=True, slots=True)
class SealedInner:
    """The newest inner envelope, still sealed under the inner key; `item` as the vault has it."""

    version: int
    sealed: bytes = field(repr=False)
    item: bytes = field(repr=False)


def inner_item(account: AccountRow) -> VaultItemBody:
    """The inner envelope as the vault stores it."""
    return VaultItemBody(item_id=INNER_ITEM_ID, version=account.inner_version, data=account.inner_envelope)


def seal_kept(vault_key: Secret, account: str, kept: Kept) -> VaultItemBody:
    item_id = random_bytes(ID_BYTES)
    plaintext = msgspec.msgpack.encode(kept, enc_hook=bytes)
    item = seal_item(vault_key, account=account, item_id=item_id, version=_VERSION, plaintext=plaintext)
    return VaultItemBody(item_id=item_id, version=_VERSION, data=item.encode())


def open_kept(vault_key: Secret, account: str, stored: StoredVaultItem) -> Kept:
    """Raises ServerMisbehaved unless it is what a device of this account put there."""
    try:
        return msgspec.msgpack.decode(_plaintext(vault_key, account, stored), type=Kept)
    except msgspec.MsgspecError:
        raise ServerMisbehaved(reason="vault_item") from None


def open_sealed_inner(vault_key: Secret, account: str, stored: StoredVaultItem) -> SealedInner:
    """The outer lock of an inner envelope. Raises ServerMisbehaved."""
    return SealedInner(stored.version, _plaintext(vault_key, account, stored), stored.data)


async def newest_inner(api: Api, vault_key: Secret, account: str) -> SealedInner | None:
    """The newest inner envelope in the vault; None where there is none. Raises ServerMisbehaved."""
    newest: StoredVaultItem | None = None
    async for stored in api.vault_items():
        if stored.item_id == INNER_ITEM_ID and (newest is None or stored.version > newest.version):
            newest = stored
    return None if newest is None else open_sealed_inner(vault_key, account, newest)


def _plaintext(vault_key: Secret, account: str, stored: StoredVaultItem) -> bytes:
    try:
        item = VaultItem.decode(stored.data)
        return open_item(vault_key, item, account=account, item_id=stored.item_id, version=stored.version)
    except (DecodeError, ItemInvalid):
        raise ServerMisbehaved(reason="vault_item") from None
