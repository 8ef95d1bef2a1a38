"""Publishing signed revocation lists."""

from __future__ import annotations

import pytest

from cencomm.accounts import devices, revocations, sessions
from cencomm.accounts.errors import CertificateRefused, NotAllowed, NotSignedIn, RevocationListRefused
from cencomm.accounts.model import Session
from cencomm.crypto.revocation import ROOT, Revoked, sign_list
from cencomm.crypto.tls import DecodeError
from cencomm.ids import DeviceId
from tests.accounts_world import Signer, World

LAPTOP = DeviceId("KE/otieno/laptop")


def signed(world: World, signer: Signer, issuer: str, number: int, *entries: Revoked, deployment: bytes = b"") -> bytes:
    return sign_list(
        signer.seed,
        deployment_id=deployment or world.deployment.deployment_id,
        issuer=issuer,
        number=number,
        issued_at_ms=world.now_ms,
        entries=entries,
    ).encode()


def entry(world: World, subject: str) -> Revoked:
    return Revoked(world.certificates[subject].serial, subject, world.now_ms)


async def publish(world: World, by: Session, data: bytes) -> tuple[DeviceId, ...]:
    return await revocations.publish(by, data, world.deployment, world.uow(), world.now_ms)


async def refused(world: World, by: Session, data: bytes) -> object:
    """The reason; nothing was stored."""
    before = await world.snapshot()
    with pytest.raises(RevocationListRefused) as error:
        await publish(world, by, data)
    assert await world.snapshot() == before
    return error.value.facts["reason"]


async def people(world: World) -> tuple[Session, Session, Session]:
    """(secretariat, NCP of KE, officer KE/otieno on his laptop)"""
    secretariat = await world.secretariat()
    ncp = await world.ncp(secretariat, "KE")
    return secretariat, ncp, await world.officer_with_device(ncp, "KE/otieno")


class TestPublish:
    async def test_newest_list_of_each_issuer_is_given(self, world: World) -> None:
        secretariat, ncp, officer = await people(world)
        root, first = signed(world, world.root, ROOT, 4), signed(world, world.ncps["KE"], "KE", 1)
        second = signed(world, world.ncps["KE"], "KE", 2)
        assert await publish(world, secretariat, root) == ()
        await publish(world, ncp, first)
        await publish(world, ncp, second)
        found = await revocations.newest(officer, world.uow())
        assert [(stored.issuer, stored.number, stored.data) for stored in found] == [(ROOT, 4, root), ("KE", 2, second)]

    async def test_same_bytes_again_are_harmless(self, world: World) -> None:
        _, ncp, _ = await people(world)
        data = signed(world, world.ncps["KE"], "KE", 1)
        await publish(world, ncp, data)
        before = await world.snapshot()
        await publish(world, ncp, data)
        assert await world.snapshot() == before

    async def test_older_or_same_number_is_refused(self, world: World) -> None:
        _, ncp, _ = await people(world)
        await publish(world, ncp, signed(world, world.ncps["KE"], "KE", 5))
        for number in (4, 5):
            data = signed(world, world.ncps["KE"], "KE", number, entry(world, LAPTOP))
            assert await refused(world, ncp, data) == "rolled_back"

    async def test_list_that_takes_back_an_entry_is_refused(self, world: World) -> None:
        _, ncp, _ = await people(world)
        await publish(world, ncp, signed(world, world.ncps["KE"], "KE", 1, entry(world, LAPTOP)))
        assert await refused(world, ncp, signed(world, world.ncps["KE"], "KE", 2)) == "taken_back"

    async def test_list_by_another_key_is_refused(self, world: World) -> None:
        _, ncp, _ = await people(world)
        assert await refused(world, ncp, signed(world, Signer.new(), "KE", 1)) == "issuer"

    async def test_list_of_another_deployment_is_refused(self, world: World) -> None:
        _, ncp, _ = await people(world)
        data = signed(world, world.ncps["KE"], "KE", 1, deployment=b"o" * 16)
        assert await refused(world, ncp, data) == "deployment"

    async def test_altered_list_is_refused(self, world: World) -> None:
        _, ncp, _ = await people(world)
        data = bytearray(signed(world, world.ncps["KE"], "KE", 1))
        data[-1] ^= 1
        assert await refused(world, ncp, bytes(data)) == "signature"

    async def test_malformed_list_is_refused(self, world: World) -> None:
        _, ncp, _ = await people(world)
        before = await world.snapshot()
        with pytest.raises(DecodeError):
            await publish(world, ncp, b"nonsense")
        assert await world.snapshot() == before

    async def test_others_may_not_publish_it(self, world: World) -> None:
        secretariat, ncp, officer = await people(world)
        before = await world.snapshot()
        for session, data in (
            (officer, signed(world, world.ncps["KE"], "KE", 1)),
            (secretariat, signed(world, world.ncps["KE"], "KE", 1)),
            (ncp, signed(world, world.root, ROOT, 1)),
        ):
            with pytest.raises(NotAllowed):
                await publish(world, session, data)
        assert await world.snapshot() == before


class TestWhatItEnds:
    async def test_revoked_device_is_ended_at_once(self, world: World) -> None:
        _, ncp, officer = await people(world)
        ended = await publish(world, ncp, signed(world, world.ncps["KE"], "KE", 1, entry(world, LAPTOP)))
        assert ended == (LAPTOP,)
        with pytest.raises(NotSignedIn):
            await sessions.live_session(officer.token_hash, world.uow(), world.now_ms)

    async def test_revoked_officer_loses_every_device_and_registers_none(self, world: World) -> None:
        _, ncp, _ = await people(world)
        again = await world.signed_in_again("KE/otieno")
        await world.device(await world.signed_in_again("KE/otieno"), "phone")
        ended = await publish(world, ncp, signed(world, world.ncps["KE"], "KE", 1, entry(world, "KE/otieno")))
        assert set(ended) == {LAPTOP, DeviceId("KE/otieno/phone")}
        data = world.device_certificate("KE/otieno/tablet").encode()
        proof = world.proof("KE/otieno/tablet", again.session)
        before = await world.snapshot()
        with pytest.raises(CertificateRefused) as refusal:
            await devices.register(again.session, data, proof, world.deployment, world.uow(), world.now_ms)
        assert refusal.value.facts == {"reason": "revoked"}
        assert await world.snapshot() == before

    async def test_revoked_ncp_loses_the_devices_of_its_administration_only(self, world: World) -> None:
        secretariat, _, _ = await people(world)
        other = await world.officer_with_device(await world.ncp(secretariat, "FR"), "FR/martin")
        ended = await publish(world, secretariat, signed(world, world.root, ROOT, 1, entry(world, "KE")))
        assert ended == (LAPTOP,)
        await sessions.live_session(other.token_hash, world.uow(), world.now_ms)

    async def test_entry_of_another_serial_ends_nothing(self, world: World) -> None:
        _, ncp, officer = await people(world)
        others = [Revoked(b"x" * 16, subject, 0) for subject in (LAPTOP, "KE/otieno", "KE/unknown/laptop")]
        assert await publish(world, ncp, signed(world, world.ncps["KE"], "KE", 1, *others)) == ()
        await sessions.live_session(officer.token_hash, world.uow(), world.now_ms)
