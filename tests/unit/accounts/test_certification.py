"""Publishing certificates, and what others read of an account."""

from __future__ import annotations

import pytest

from cencomm.accounts import certification, revocations
from cencomm.accounts.errors import AccountUnknown, CertificateRefused, NotAllowed
from cencomm.accounts.model import Session
from cencomm.crypto.revocation import ROOT, Revoked, sign_list
from cencomm.crypto.tls import DecodeError
from tests.accounts_world import Signer, World


async def publish(world: World, by: Session, certificate: bytes) -> None:
    await certification.publish(by, certificate, world.deployment, world.uow(), world.now_ms)


async def refused(world: World, by: Session, certificate: bytes) -> object:
    """The reason; nothing was stored."""
    before = await world.snapshot()
    with pytest.raises(CertificateRefused) as error:
        await publish(world, by, certificate)
    assert await world.snapshot() == before
    return error.value.facts["reason"]


class TestRequests:
    async def test_each_sees_whom_it_certifies_until_that_is_done(self, world: World) -> None:
        secretariat = await world.secretariat()
        await world.invited(secretariat, "secretariat/second")
        await world.invited(secretariat, "FR")
        ncp = await world.ncp(secretariat, "KE")
        await world.invited(ncp, "KE/otieno")
        await world.officer(ncp, "KE/wanjiru")
        waiting = await certification.requests(secretariat, "", 10, world.uow())
        assert [(account.account_id, account.certificate_request) for account in waiting] == [("FR", b"request of FR")]
        assert [a.account_id for a in await certification.requests(ncp, "", 10, world.uow())] == ["KE/otieno"]
        assert await certification.requests(ncp, "KE/otieno", 10, world.uow()) == []

    async def test_officer_sees_none(self, world: World) -> None:
        ncp = await world.ncp(await world.secretariat(), "KE")
        officer = (await world.officer(ncp, "KE/otieno")).session
        with pytest.raises(NotAllowed):
            await certification.requests(officer, "", 10, world.uow())


