"""Rules of who comes in (PROTOCOL §1.1, §2.2, §2.3).

AD-001 a key package must be the officer's: own chain from the pinned root, own key, valid now
AD-002 several identities under one name, a revoked or another identity are refused, and nothing is committed
AD-003 who has no key package comes in by the identity that his NCP vouches for, unless he must have an archive key
AD-004 roles that have no leaf get none; who may extract gets his archive key into the roster
AD-005 what is so already is told
AD-006 a revocation removes the revoked leaves and appends only the lists that concern them
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from cencomm.client import model
from cencomm.client.admit import Membership, admission, check_guests, revocation
from cencomm.client.committer import Committer
from cencomm.client.engine.engine import CugEngine
from cencomm.client.errors import IdentityChanged, KeyPackageForged, NothingToChange, OfficerUnknown
from cencomm.client.model import OfficerRow, pack
from cencomm.crypto.group_context import CencommGroup, Role
from cencomm.crypto.mls.public.proposals import GroupContextExtensions, Remove
from cencomm.crypto.mls.secret.key_package import new_key_package
from cencomm.crypto.revocation import ROOT, Revoked, sign_list
from cencomm.ids import OfficerId
from cencomm.wire.http import AccountKeyPackages, DeviceKeyPackage
from tests.unit.client.stand import NOW_MS, FakeApi, Person, Stand, api_of


async def beside(stand: Stand, work: Coroutine[Any, Any, object]) -> None:
    """Run `work` while the stand plays the server."""
    task = asyncio.ensure_future(work)
    while not task.done():
        await asyncio.sleep(0)
        stand.run()
    await task


def membership(stand: Stand, engine: CugEngine) -> tuple[Membership, FakeApi]:
    api, fake = api_of(stand, engine.memory.device)
    return Membership(engine, Committer(engine), api, stand.profile(engine.memory.device)), fake


def package(stand: Stand, name: str, *, person: Person | None = None) -> tuple[str, bytes]:
    device = stand.device(name, person=person)
    bundle = new_key_package(device.suite, device.leaf_identity(), lifetime=device.lifetime(NOW_MS))
    return device.device_id, bundle.message()


def answer(name: str, *given: tuple[str, bytes]) -> AccountKeyPackages:
    packages = [DeviceKeyPackage(device_id=device_id, key_package=data, last_resort=False) for device_id, data in given]
    return AccountKeyPackages(account=name, key_packages=tuple(packages), without=())


class TestGuests:
    def test_a_key_package_must_be_the_officers(self, tmp_path: Path) -> None:
        """AD-001"""
        stand = Stand(tmp_path)
        own = stand.device("KE/otieno")
        device_id, data = package(stand, "FR/dupont")
        (guest,) = check_guests(own, answer("FR/dupont", (device_id, data)), NOW_MS)
        assert guest.chain.device_id == device_id
        hostile = Stand(tmp_path / "hostile")
        for wrong in (
            answer("BR/silva", (device_id, data)),
            answer("FR/dupont", ("FR/dupont/phone", data)),
            answer("FR/dupont", (device_id, b"nonsense")),
            answer("FR/dupont", package(hostile, "FR/dupont")),
        ):
            with pytest.raises(KeyPackageForged):
                check_guests(own, wrong, NOW_MS)
        with pytest.raises(KeyPackageForged):
            check_guests(own, answer("FR/dupont", (device_id, data)), NOW_MS + 10 * 365 * 86_400_000)

    def test_two_identities_under_one_name_are_refused(self, tmp_path: Path) -> None:
        """AD-002"""
        stand = Stand(tmp_path)
        both = (package(stand, "FR/dupont"), package(stand, "FR/dupont", person=Person(stand, "FR/dupont")))
        with pytest.raises(KeyPackageForged):
            check_guests(stand.device("KE/otieno"), answer("FR/dupont", *both), NOW_MS)


class TestAdmitting:
    async def test_an_officer_comes_in(self, tmp_path: Path) -> None:
        """AD-004, AD-005"""
        stand = Stand(tmp_path)
        here = stand.open("KE/otieno")
        members, api = membership(stand, here)
        for name in ("FR/dupont", "BR/silva", "IN/rao"):
            api.key_packages[name] = [package(stand, name)]
        roles = {
            OfficerId("FR/dupont"): Role.OFFICER,
            OfficerId("BR/silva"): Role.OBSERVER,
            OfficerId("IN/rao"): Role.OCU,
        }
        await beside(stand, members.admit(roles))
        group = here.memory.group
        assert group is not None
        roster = {entry.officer_id: entry for entry in CencommGroup.of(group).roster}
        assert {name: roster[name].role for name in roles} == roles
        assert [bool(roster[name].archive_key) for name in roles] == [False, False, True]
        assert group.tree.member_count == 3
        with pytest.raises(NothingToChange):
            await beside(stand, members.admit(roles))
        await beside(stand, members.admit({OfficerId("FR/dupont"): Role.ORGANISER}))
        assert here.memory.group is not None
        promoted = CencommGroup.of(here.memory.group).entry(OfficerId("FR/dupont"))
        assert promoted is not None
        assert promoted.archive_key is not None

    async def test_one_without_a_key_package_comes_in_by_his_identity(self, tmp_path: Path) -> None:
        """AD-003"""
        stand = Stand(tmp_path)
        here = stand.open("KE/otieno")
        members, _ = membership(stand, here)
        person = stand.person("FR/dupont")
        name = OfficerId("FR/dupont")
        epoch = here.memory.row.epoch
        with pytest.raises(OfficerUnknown):
            await beside(stand, members.admit({name: Role.OCU}))
        with pytest.raises(OfficerUnknown):
            await beside(stand, members.admit({OfficerId("FR/nobody"): Role.OFFICER}))
        assert here.memory.row.epoch == epoch
        await beside(stand, members.admit({name: Role.OFFICER}))
        assert here.memory.group is not None
        entry = CencommGroup.of(here.memory.group).entry(name)
        assert entry is not None
        assert entry.identity_key == person.certificate.public_key
        assert here.memory.group.tree.member_count == 1

    async def test_another_identity_is_refused_until_it_is_accepted(self, tmp_path: Path) -> None:
        """AD-002"""
        stand = Stand(tmp_path)
        here = stand.open("KE/otieno")
        members, api = membership(stand, here)
        api.key_packages["FR/dupont"] = [package(stand, "FR/dupont")]
        with stand.profile(here.memory.device).transaction() as tx:
            tx.put(model.OFFICERS, b"FR/dupont", pack(OfficerRow("Dupont", bytes(32))))
        name = OfficerId("FR/dupont")
        with pytest.raises(IdentityChanged):
            await beside(stand, members.admit({name: Role.OFFICER}))
        assert here.memory.row.epoch == 0
        await beside(stand, members.admit({name: Role.OFFICER}, accept_new_identity=True))
        assert here.memory.row.epoch == 1

    async def test_removing_one_who_is_not_there_is_told(self, tmp_path: Path) -> None:
        """AD-005"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        members, _ = membership(stand, here)
        with pytest.raises(NothingToChange):
            await beside(stand, members.remove([OfficerId("BR/silva")]))
        await beside(stand, members.remove([OfficerId("FR/dupont")]))
        assert there.memory.secret is None


