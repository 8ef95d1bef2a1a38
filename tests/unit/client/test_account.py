"""Rules of invitations, certification and revocation (PROTOCOL §1).

AN-001 who invites recognises the request that the sheet's holder made, and no other
AN-002 an NCP certifies its own officers only, with a fresh password; what it certifies makes a device
AN-003 an NCP revokes in numbered lists that keep every earlier entry
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cencomm.client import account
from cencomm.client.api import Client
from cencomm.client.errors import NotCertified, OfficerUnknown, RequestForged, WrongPassword
from cencomm.crypto.revocation import RevocationList
from tests.unit.client.accounts_stand import CHEAP, PASSWORD, FakeAccounts, found


async def ncp(folder: Path, monkeypatch: pytest.MonkeyPatch) -> FakeAccounts:
    """A deployment with the certified NCP of KE (profile `ncp`)."""
    server, sheet = await found(folder, monkeypatch)
    await account.enrol(folder / "secretariat", sheet, PASSWORD, cost=CHEAP)
    async with Client.open(folder / "secretariat", PASSWORD) as secretariat:
        await secretariat.sign_in()
        ncp_sheet = await account.invite(secretariat, "KE", "Contact point KE")
        await account.enrol(folder / "ncp", ncp_sheet, PASSWORD, cost=CHEAP)
        server._session("secretariat")
        (request,) = await account.pending_requests(secretariat)
        assert (request.account, request.display_name) == ("KE", "Contact point KE")
        carried = account.PendingRequest.decode(request.encode())
        certificate = await account.certify_ncp(folder / "root.key", PASSWORD, carried)
        await account.publish_certificate(secretariat, certificate)
    return server


class TestCertification:
    async def test_an_ncp_certifies_its_own_officers(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """AN-001, AN-002"""
        server = await ncp(tmp_path, monkeypatch)
        server._session("KE")
        async with Client.open(tmp_path / "ncp", PASSWORD) as client:
            await client.sign_in()
            sheet = await account.invite(client, "KE/otieno", "Otieno")
            await account.enrol(tmp_path / "otieno", sheet, PASSWORD, cost=CHEAP)
            server._session("KE")
            (request,) = await account.pending_requests(client)
            assert request.display_name == "Otieno"
            with pytest.raises(WrongPassword):
                await account.certify(client, request, "not the password")
            foreign = replace(request, request=replace(request.request, subject="FR/dupont"))
            with pytest.raises(RequestForged):
                await account.certify(client, foreign, PASSWORD)
            assert "KE/otieno" not in server.certificates_of
            await account.certify(client, request, PASSWORD)
            assert server.certificates_of["KE/otieno"].public_key == request.request.public_key
            with pytest.raises(NotCertified):
                await client.connect()
        async with Client.open(tmp_path / "otieno", PASSWORD) as otieno:
            await otieno.sign_in()
            await otieno._become_device()
            assert otieno.account.certified
            assert otieno.device.device_id == "KE/otieno/laptop"
            with pytest.raises(NotCertified):
                await account.certify(otieno, request, PASSWORD)

    async def test_a_request_that_was_not_made_with_the_sheet_is_found(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """AN-001"""
        server = await ncp(tmp_path, monkeypatch)
        server._session("KE")
        async with Client.open(tmp_path / "ncp", PASSWORD) as client:
            sheet = await account.invite(client, "KE/otieno", "Otieno")
            await account.enrol(tmp_path / "otieno", sheet, PASSWORD, cost=CHEAP)
            server._session("KE")
            sent = server.enrolled["KE/otieno"]
            server.enrolled["KE/otieno"] = sent.model_copy(update={"request_mac": bytes(32)})
            with pytest.raises(RequestForged):
                await account.pending_requests(client)
            server.enrolled["KE/otieno"] = sent
            server.enrolled["KE/ghost"] = sent
            with pytest.raises(RequestForged):
                await account.pending_requests(client)


class TestRevocation:
    async def test_lists_are_numbered_and_signed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """AN-003"""
        server = await ncp(tmp_path, monkeypatch)
        server._session("KE")
        async with Client.open(tmp_path / "ncp", PASSWORD) as client:
            await client.sign_in()
            sheet = await account.invite(client, "KE/otieno", "Otieno")
            await account.enrol(tmp_path / "otieno", sheet, PASSWORD, cost=CHEAP)
            server._session("KE")
            (request,) = await account.pending_requests(client)
            await account.certify(client, request, PASSWORD)
            with pytest.raises(OfficerUnknown):
                await account.revoke(client, "KE/nobody", PASSWORD)
            with pytest.raises(OfficerUnknown):
                await account.revoke(client, "KE/otieno/phone", PASSWORD)
            with pytest.raises(WrongPassword):
                await account.revoke(client, "KE/otieno", "not the password")
            assert server.published == []
            await account.revoke(client, "KE/otieno", PASSWORD, compromised_since_ms=7)
            (published,) = [RevocationList.decode(data) for data in server.published]
            assert (published.issuer, published.number) == ("KE", 1)
            assert [(entry.subject, entry.compromised_since_ms) for entry in published.entries] == [("KE/otieno", 7)]
