"""The inner envelope: opened with a password typed just now, used, dropped (PROTOCOL §1.4)."""

from __future__ import annotations

from cencomm.client.errors import IdentityAbsent
from cencomm.client.http import Api
from cencomm.client.model import AccountRow
from cencomm.client.passwords import stretch_password
from cencomm.client.vault_items import newest_inner
from cencomm.crypto.primitives import Secret
from cencomm.crypto.vault import InnerEnvelope, VaultItem, VaultWraps, open_inner, open_item


async def open_envelope(api: Api, row: AccountRow, password: str) -> InnerEnvelope:
    """The identity key and archive keys. Drop it at once, and call `forget_signing_keys` after signing.

    Raises:
        WrongPassword; IdentityAbsent: the vault does not have them.
    """
    wraps = VaultWraps.decode((await api.vault_wraps()).wraps)
    stretched = await stretch_password(password, wraps.kdf)
    inner_key = stretched.inner_key(wraps, row.account, Secret(row.account_key))
    vault_key = Secret(row.vault_key)
    if row.inner_envelope:
        item = VaultItem.decode(row.inner_envelope)
        sealed = open_item(vault_key, item, account=row.account, item_id=item.item_id, version=row.inner_version)
        return open_inner(inner_key, sealed, account=row.account, version=row.inner_version)
    found = await newest_inner(api, vault_key, row.account)
    if found is None:
        raise IdentityAbsent(account=row.account)
    return open_inner(inner_key, found.sealed, account=row.account, version=found.version)
