"""Rules of changing a password (PROTOCOL §1.3).

PC-001 the new one opens profile, vault and identity, the old one nothing
PC-002 a wrong old or a weak new password, or somebody who wrote first, changes nothing
PC-003 no answer, but it was changed: both open until the next sign-in, then only the new one
PC-004 no answer, and it was not changed: both open until the next sign-in, then only the old one
PC-005 a device that dies at any step of it opens, and signs in again
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from cencomm.client.account import change_password
from cencomm.client.api import Client
from cencomm.client.errors import ServerRefused, ServerUnreachable, WeakPassword, WrongPassword
from cencomm.client.identity import open_envelope
from cencomm.client.profile import Profile
from cencomm.client.vault_sync import read_account
from cencomm.wire.http import ChangePasswordIn
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


def opening(folder: Path) -> list[str]:
    """Which of the two passwords open the profile."""
    found: list[str] = []
    for password in (PASSWORD, NEW):
        with contextlib.suppress(WrongPassword):
            Profile.open(folder, password).close()
            found.append(password)
    return found


class TestSilence:
    @pytest.mark.parametrize(("changes", "holds"), [(True, NEW), (False, PASSWORD)])
    async def test_both_open_until_the_server_has_said_which_one_holds(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: bool, holds: str
    ) -> None:
        """PC-003, PC-004"""
        server, _ = await officer(tmp_path, monkeypatch)
        stored = server.change_password

        async def silent(request: ChangePasswordIn) -> None:
            if changes:
                await stored(request)
            raise ServerUnreachable

        async with Client.open(tmp_path / "laptop", PASSWORD) as client:
            await client.sign_in()
            monkeypatch.setattr(server, "change_password", silent)
            with pytest.raises(ServerUnreachable):
                await change_password(client, PASSWORD, NEW)
        assert opening(tmp_path / "laptop") == [PASSWORD, NEW]
        monkeypatch.setattr(server, "change_password", stored)
        server.ends_sessions = True
        async with Client.open(tmp_path / "laptop", PASSWORD) as client:
            await client.sign_in()
            row = read_account(client.profile)
            assert row.authentication_key == server.enrolled["KE/otieno"].authentication_key
            assert row.next_authentication_key == b""
        assert opening(tmp_path / "laptop") == [holds]

    @pytest.mark.parametrize("step", ["prepare_password", "adopt_password"])
    @pytest.mark.parametrize("after", [False, True])
    async def test_a_device_that_dies_at_any_step_opens_and_signs_in(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
    ) -> None:
        """PC-005"""
        server, _ = await officer(tmp_path, monkeypatch)
        known = getattr(Profile, step)

        def dies(profile: Profile, *given: str) -> None:
            if after:
                known(profile, *given)
            raise Died

        async with Client.open(tmp_path / "laptop", PASSWORD) as client:
            await client.sign_in()
            with monkeypatch.context() as dying:
                dying.setattr(Profile, step, dies)
                with pytest.raises(Died):
                    await change_password(client, PASSWORD, NEW)
        server.ends_sessions = True
        opens = opening(tmp_path / "laptop")
        async with Client.open(tmp_path / "laptop", opens[-1]) as client:
            await client.sign_in()
            await client.sign_in()
        (left,) = opening(tmp_path / "laptop")
        assert left == (PASSWORD if step == "prepare_password" else NEW)


class Died(BaseException):
    """The process ends here."""
