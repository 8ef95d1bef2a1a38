"""Showing a new device the way in, from one that is there (PROTOCOL §1.3)."""

from __future__ import annotations

from cencomm.client.api import Client
from cencomm.client.passwords import stretch_password
from cencomm.client.vault_sync import read_account
from cencomm.crypto.device_code import DeviceCode
from cencomm.crypto.primitives import Secret
from cencomm.crypto.vault import VaultWraps


async def device_code(client: Client, password: str) -> DeviceCode:
    """The code that takes the sheet's place on a new device; the password has to be typed for it.

    Raises:
        WrongPassword: nothing is shown. ServerUnreachable, ServerRefused.
    """
    row = read_account(client.profile)
    account_key = Secret(row.account_key)
    wraps = VaultWraps.decode((await client.api.vault_wraps()).wraps)
    stretched = await stretch_password(password, wraps.kdf)
    stretched.vault_keys(wraps, row.account, account_key)
    return DeviceCode(
        server_url=row.server_url,
        deployment_id=row.deployment_id,
        root_public_key=row.root_public_key,
        account=row.account,
        display_name=row.display_name,
        account_key=account_key,
    )