class TestRevocation:
    def test_it_removes_what_is_revoked_and_appends_what_concerns_it(self, tmp_path: Path) -> None:
        """AD-006"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        profile, group = stand.profile(here.memory.device), here.memory.group
        assert group is not None
        assert revocation(group, profile) is None
        certificate = there.memory.device.chain.officer
        entry = Revoked(certificate.serial, certificate.subject, NOW_MS)
        for issuer, seed, entries in (
            ("FR", stand.ncp("FR")[0], (entry,)),
            ("BR", stand.ncp("BR")[0], ()),
            (ROOT, stand.root_seed, ()),
        ):
            signed = sign_list(
                seed,
                deployment_id=stand.trust.deployment_id,
                issuer=issuer,
                number=1,
                issued_at_ms=NOW_MS,
                entries=entries,
            )
            with profile.transaction() as tx:
                tx.put(model.REVOCATIONS, issuer.encode(), signed.encode())
        intent = revocation(group, profile)
        assert intent is not None
        assert [type(proposal) for proposal in intent.proposals] == [Remove, GroupContextExtensions]
        stand.commit(here, intent)
        assert here.memory.group is not None
        after = CencommGroup.of(here.memory.group)
        assert [known.issuer for known in after.revocations] == [ROOT, "FR"]
        assert here.memory.group.tree.member_count == 1
        assert revocation(here.memory.group, profile) is None

    def test_an_intent_without_a_guest_is_refused(self, tmp_path: Path) -> None:
        stand = Stand(tmp_path)
        here = stand.open("KE/otieno")
        assert here.memory.group is not None
        with pytest.raises(OfficerUnknown):
            admission(here.memory.group, {OfficerId("FR/dupont"): Role.OFFICER}, {})
