"""Key packages over HTTP."""

from __future__ import annotations

import pytest

from cencomm.accounts.key_packages import LOW_WATER
from cencomm.server.fanout import Delivery
from cencomm.wire.http import KeyPackageCountOut, KeyPackagesOut, TakeKeyPackagesIn, UploadKeyPackagesIn
from tests.accounts_world import World
from tests.unit.accounts.test_key_packages import CUG, put_member
from tests.unit.server.rig import served

LAPTOP = "KE/otieno/laptop"


async def test_packages_go_in_and_out_and_low_water_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, int]] = []

    def note(_self: Delivery, device_id: str, count: int) -> None:
        told.append((device_id, count))

    monkeypatch.setattr(Delivery, "key_packages_low", note)
    ncp = await world.ncp(await world.secretariat(), "KE")
    organiser, officer = await world.officer(ncp, "KE/wanjiru"), await world.officer(ncp, "KE/otieno")
    await put_member(world, await world.device(organiser), "organiser")
    await world.device(officer)
    single, last = world.key_package(LAPTOP), world.key_package(LAPTOP)
    async with served(world) as rig:
        upload = UploadKeyPackagesIn(key_packages=(single,), last_resort=last)
        answer = await rig.ask("POST", "/v1/key-packages", upload, officer.token)
        assert answer.status_code == 201
        stock = KeyPackageCountOut.model_validate_json(answer.content)
        assert stock == KeyPackageCountOut(count=1, last_resort=True, low_water=LOW_WATER)
        counted = await rig.ask("GET", "/v1/key-packages", token=officer.token)
        assert counted.content == answer.content
        take = TakeKeyPackagesIn(cug_id=CUG, accounts=("KE/otieno", "KE/wanjiru"))
        handed = KeyPackagesOut.model_validate_json(
            (await rig.ask("POST", "/v1/key-packages/take", take, organiser.token)).content
        )
        first, second = handed.accounts
        assert [(one.device_id, one.key_package, one.last_resort) for one in first.key_packages] == [
            (LAPTOP, single, False)
        ]
        assert (second.key_packages, second.without) == ((), ("KE/wanjiru/laptop",))
        assert told == [(LAPTOP, 0), ("KE/wanjiru/laptop", 0)]


async def test_refused_upload_has_its_status(world: World) -> None:
    ncp = await world.ncp(await world.secretariat(), "KE")
    officer = await world.officer(ncp, "KE/otieno")
    await world.device(officer)
    async with served(world) as rig:
        before = await world.snapshot()
        upload = UploadKeyPackagesIn(key_packages=(b"nonsense",))
        answer = await rig.ask("POST", "/v1/key-packages", upload, officer.token)
        assert (answer.status_code, answer.json()) == (
            422,
            {"code": "accounts.key_package_refused", "facts": {"reason": "malformed"}},
        )
        assert await world.snapshot() == before
