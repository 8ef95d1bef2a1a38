"""Rules of becoming somebody on a device (PROTOCOL §1.3, §1.4).

ER-001 an enrolment leaves a profile, and at the server a request that the sheet's holder made
ER-002 the device keeps its own key, AK and the vault key; the identity key is in no row
ER-003 what is refused leaves nothing behind
ER-004 an enrolment whose answer was lost is taken up
ER-005 a further device has the same identity and its own key; the password and the sheet are both needed
ER-006 a forgotten password is replaced with the sheet
ER-007 a second device needs nothing that the first one has not sent when it enrolled, even if it died over it
ER-008 where the vault lacks the identity, the refusal says so, and nothing is left behind
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from cencomm.client import account, model
from cencomm.client.api import Client
from cencomm.client.enrol import enrol, recover, sign_in_new_device
from cencomm.client.errors import (
    IdentityAbsent,
    ProfileExists,
    ServerRefused,
    ServerUnreachable,
    WeakPassword,
    WrongDeployment,
)
from cencomm.client.model import AccountRow, unpack
from cencomm.client.profile import Profile
from cencomm.crypto.certificates import Certificate, verify_signature
from cencomm.crypto.enrolment import CertificateRequest, Sheet, new_secret_r, request_mac_key, verify_request_mac
from cencomm.crypto.vault import WrongKey
from cencomm.wire.http import EnrolIn, SessionOut
from tests.unit.client.accounts_stand import CHEAP, PASSWORD, FakeAccounts, found


def row_of(folder: Path, password: str = PASSWORD) -> AccountRow:
    profile = Profile.open(folder, password)
    data = profile.read().get(model.ACCOUNT, model.SELF)
    assert data is not None
    profile.close()
    return unpack(AccountRow, data)


async def officer(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[FakeAccounts, Sheet]:
    server, first = await found(folder, monkeypatch)
    sheet = replace(first, account="KE/otieno", display_name="Otieno", secret_r=new_secret_r())
    await enrol(folder / "laptop", sheet, PASSWORD, cost=CHEAP)
    return server, sheet


class TestEnrolment:
    async def test_it_leaves_a_profile_and_a_request(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """ER-001, ER-002"""
        server, sheet = await officer(tmp_path, monkeypatch)
        sent = server.enrolled["KE/otieno"]
        assert sent.certificate_request is not None
        assert sent.request_mac is not None
        request = CertificateRequest.decode(sent.certificate_request)
        verify_request_mac(request_mac_key(sheet.secret_r), request, sent.request_mac)
        request.verify()
        row = row_of(tmp_path / "laptop")
        assert (row.account, row.device_id, row.kind) == ("KE/otieno", "KE/otieno/laptop", "officer")
        assert row.identity_public_key == request.public_key
        device = Certificate.decode(row.device_certificate)
        verify_signature(device, request.public_key, sheet.deployment_id)
        assert row.authentication_key == sent.authentication_key
        assert bytes(sheet.secret_r) not in model.pack(row)
        assert PASSWORD.encode() not in model.pack(row)

    async def test_a_secretariat_has_no_request_and_no_device(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """ER-001"""
        server, sheet = await found(tmp_path, monkeypatch)
        await account.enrol(tmp_path / "s", sheet, PASSWORD, cost=CHEAP)
        assert server.enrolled["secretariat"].certificate_request is None
        assert row_of(tmp_path / "s").device_id == ""

    async def test_what_is_refused_leaves_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """ER-003"""
        server, sheet = await found(tmp_path, monkeypatch)
        wrong: list[tuple[Sheet, str, type[Exception]]] = [
            (sheet, "short", WeakPassword),
            (replace(sheet, deployment_id=bytes(16)), PASSWORD, WrongDeployment),
            (replace(sheet, root_public_key=bytes(32)), PASSWORD, WrongDeployment),
            (replace(sheet, invitation_code="guess"), PASSWORD, ServerRefused),
        ]
        for given, password, refusal in wrong:
            with pytest.raises(refusal):
                await enrol(tmp_path / "x", given, password, cost=CHEAP)
            assert not Profile.exists(tmp_path / "x")
        assert server.enrolled == {}
        await enrol(tmp_path / "x", sheet, PASSWORD, cost=CHEAP)
        with pytest.raises(ProfileExists):
            await enrol(tmp_path / "x", sheet, PASSWORD, cost=CHEAP)

    async def test_a_lost_answer_is_taken_up(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """ER-004"""
        server, sheet = await found(tmp_path, monkeypatch)
        stored = server.enrol

        async def lost(request: EnrolIn) -> SessionOut:
            await stored(request)
            raise ServerUnreachable

        monkeypatch.setattr(server, "enrol", lost)
        await enrol(tmp_path / "x", sheet, PASSWORD, cost=CHEAP)
        assert row_of(tmp_path / "x").token == server.token

    async def test_a_device_that_died_while_it_enrolled_has_a_whole_profile(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """ER-007: what is on disk and at the server when the answer comes is all there has to be."""
        server, sheet = await found(tmp_path, monkeypatch)
        sheet = replace(sheet, account="KE/otieno", display_name="Otieno")
        stored = server.enrol

        async def dies(request: EnrolIn) -> SessionOut:
            shutil.copytree(tmp_path / "x", tmp_path / "as it died")
            return await stored(request)

        monkeypatch.setattr(server, "enrol", dies)
        await enrol(tmp_path / "x", sheet, PASSWORD, cost=CHEAP)
        async with Client.open(tmp_path / "as it died", PASSWORD) as client:
            await client.sign_in()
            assert client.account.account == "KE/otieno"
        assert row_of(tmp_path / "as it died").inner_uploaded


class TestFurtherDevices:
    async def test_it_has_the_identity_and_its_own_key(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """ER-005, ER-007"""
        _, sheet = await officer(tmp_path, monkeypatch)
        with pytest.raises(ServerRefused):
            await sign_in_new_device(tmp_path / "p", sheet, "not the password", device="phone", cost=CHEAP)
        with pytest.raises(ServerRefused):
            other = replace(sheet, secret_r=new_secret_r())
            await sign_in_new_device(tmp_path / "p", other, PASSWORD, device="phone", cost=CHEAP)
        assert not Profile.exists(tmp_path / "p")
        await sign_in_new_device(tmp_path / "p", sheet, PASSWORD, device="phone", cost=CHEAP)
        first, second = row_of(tmp_path / "laptop"), row_of(tmp_path / "p")
        assert second.device_id == "KE/otieno/phone"
        assert second.identity_public_key == first.identity_public_key
        assert second.archive_key == first.archive_key
        assert second.device_seed != first.device_seed
        assert second.vault_key == first.vault_key
        verify_signature(Certificate.decode(second.device_certificate), first.identity_public_key, sheet.deployment_id)

    async def test_a_forgotten_password_is_replaced(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """ER-006"""
        _, sheet = await officer(tmp_path, monkeypatch)
        with pytest.raises((ServerRefused, WrongKey)):
            other = replace(sheet, secret_r=new_secret_r())
            await recover(tmp_path / "p", other, "a new password", device="phone", cost=CHEAP)
        await recover(tmp_path / "p", sheet, "a new password", device="phone", cost=CHEAP)
        assert row_of(tmp_path / "p", "a new password").vault_key == row_of(tmp_path / "laptop").vault_key
        with pytest.raises(ServerRefused):
            await sign_in_new_device(tmp_path / "q", sheet, PASSWORD, device="tablet", cost=CHEAP)
        await sign_in_new_device(tmp_path / "q", sheet, "a new password", device="tablet", cost=CHEAP)

    async def test_without_the_identity_at_the_server_it_says_so(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """ER-008"""
        server, sheet = await officer(tmp_path, monkeypatch)
        server.items.clear()
        with pytest.raises(IdentityAbsent) as refused:
            await sign_in_new_device(tmp_path / "p", sheet, PASSWORD, device="phone", cost=CHEAP)
        assert refused.value.facts == {"account": "KE/otieno"}
        assert not Profile.exists(tmp_path / "p")
