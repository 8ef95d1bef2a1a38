"""Rules of the inner envelope (PROTOCOL §1.4).

ID-001 only a password typed just now opens it
ID-002 an account without an identity says so
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from cencomm.client.api import Client
from cencomm.client.errors import IdentityAbsent, WrongPassword
from cencomm.client.identity import open_envelope
from cencomm.client.vault_sync import read_account
from cencomm.crypto.primitives import ed25519_public
from tests.unit.client.accounts_stand import PASSWORD
from tests.unit.client.test_enrol import officer


class TestEnvelope:
    async def test_only_the_password_opens_it(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """ID-001, ID-002"""
        await officer(tmp_path, monkeypatch)
        async with Client.open(tmp_path / "laptop", PASSWORD) as client:
            await client.sign_in()
            row = read_account(client.profile)
            with pytest.raises(WrongPassword):
                await open_envelope(client.api, row, "not the password")
            envelope = await open_envelope(client.api, row, PASSWORD)
            assert ed25519_public(envelope.identity_seed) == row.identity_public_key
            elsewhere = msgspec.structs.replace(row, inner_envelope=b"")
            assert await open_envelope(client.api, elsewhere, PASSWORD) == envelope
            client.api.items.clear()  # type: ignore[attr-defined]
            with pytest.raises(IdentityAbsent):
                await open_envelope(client.api, elsewhere, PASSWORD)
