"""The directory of key packages."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import insert

from cencomm.accounts import devices, key_packages
from cencomm.accounts.errors import (
    AccountUnknown,
    DeviceRevoked,
    KeyPackageRefused,
    NoDevice,
    NotAllowed,
    TooManyKeyPackages,
)
from cencomm.accounts.key_packages import Handed, Stock
from cencomm.accounts.model import Session
from cencomm.crypto.certificates import CHAIN_EXTENSION
from cencomm.crypto.mls.public.extensions import Extension
from cencomm.crypto.mls.public.framing import decode_message, encode_message
from cencomm.crypto.mls.public.key_package import KeyPackage
from cencomm.crypto.mls.public.leaf_node import Lifetime
from cencomm.ids import CugId, DeviceId
from cencomm.store import tables
from tests.accounts_world import Signer, World

LAPTOP, PHONE = DeviceId("KE/otieno/laptop"), DeviceId("KE/otieno/phone")
CUG = CugId(b"c" * 16)
LIMIT = 5


async def upload(world: World, session: Session, *packages: bytes, last_resort: bytes | None = None) -> Stock:
    return await key_packages.upload(session, packages, last_resort, world.deployment, world.uow(), world.now_ms, LIMIT)


async def refused(world: World, session: Session, package: bytes, *before_it: bytes) -> dict[str, object]:
    """The facts; nothing of the upload was stored."""
    before = await world.snapshot()
    with pytest.raises(KeyPackageRefused) as error:
        await upload(world, session, *before_it, package)
    assert await world.snapshot() == before
    return dict(error.value.facts)


async def people(world: World) -> tuple[Session, Session]:
    """(organiser of CUG on his device, officer KE/otieno on his laptop)"""
    ncp = await world.ncp(await world.secretariat(), "KE")
    organiser = await world.officer_with_device(ncp, "KE/wanjiru")
    await put_member(world, organiser, "organiser")
    return organiser, await world.officer_with_device(ncp, "KE/otieno")


async def put_member(
    world: World, session: Session, role: str, *, state: str = "open", removed: int | None = None
) -> None:
    async with world.database.engine.begin() as connection:
        values = {"cug_id": CUG, "state": state, "group_id": b"g" * 16}
        numbers = dict.fromkeys(("epoch", "last_seq", "last_time_ms", "opened_ms"), 0)
        await connection.execute(insert(tables.cugs).values(**values, **numbers))
        member = {"cug_id": CUG, "account_id": session.account_id, "role": role}
        await connection.execute(insert(tables.members).values(**member, admitted_seq=1, removed_seq=removed))


async def take(world: World, session: Session, *accounts: str) -> Handed:
    return await key_packages.take(session, CUG, accounts, world.uow(), world.now_ms)


class TestUpload:
    async def test_stock_counts_single_and_last_resort_apart(self, world: World) -> None:
        _, officer = await people(world)
        stock = await upload(world, officer, *[world.key_package(LAPTOP) for _ in range(3)])
        assert stock == Stock(3, last_resort=False)
        assert await upload(world, officer, last_resort=world.key_package(LAPTOP)) == Stock(3, last_resort=True)
        assert await key_packages.count(officer, world.uow(), world.now_ms) == Stock(3, last_resort=True)

    async def test_same_package_is_never_taken_in_twice(self, world: World) -> None:
        organiser, officer = await people(world)
        package = world.key_package(LAPTOP)
        await upload(world, officer, package)
        assert await refused(world, officer, package) == {"reason": "seen_before"}
        await take(world, organiser, "KE/otieno")
        assert await refused(world, officer, package, world.key_package(LAPTOP)) == {"reason": "seen_before"}

    async def test_number_is_bounded(self, world: World) -> None:
        _, officer = await people(world)
        await upload(world, officer, *[world.key_package(LAPTOP) for _ in range(LIMIT)])
        before = await world.snapshot()
        with pytest.raises(TooManyKeyPackages):
            await upload(world, officer, world.key_package(LAPTOP))
        assert await world.snapshot() == before
        await upload(world, officer, last_resort=world.key_package(LAPTOP))

    async def test_new_last_resort_replaces_the_old(self, world: World) -> None:
        organiser, officer = await people(world)
        old, new = world.key_package(LAPTOP), world.key_package(LAPTOP)
        await upload(world, officer, last_resort=old)
        await upload(world, officer, last_resort=new)
        handed = await take(world, organiser, "KE/otieno")
        assert [package.data for package in handed.accounts[0].packages] == [new]

    async def test_session_without_device_is_refused(self, world: World) -> None:
        await people(world)
        session = (await world.signed_in_again("KE/otieno")).session
        before = await world.snapshot()
        with pytest.raises(NoDevice):
            await upload(world, session, world.key_package(LAPTOP))
        with pytest.raises(NoDevice):
            await key_packages.count(session, world.uow(), world.now_ms)
        assert await world.snapshot() == before

    async def test_revoked_device_is_refused(self, world: World) -> None:
        _, officer = await people(world)
        await devices.revoke(officer, LAPTOP, world.uow(), world.now_ms)
        before = await world.snapshot()
        with pytest.raises(DeviceRevoked):
            await upload(world, officer, world.key_package(LAPTOP))
        assert await world.snapshot() == before

    async def test_expired_packages_are_forgotten(self, world: World) -> None:
        _, officer = await people(world)
        await upload(world, officer, world.key_package(LAPTOP, lifetime=Lifetime(0, world.now_s + 10)))
        world.now_ms += 11_000
        assert await key_packages.count(officer, world.uow(), world.now_ms) == Stock(0, last_resort=False)
        await upload(world, officer, world.key_package(LAPTOP))
        assert len((await world.snapshot())["key_packages"]) == 1


class TestRefused:
    async def test_package_of_another_name(self, world: World) -> None:
        _, officer = await people(world)
        package = world.key_package(LAPTOP, identity="KE/wanjiru/laptop")
        assert await refused(world, officer, package, world.key_package(LAPTOP)) == {"reason": "credential"}

    async def test_package_by_another_key(self, world: World) -> None:
        _, officer = await people(world)
        assert await refused(world, officer, world.key_package(LAPTOP, signer=Signer.new())) == {
            "reason": "signature_key"
        }

    @pytest.mark.parametrize("span", [(-20, -10), (10, 20), (-10, key_packages.MAX_LIFETIME_S + 1), (-10, 0)])
    async def test_lifetime(self, world: World, span: tuple[int, int]) -> None:
        _, officer = await people(world)
        lifetime = Lifetime(world.now_s + span[0], world.now_s + span[1])
        assert await refused(world, officer, world.key_package(LAPTOP, lifetime=lifetime)) == {"reason": "lifetime"}

    async def test_package_without_chain(self, world: World) -> None:
        _, officer = await people(world)
        assert await refused(world, officer, world.key_package(LAPTOP, extensions=())) == {"reason": "chain"}

    async def test_package_with_another_chain(self, world: World) -> None:
        _, officer = await people(world)
        chain = Extension(CHAIN_EXTENSION, world.chain("KE/wanjiru/laptop").encode())
        assert await refused(world, officer, world.key_package(LAPTOP, extensions=(chain,))) == {"reason": "chain"}

    async def test_package_with_a_broken_chain(self, world: World) -> None:
        _, officer = await people(world)
        world.ncps["KE"] = Signer.new()
        world.ncp_certificate("KE")
        assert await refused(world, officer, world.key_package(LAPTOP)) == {"reason": "chain", "why": "issuer"}

    async def test_altered_package(self, world: World) -> None:
        _, officer = await people(world)
        package = decode_message(world.key_package(LAPTOP)).body
        assert isinstance(package, KeyPackage)
        altered = KeyPackage(1, 3, b"i" * 32, package.leaf_node, (), package.signature)
        assert await refused(world, officer, encode_message(altered)) == {"reason": "not_valid", "check": "V103"}

    @pytest.mark.parametrize("cut", [0, 1, 10, -1])
    async def test_malformed_package(self, world: World, cut: int) -> None:
        _, officer = await people(world)
        assert await refused(world, officer, world.key_package(LAPTOP)[:cut]) == {"reason": "malformed"}


class TestTake:
    async def test_each_package_is_handed_out_once_then_the_last_resort_stays(self, world: World) -> None:
        organiser, officer = await people(world)
        single = [world.key_package(LAPTOP) for _ in range(2)]
        last = world.key_package(LAPTOP)
        await upload(world, officer, *single, last_resort=last)
        taken = [(await take(world, organiser, "KE/otieno")).accounts[0].packages[0] for _ in range(4)]
        assert {package.data for package in taken[:2]} == set(single)
        assert [(package.data, package.last_resort) for package in taken[2:]] == [(last, True)] * 2

    async def test_takers_at_once_never_get_the_same(self, world: World) -> None:
        organiser, officer = await people(world)
        await upload(world, officer, *[world.key_package(LAPTOP) for _ in range(LIMIT)])
        handed = await asyncio.gather(*[take(world, organiser, "KE/otieno") for _ in range(LIMIT)])
        references = [one.accounts[0].packages[0].reference for one in handed]
        assert len(set(references)) == LIMIT

    async def test_one_for_each_device_that_is_not_revoked(self, world: World) -> None:
        organiser, officer = await people(world)
        phone = await world.device(await world.signed_in_again("KE/otieno"), "phone")
        await world.device(await world.signed_in_again("KE/otieno"), "lost")
        await devices.revoke(phone, DeviceId("KE/otieno/lost"), world.uow(), world.now_ms)
        await upload(world, officer, world.key_package(LAPTOP))
        (taken,) = (await take(world, organiser, "KE/otieno")).accounts
        assert [package.device_id for package in taken.packages] == [LAPTOP]
        assert taken.without == (PHONE,)

    async def test_says_which_devices_run_low(self, world: World) -> None:
        organiser, officer = await people(world)
        await upload(world, officer, world.key_package(LAPTOP), world.key_package(LAPTOP))
        assert (await take(world, organiser, "KE/otieno")).low == ((LAPTOP, 1),)

    async def test_expired_package_is_not_handed_out(self, world: World) -> None:
        organiser, officer = await people(world)
        await upload(world, officer, world.key_package(LAPTOP, lifetime=Lifetime(0, world.now_s + 10)))
        world.now_ms += 10_000
        assert (await take(world, organiser, "KE/otieno")).accounts[0].without == (LAPTOP,)

    async def test_who_is_not_the_organiser_gets_nothing(self, world: World) -> None:
        _, officer = await people(world)
        await upload(world, officer, world.key_package(LAPTOP))
        before = await world.snapshot()
        with pytest.raises(NotAllowed):
            await take(world, officer, "KE/otieno")
        assert await world.snapshot() == before

    @pytest.mark.parametrize(
        ("role", "state", "removed"),
        [("officer", "open", None), ("organiser", "closed", None), ("organiser", "open", 5)],
    )
    async def test_former_organiser_or_closed_cug_gets_nothing(
        self, world: World, role: str, state: str, removed: int | None
    ) -> None:
        ncp = await world.ncp(await world.secretariat(), "KE")
        officer = await world.officer_with_device(ncp, "KE/otieno")
        await put_member(world, officer, role, state=state, removed=removed)
        await upload(world, officer, world.key_package(LAPTOP))
        before = await world.snapshot()
        with pytest.raises(NotAllowed):
            await take(world, officer, "KE/otieno")
        assert await world.snapshot() == before

    @pytest.mark.parametrize("unknown", ["KE/nobody", "KE", "secretariat"])
    async def test_unknown_officer_among_them_hands_out_nothing(self, world: World, unknown: str) -> None:
        organiser, officer = await people(world)
        await upload(world, officer, world.key_package(LAPTOP))
        before = await world.snapshot()
        with pytest.raises(AccountUnknown):
            await take(world, organiser, "KE/otieno", unknown)
        assert await world.snapshot() == before
