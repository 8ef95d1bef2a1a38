"""A new password: the vault is wrapped anew and the server's verifier replaced in one step, then the profile (§1.3).

prepared here (both passwords open the profile) ──> changed at the server ──> adopted here
    │                                                    │
    └── refused: kept as it was                          └── no answer: the next sign-in finds out which one holds
"""

from __future__ import annotations

import asyncio

from cencomm.client.api import Client
from cencomm.client.enrol import adopt_password, keep_password
from cencomm.client.errors import ServerRefused, WrongPassword
from cencomm.client.passwords import new_kdf, parameters_of, require_strength, stretch_password
from cencomm.client.vault_sync import change_account, read_account
from cencomm.crypto.primitives import Secret
from cencomm.crypto.vault import VaultWraps, rewrap
from cencomm.wire.http import ChangePasswordIn


async def change_password(client: Client, old: str, new: str) -> None:
    """Needs a signed-in client; every other session of the account ends.

    Raises:
        WrongPassword, WeakPassword, ServerRefused: nothing is changed then.
        ServerUnreachable: it may have been changed; both passwords open the profile until the server has said which one
            holds.
    """
    require_strength(new)
    if read_account(client.profile).next_authentication_key:
        await client.renew()
    row = read_account(client.profile)
    account_key = Secret(row.account_key)
    stored = await client.api.vault_wraps()
    wraps = VaultWraps.decode(stored.wraps)
    before = await stretch_password(old, wraps.kdf)
    keys = before.vault_keys(wraps, row.account, account_key)
    after = await stretch_password(new, new_kdf(await client.api.deployment()))
    again = rewrap(wraps, keys, kdf=after.kdf, stretched=after.key, account_key=account_key)
    authentication_key = after.authentication_key(account_key)
    request = ChangePasswordIn(
        authentication_key=before.authentication_key(account_key),
        new_kdf=parameters_of(after.kdf),
        new_authentication_key=authentication_key,
        expected_wraps_version=stored.version,
        wraps=again.encode(),
    )
    change_account(client.profile, next_authentication_key=bytes(authentication_key))
    try:
        await asyncio.to_thread(client.profile.prepare_password, old, new)
        await client.api.change_password(request)
    except (ServerRefused, WrongPassword):
        keep_password(client.profile)  # anything else may have come too late: then the next sign-in tells
        raise
    adopt_password(client.profile)
