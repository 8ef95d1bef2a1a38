"""Rules of changing a password (PROTOCOL §1.3).

PC-001 the new one opens profile, vault and identity, the old one nothing
PC-002 a wrong old or a weak new password, or somebody who wrote first, changes nothing
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cencomm.client.account import change_password
from cencomm.client.api import Client
from cencomm.client.errors import ServerRefused, WeakPassword, WrongPassword
from cencomm.client.identity import open_envelope
from cencomm.client.profile import Profile
from cencomm.client.vault_sync import read_account
from tests.unit.client.accounts_stand import PASSWORD
from tests.unit.client.test_enrol import officer

NEW = "another horse battery"


class TestChange:
    async def test_the_new_one_opens_everything(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """PC-001, PC-002"""
        server, _ = await officer(tmp_path, monkeypatch)
        async with Client.open(tmp_path / "laptop", PASSWORD) as client:
            await client.sign_in()
            before = server.enrolled["KE/otieno"]
            with pytest.raises(WrongPassword):
                await change_password(client, "not the password", NEW)
            with pytest.raises(WeakPassword):
                await change_password(client, PASSWORD, "short")
            assert server.enrolled["KE/otieno"] == before
            await change_password(client, PASSWORD, NEW)
            row = read_account(client.profile)
            assert row.authentication_key == server.enrolled["KE/otieno"].authentication_key
            envelope = await open_envelope(client.api, row, NEW)
            assert len(envelope.archive_keys) == 1
            with pytest.raises(WrongPassword):
                await open_envelope(client.api, row, PASSWORD)
        with pytest.raises(WrongPassword):
            Profile.open(tmp_path / "laptop", PASSWORD)
        Profile.open(tmp_path / "laptop", NEW).close()

    async def test_who_wrote_first_wins(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """PC-002"""
        server, _ = await officer(tmp_path, monkeypatch)
        async with Client.open(tmp_path / "laptop", PASSWORD) as client:
            await client.sign_in()
            stored = server.vault_wraps

            async def old_version() -> object:
                return (await stored()).model_copy(update={"version": 99})

            monkeypatch.setattr(server, "vault_wraps", old_version)
            with pytest.raises(ServerRefused):
                await change_password(client, PASSWORD, NEW)
        Profile.open(tmp_path / "laptop", PASSWORD).close()
