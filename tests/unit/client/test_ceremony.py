"""Rules of the root's ceremony.

CE-001 the key file opens with its password only, is never overwritten, and shows nothing
CE-002 a damaged or foreign file is told from a wrong password
CE-003 the root certifies NCPs of its own deployment, whose key signed the request
CE-004 the root's revocation lists are numbered and keep every earlier entry
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cencomm.client.ceremony import certify_ncp, first_sheet, new_root, read_root, revoke_by_root
from cencomm.client.errors import KeyFileDamaged, ProfileExists, RequestForged, WeakPassword, WrongPassword
from cencomm.client.requests import PendingRequest
from cencomm.crypto.certificates import Kind, verify_signature
from cencomm.crypto.enrolment import RequestInvalid, new_request, parse_sheet
from cencomm.crypto.primitives import new_signature_key
from cencomm.crypto.revocation import Revoked, verify_list

PASSWORD = "correct horse battery"


class TestKeyFile:
    async def test_it_opens_with_its_password_only(self, tmp_path: Path) -> None:
        """CE-001"""
        file = tmp_path / "keys" / "root.key"
        with pytest.raises(WeakPassword):
            await new_root(file, "short")
        root = await new_root(file, PASSWORD)
        assert await read_root(file, PASSWORD) == root
        assert file.stat().st_mode & 0o077 == 0
        before = file.read_bytes()
        with pytest.raises(ProfileExists):
            await new_root(file, PASSWORD)
        with pytest.raises(WrongPassword):
            await read_root(file, "not the password")
        assert file.read_bytes() == before
        assert root.deployment_id not in before

    async def test_damage_is_told(self, tmp_path: Path) -> None:
        """CE-002"""
        file = tmp_path / "root.key"
        with pytest.raises(KeyFileDamaged):
            await read_root(file, PASSWORD)
        await new_root(file, PASSWORD)
        whole = file.read_bytes()
        for broken in (b"", b"something else", whole[:30]):
            file.write_bytes(broken)
            with pytest.raises(KeyFileDamaged):
                await read_root(file, PASSWORD)


class TestRoot:
    async def test_it_certifies_ncps(self, tmp_path: Path) -> None:
        """CE-003"""
        root = await new_root(tmp_path / "root.key", PASSWORD)
        seed, public = new_signature_key()
        asked = new_request(seed, deployment_id=root.deployment_id, kind=Kind.NCP, subject="KE")
        request = PendingRequest("KE", "ncp", "Contact point", asked, 1)
        certificate = await certify_ncp(tmp_path / "root.key", PASSWORD, request)
        verify_signature(certificate, root.root_public_key, root.deployment_id)
        assert (certificate.subject, certificate.public_key) == ("KE", public)
        foreign = new_request(seed, deployment_id=bytes(16), kind=Kind.NCP, subject="KE")
        officer = new_request(seed, deployment_id=root.deployment_id, kind=Kind.OFFICER, subject="KE/otieno")
        for wrong in (foreign, officer):
            with pytest.raises(RequestForged):
                await certify_ncp(tmp_path / "root.key", PASSWORD, replace(request, request=wrong))
        unsigned = replace(request, request=replace(asked, public_key=bytes(32)))
        with pytest.raises(RequestInvalid):
            await certify_ncp(tmp_path / "root.key", PASSWORD, unsigned)

    async def test_its_lists_keep_every_entry(self, tmp_path: Path) -> None:
        """CE-004"""
        root = await new_root(tmp_path / "root.key", PASSWORD)
        first = await revoke_by_root(tmp_path / "root.key", PASSWORD, None, Revoked(bytes(16), "KE", 1))
        second = await revoke_by_root(tmp_path / "root.key", PASSWORD, first, Revoked(b"2" * 16, "FR/dupont", 2))
        verify_list(second, root.root_public_key, root.deployment_id)
        assert (first.number, second.number) == (1, 2)
        assert [entry.subject for entry in second.entries] == ["KE", "FR/dupont"]

    async def test_the_first_sheet_can_be_typed(self, tmp_path: Path) -> None:
        root = await new_root(tmp_path / "root.key", PASSWORD)
        sheet = first_sheet(
            root, server_url="https://x.test", account="secretariat", display_name="S", invitation_code="c"
        )
        assert parse_sheet(sheet.text()) == sheet
