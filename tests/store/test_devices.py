"""Devices and revocation lists, on both databases."""

from __future__ import annotations

import asyncio

from cencomm.accounts import certification, devices, revocations
from cencomm.crypto.revocation import Revoked
from tests.accounts_world import World
from tests.unit.accounts.test_devices import TestRegister, TestRevoke
from tests.unit.accounts.test_revocations import LAPTOP, TestPublish, TestWhatItEnds, entry, publish, signed

__all__ = ["TestPublish", "TestRegister", "TestRevoke", "TestWhatItEnds"]


async def test_lists_published_at_once_follow_each_other(world: World) -> None:
    ncp = await world.ncp(await world.secretariat(), "KE")
    await world.officer_with_device(ncp, "KE/otieno")
    entries = [Revoked(bytes([n]) * 16, LAPTOP, 0) for n in range(5)]
    lists = [signed(world, world.ncps["KE"], "KE", n, *entries[:n]) for n in range(1, 6)]
    await asyncio.gather(*[publish(world, ncp, data) for data in reversed(lists)], return_exceptions=True)
    (newest,) = await revocations.newest(ncp, world.uow())
    assert newest.data == lists[-1]


async def test_device_registered_while_its_officer_is_revoked_does_not_stay(world: World) -> None:
    ncp = await world.ncp(await world.secretariat(), "KE")
    signed_in = await world.officer(ncp, "KE/otieno")
    certificate = world.device_certificate(LAPTOP).encode()
    proof = world.proof(LAPTOP, signed_in.session)
    register = devices.register(signed_in.session, certificate, proof, world.deployment, world.uow(), world.now_ms)
    revoke = publish(world, ncp, signed(world, world.ncps["KE"], "KE", 1, entry(world, "KE/otieno")))
    await asyncio.gather(register, revoke, return_exceptions=True)
    found = (await certification.certificates(ncp, "KE/otieno", world.uow())).devices
    assert all(device.revoked_ms is not None for device in found)
