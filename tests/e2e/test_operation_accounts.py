"""Accounts through a real server: passwords, recovery, revocation, forged requests, another deployment.

AC-001 a new password opens profile and vault, the old one neither
AC-002 a wrong password changes nothing
AC-003 with the sheet a forgotten password is replaced, and the past is there on the new device
AC-004 a revoked officer is removed by the others' clients, and nobody admits him again
AC-005 before its certificate is there an account cannot connect; a sheet of another deployment enrols nobody
AC-006 a request that was not made with the sheet is found
"""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path

import pytest

from cencomm.client import account, model
from cencomm.client.api import Client
from cencomm.client.cug import Cug
from cencomm.client.errors import (
    NotCertified,
    OfficerUnknown,
    ProfileExists,
    RequestForged,
    ServerRefused,
    WeakPassword,
    WrongDeployment,
    WrongPassword,
)
from cencomm.client.profile import Profile
from cencomm.crypto.enrolment import CertificateRequest
from cencomm.ids import OfficerId
from tests.e2e.test_operation import PATIENCE_SECONDS, NewServer, say, until
from tests.e2e.world import PASSWORD, SECRETARIAT, World, operation, texts

NEW_PASSWORD = "another wind for Mombasa"


class TestPasswords:
    async def test_a_new_password_opens_everything(self, new_server: NewServer, tmp_path: Path) -> None:
        """AC-001, AC-002, AC-003"""
        world = await World.found(tmp_path, new_server())
        async with world.officer("KE/otieno") as otieno, world.officer("FR/dupont") as dupont:
            here, there = await operation(otieno, dupont)
            await say(here, "one")
            await asyncio.sleep(1.5)
            with pytest.raises(WrongPassword):
                await account.change_password(dupont, "not the password", NEW_PASSWORD)
            with pytest.raises(WeakPassword):
                await account.change_password(dupont, PASSWORD, "short")
            await account.change_password(dupont, PASSWORD, NEW_PASSWORD)
            await say(there, "two")
        with pytest.raises(WrongPassword):
            async with Client.open(world.profile("FR/dupont"), PASSWORD):
                pass
        async with Client.open(world.profile("FR/dupont"), NEW_PASSWORD) as dupont:
            await dupont.connect()
        sheet = world.sheets["FR/dupont"]
        with pytest.raises(ServerRefused):
            await account.sign_in_new_device(world.profile("FR/dupont", "b"), sheet, PASSWORD, device="b")
        assert not Profile.exists(world.profile("FR/dupont", "b"))

        await account.recover(world.profile("FR/dupont", "c"), sheet, PASSWORD, device="c")
        async with Client.open(world.profile("FR/dupont", "c"), PASSWORD) as recovered:
            await recovered.connect()
            cug = await recovered.wait_for_cug(here.id, PATIENCE_SECONDS)
            await until(lambda: texts(cug) == ["one", "two"])
            assert {device.device_id for device in await account.devices(recovered)} == {
                "FR/dupont/laptop",
                "FR/dupont/c",
            }


class TestRevocation:
    async def test_a_revoked_officer_is_removed_by_the_others(self, new_server: NewServer, tmp_path: Path) -> None:
        """AC-004"""
        world = await World.found(tmp_path, new_server())
        async with world.officer("KE/otieno") as otieno, world.officer("FR/dupont") as dupont:
            here, there = await operation(otieno, dupont)
            await say(here, "one")
            await until(lambda: texts(there) == ["one"])
            async with world.signed_in("FR") as ncp:
                await account.revoke(ncp, "FR/dupont", PASSWORD)
            await until(lambda: not devices_of(here, "FR/dupont"))
            await say(here, "two")
            assert texts(there) == ["one"]
            await here.remove(OfficerId("FR/dupont"))
            with pytest.raises(OfficerUnknown):
                await here.admit(OfficerId("FR/dupont"))


def devices_of(cug: Cug, officer: str) -> tuple[str, ...]:
    return next(member.devices for member in cug.members() if member.officer_id == officer)


class TestEnrolment:
    async def test_nobody_connects_before_his_certificate(self, new_server: NewServer, tmp_path: Path) -> None:
        """AC-005, AC-006"""
        world = await World.found(tmp_path, new_server())
        await world.contact_point("KE")
        async with world.signed_in("KE") as ncp:
            sheet = await account.invite(ncp, "KE/otieno", "Otieno")
            elsewhere = dataclasses.replace(sheet, root_public_key=bytes(32))
            with pytest.raises(WrongDeployment):
                await account.enrol(world.profile("KE/otieno"), elsewhere, PASSWORD)
            wrong_code = dataclasses.replace(sheet, invitation_code="nonsense")
            with pytest.raises(ServerRefused):
                await account.enrol(world.profile("KE/otieno"), wrong_code, PASSWORD)
            with pytest.raises(WeakPassword):
                await account.enrol(world.profile("KE/otieno"), sheet, "short")
            assert not Profile.exists(world.profile("KE/otieno"))
            await account.enrol(world.profile("KE/otieno"), sheet, PASSWORD)
            with pytest.raises(ProfileExists):
                await account.enrol(world.profile("KE/otieno"), sheet, PASSWORD)
            async with Client.open(world.profile("KE/otieno"), PASSWORD) as otieno:
                with pytest.raises(NotCertified):
                    await otieno.connect()
                assert not otieno.account.certified
            await self._forge(ncp)
        async with world.signed_in(SECRETARIAT) as secretariat:
            with pytest.raises(NotCertified):
                await secretariat.connect()

    async def _forge(self, ncp: Client) -> None:
        (request,) = await account.pending_requests(ncp)
        with pytest.raises(WrongPassword):
            await account.certify(ncp, request, "not the password")
        with pytest.raises(RequestForged):
            await account.certify(ncp, dataclasses.replace(request, request=_other_administration(request)), PASSWORD)
        data = ncp.profile.read().get(model.INVITED, b"KE/otieno")
        assert data is not None
        other = model.InvitedRow("KE/otieno", "officer", "Otieno", bytes(32))
        with ncp.profile.transaction() as tx:
            tx.put(model.INVITED, b"KE/otieno", model.pack(other))
        with pytest.raises(RequestForged):
            await account.pending_requests(ncp)


def _other_administration(request: account.PendingRequest) -> CertificateRequest:
    return dataclasses.replace(request.request, subject="FR/dupont")
