"""Registering and ending devices."""

from __future__ import annotations

import pytest

from cencomm.accounts import devices, key_packages, sessions
from cencomm.accounts.errors import (
    CertificateRefused,
    DeviceRevoked,
    DeviceUnknown,
    NotAllowed,
    NotSignedIn,
    TooManyDevices,
)
from cencomm.accounts.model import Session
from cencomm.crypto.certificates import Certificate
from cencomm.crypto.policy import MAX_DEVICES
from cencomm.crypto.primitives import BadSignature
from cencomm.crypto.tls import DecodeError
from cencomm.ids import DeviceId
from tests.accounts_world import Signer, World

LAPTOP = DeviceId("KE/otieno/laptop")


async def officer(world: World) -> sessions.SignedIn:
    return await world.officer(await world.ncp(await world.secretariat(), "KE"), "KE/otieno")


async def register(world: World, session: Session, certificate: Certificate, proof: bytes | None = None) -> Session:
    signature = world.proof(certificate.subject, session) if proof is None else proof
    data = certificate.encode()
    return (await devices.register(session, data, signature, world.deployment, world.uow(), world.now_ms)).session


async def refused(world: World, session: Session, certificate: Certificate) -> object:
    """The reason; nothing was stored."""
    before = await world.snapshot()
    with pytest.raises(CertificateRefused) as error:
        await register(world, session, certificate)
    assert await world.snapshot() == before
    return error.value.facts["reason"]


class TestRegister:
    async def test_device_is_published_and_the_session_bound(self, world: World) -> None:
        session = await world.device(await officer(world))
        assert session.device_id == LAPTOP
        assert (await sessions.live_session(session.token_hash, world.uow(), world.now_ms)).device_id == LAPTOP
        assert [device.device_id for device in await devices.devices(session, world.uow())] == [LAPTOP]

    async def test_wrong_proof_is_refused(self, world: World) -> None:
        session = (await officer(world)).session
        certificate = world.device_certificate(LAPTOP)
        before = await world.snapshot()
        with pytest.raises(BadSignature):
            await register(world, session, certificate, bytes(64))
        assert await world.snapshot() == before

    async def test_malformed_certificate_is_refused(self, world: World) -> None:
        session = (await officer(world)).session
        before = await world.snapshot()
        with pytest.raises(DecodeError):
            await devices.register(session, b"x", bytes(64), world.deployment, world.uow(), world.now_ms)
        assert await world.snapshot() == before

    async def test_certificate_of_another_key_is_refused(self, world: World) -> None:
        session = (await officer(world)).session
        certificate = world.device_certificate(LAPTOP, signer=Signer.new())
        assert await refused(world, session, certificate) == "issuer"

    async def test_certificate_of_another_officer_is_refused(self, world: World) -> None:
        session = (await officer(world)).session
        certificate = world.device_certificate("KE/wanjiru/laptop", signer=world.officers["KE/otieno"])
        before = await world.snapshot()
        with pytest.raises(NotAllowed):
            await register(world, session, certificate)
        assert await world.snapshot() == before

    async def test_expired_chain_is_refused(self, world: World) -> None:
        session = (await officer(world)).session
        certificate = world.device_certificate(LAPTOP, not_before_s=1, not_after_s=world.now_s - 1)
        assert await refused(world, session, certificate) == "expired"

    async def test_officer_without_certificate_has_no_device(self, world: World) -> None:
        ncp = await world.ncp(await world.secretariat(), "KE")
        session = (await world.invited(ncp, "KE/otieno")).session
        world.officers["KE/otieno"] = Signer.new()
        assert await refused(world, session, world.device_certificate(LAPTOP)) == "issuer_not_certified"

    async def test_new_certificate_for_the_same_key_replaces_an_older_one_is_refused(self, world: World) -> None:
        session = await world.device(await officer(world))
        assert await refused(world, session, world.device_certificate(LAPTOP, not_before_s=1)) == "older"
        newer = world.device_certificate(LAPTOP, not_before_s=world.now_s)
        await register(world, session, newer)
        assert [d.certificate for d in await devices.devices(session, world.uow())] == [newer.encode()]

    async def test_name_is_not_taken_over_by_another_key(self, world: World) -> None:
        session = await world.device(await officer(world))
        world.device_keys[LAPTOP] = Signer.new()
        assert await refused(world, session, world.device_certificate(LAPTOP)) == "device_exists"

    async def test_number_of_devices_is_bounded_and_revoked_ones_do_not_count(self, world: World) -> None:
        signed_in = await officer(world)
        for number in range(MAX_DEVICES):
            session = await world.device(signed_in, f"device-{number}")
        certificate = world.device_certificate(LAPTOP)
        before = await world.snapshot()
        with pytest.raises(TooManyDevices):
            await register(world, session, certificate)
        assert await world.snapshot() == before
        await devices.revoke(session, DeviceId("KE/otieno/device-0"), world.uow(), world.now_ms)
        await register(world, session, certificate)


class TestRevoke:
    async def test_ends_sessions_key_packages_and_the_name(self, world: World) -> None:
        signed_in = await officer(world)
        laptop = await world.device(signed_in)
        await key_packages.upload(
            laptop, [world.key_package(LAPTOP)], None, world.deployment, world.uow(), world.now_ms, 10
        )
        await devices.revoke(laptop, LAPTOP, world.uow(), world.now_ms)
        with pytest.raises(NotSignedIn):
            await sessions.live_session(laptop.token_hash, world.uow(), world.now_ms)
        stored = await world.snapshot()
        assert [row[2] for row in stored["key_packages"]] == [None]
        ncp = (await world.signed_in_again("KE")).session
        await devices.revoke(ncp, LAPTOP, world.uow(), world.now_ms + 5)
        assert (await world.snapshot())["devices"] == stored["devices"]

    async def test_revoked_name_is_not_used_again(self, world: World) -> None:
        signed_in = await officer(world)
        await world.device(signed_in)
        phone = await world.device(await world.signed_in_again("KE/otieno"), "phone")
        await devices.revoke(phone, LAPTOP, world.uow(), world.now_ms)
        before = await world.snapshot()
        with pytest.raises(DeviceRevoked):
            await register(world, phone, world.device_certificate(LAPTOP))
        assert await world.snapshot() == before

    async def test_unknown_device_is_refused(self, world: World) -> None:
        session = await world.device(await officer(world))
        before = await world.snapshot()
        with pytest.raises(DeviceUnknown):
            await devices.revoke(session, DeviceId("KE/otieno/phone"), world.uow(), world.now_ms)
        assert await world.snapshot() == before

    async def test_another_officer_may_not(self, world: World) -> None:
        secretariat = await world.secretariat()
        ncp = await world.ncp(secretariat, "KE")
        await world.officer_with_device(ncp, "KE/otieno")
        other = await world.officer_with_device(ncp, "KE/wanjiru")
        before = await world.snapshot()
        for session in (other, secretariat):
            with pytest.raises(NotAllowed):
                await devices.revoke(session, LAPTOP, world.uow(), world.now_ms)
        assert await world.snapshot() == before
