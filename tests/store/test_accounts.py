"""Accounts, invitations, the deployment's row and roles, on both databases."""

from __future__ import annotations

from cencomm.accounts.model import Deployment
from cencomm.ids import CugId
from tests.accounts_world import World
from tests.unit.accounts.test_certification import TestPublish, TestReading, TestRequests
from tests.unit.accounts.test_enrolment import TestInvite

__all__ = ["TestInvite", "TestPublish", "TestReading", "TestRequests"]


class TestDeployments:
    async def test_there_is_one(self, world: World) -> None:
        async with world.uow() as uow:
            assert await uow.deployments.get() == world.deployment
            assert not await uow.deployments.add(Deployment(b"o" * 16, b"p" * 32, "Other", b"q" * 32))
            assert await uow.deployments.get() == world.deployment


class TestRoles:
    async def test_stranger_has_no_role(self, world: World) -> None:
        async with world.uow() as uow:
            assert await uow.roles.role_in("KE/otieno", CugId(b"c" * 16)) is None


class TestAccounts:
    async def test_every_field_comes_back(self, world: World) -> None:
        secretariat = await world.secretariat()
        await world.ncp(secretariat, "KE")
        async with world.uow() as uow:
            ncp = await uow.accounts.get("KE")
            assert ncp is not None
            assert (ncp.certificate_request, ncp.request_mac, ncp.wraps) == (
                b"request of KE",
                b"m" * 32,
                b"wraps of KE",
            )
            assert ncp.certificate == world.certificates["KE"].encode()
            assert ncp.recovery is not None
            assert await uow.accounts.add(ncp) is False
            assert await uow.accounts.get("FR") is None