class TestPublish:
    async def test_same_bytes_again_are_harmless(self, world: World) -> None:
        secretariat = await world.secretariat()
        await world.ncp(secretariat, "KE")
        before = await world.snapshot()
        await publish(world, secretariat, world.certificates["KE"].encode())
        assert await world.snapshot() == before

    async def test_renewal_replaces_an_older_one_replaces_nothing(self, world: World) -> None:
        secretariat = await world.secretariat()
        await world.ncp(secretariat, "KE")
        older = world.ncp_certificate("KE", not_before_s=world.now_s - 7200).encode()
        assert await refused(world, secretariat, older) == "older"
        newer = world.ncp_certificate("KE", not_before_s=world.now_s).encode()
        await publish(world, secretariat, newer)
        assert (await certification.certificates(secretariat, "KE", world.uow())).account.certificate == newer

    async def test_malformed_certificate_is_refused(self, world: World) -> None:
        secretariat = await world.secretariat()
        before = await world.snapshot()
        with pytest.raises(DecodeError):
            await publish(world, secretariat, b"nonsense")
        assert await world.snapshot() == before

    async def test_certificate_by_another_key_is_refused(self, world: World) -> None:
        secretariat = await world.secretariat()
        await world.invited(secretariat, "KE")
        assert await refused(world, secretariat, world.ncp_certificate("KE", signer=Signer.new()).encode()) == "issuer"

    async def test_altered_certificate_is_refused(self, world: World) -> None:
        secretariat = await world.secretariat()
        await world.invited(secretariat, "KE")
        data = bytearray(world.ncp_certificate("KE").encode())
        data[-1] ^= 1
        assert await refused(world, secretariat, bytes(data)) == "signature"

    async def test_certificate_not_in_force_is_refused(self, world: World) -> None:
        secretariat = await world.secretariat()
        await world.invited(secretariat, "KE")
        expired = world.ncp_certificate("KE", not_before_s=1, not_after_s=world.now_s - 1)
        early = world.ncp_certificate("KE", not_before_s=world.now_s + 1)
        assert await refused(world, secretariat, expired.encode()) == "expired"
        assert await refused(world, secretariat, early.encode()) == "not_yet_valid"

    async def test_certificate_of_another_deployment_is_refused(self, world: World) -> None:
        secretariat = await world.secretariat()
        await world.invited(secretariat, "KE")
        world.deployment = type(world.deployment)(b"o" * 16, world.root.public, "Other", b"d" * 32)
        certificate = world.ncp_certificate("KE").encode()
        world.deployment = type(world.deployment)(b"p" * 16, world.root.public, "Test", b"d" * 32)
        assert await refused(world, secretariat, certificate) == "deployment"

    async def test_revoked_certificate_is_not_published_again(self, world: World) -> None:
        secretariat = await world.secretariat()
        await world.invited(secretariat, "KE")
        certificate = world.ncp_certificate("KE")
        entry = Revoked(certificate.serial, "KE", world.now_ms)
        revocation_list = sign_list(
            world.root.seed,
            deployment_id=world.deployment.deployment_id,
            issuer=ROOT,
            number=1,
            issued_at_ms=world.now_ms,
            entries=[entry],
        )
        await revocations.publish(secretariat, revocation_list.encode(), world.deployment, world.uow(), world.now_ms)
        assert await refused(world, secretariat, certificate.encode()) == "revoked"

    async def test_officers_certificate_needs_a_certified_ncp(self, world: World) -> None:
        secretariat = await world.secretariat()
        ncp = (await world.invited(secretariat, "KE")).session
        await world.invited(ncp, "KE/otieno")
        world.ncps["KE"] = Signer.new()
        assert await refused(world, ncp, world.officer_certificate("KE/otieno").encode()) == "issuer_not_certified"

    async def test_ncp_certifies_no_officer_of_another_administration(self, world: World) -> None:
        secretariat = await world.secretariat()
        await world.officer(await world.ncp(secretariat, "FR"), "FR/martin")
        ncp = await world.ncp(secretariat, "KE")
        before = await world.snapshot()
        with pytest.raises(NotAllowed):
            await publish(world, ncp, world.officer_certificate("FR/martin", signer=world.ncps["KE"]).encode())
        assert await world.snapshot() == before

    async def test_nobody_publishes_his_own_certificate(self, world: World) -> None:
        secretariat = await world.secretariat()
        ncp = await world.ncp(secretariat, "KE")
        officer = (await world.officer(ncp, "KE/otieno")).session
        before = await world.snapshot()
        with pytest.raises(NotAllowed):
            await publish(world, ncp, world.ncp_certificate("KE").encode())
        with pytest.raises(NotAllowed):
            await publish(world, officer, world.officer_certificate("KE/otieno").encode())
        assert await world.snapshot() == before

    async def test_account_must_exist(self, world: World) -> None:
        secretariat = await world.secretariat()
        before = await world.snapshot()
        with pytest.raises(AccountUnknown):
            await publish(world, secretariat, world.ncp_certificate("KE").encode())
        assert await world.snapshot() == before


class TestReading:
    async def test_certificates_of_an_officer_with_his_devices(self, world: World) -> None:
        ncp = await world.ncp(await world.secretariat(), "KE")
        officer = await world.officer_with_device(ncp, "KE/otieno")
        found = await certification.certificates(officer, "KE/otieno", world.uow())
        assert found.ncp_certificate == world.certificates["KE"].encode()
        assert found.officer_certificate == world.certificates["KE/otieno"].encode()
        assert [device.device_id for device in found.devices] == ["KE/otieno/laptop"]

    async def test_account_without_certificate_has_none(self, world: World) -> None:
        secretariat = await world.secretariat()
        ncp = (await world.invited(secretariat, "KE")).session
        await world.invited(ncp, "KE/otieno")
        found = await certification.certificates(secretariat, "KE/otieno", world.uow())
        assert (found.ncp_certificate, found.officer_certificate, found.devices) == (None, None, ())

    async def test_unknown_account_is_said_to_be_unknown(self, world: World) -> None:
        with pytest.raises(AccountUnknown):
            await certification.certificates(await world.secretariat(), "KE", world.uow())

    async def test_directory_in_pages_and_by_administration(self, world: World) -> None:
        secretariat = await world.secretariat()
        ncp = await world.ncp(secretariat, "KE")
        await world.invited(secretariat, "FR")
        await world.officer(ncp, "KE/otieno")
        everybody = await certification.directory(secretariat, None, "", 10, world.uow())
        assert [(entry.account_id, entry.certified) for entry in everybody] == [
            ("FR", False),
            ("KE", True),
            ("KE/otieno", True),
            ("secretariat", False),
        ]
        kenya = await certification.directory(ncp, "KE", "KE", 10, world.uow())
        assert [entry.account_id for entry in kenya] == ["KE/otieno"]
