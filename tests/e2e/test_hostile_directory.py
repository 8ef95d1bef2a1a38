"""A hostile directory: devices and identities that nobody vouches for do not get in, and the organiser is told why."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from cencomm.client.api import Client
from cencomm.client.cug import Cug, CugState
from cencomm.client.errors import IdentityChanged, KeyPackageForged
from cencomm.crypto.certificates import Certificate
from cencomm.crypto.group_context import Role
from cencomm.ids import OfficerId
from tests.e2e.forgery import forged_device, ghost_device, identity_seed_of, key_package_answer
from tests.e2e.hostile_proxy import HostileProxy
from tests.e2e.world import World
from tests.postgres import one_of_the_databases as database_url  # noqa: F401  a fixture
from tests.servers import RunningServer

OTIENO = OfficerId("KE/otieno")
SILVA = OfficerId("BR/silva")
PATIENCE_SECONDS = 30
TAKE = "/v1/key-packages/take"
Change = Callable[[dict[str, Any]], None]


@dataclass
class Scene:
    world: World
    proxy: HostileProxy
    organiser: Client
    cug: Cug

    def hand_out(self, change: Change) -> None:
        """Let the directory's next answers go through `change`."""

        def alter(_method: str, path: str, answer: Any) -> Any:
            if path == TAKE:
                change(answer)
            return answer

        self.proxy.alter_answer = alter


@pytest.fixture
async def scene(server: RunningServer, world: World) -> AsyncIterator[Scene]:
    async with contextlib.AsyncExitStack() as stack:
        proxy = await stack.enter_async_context(HostileProxy(server.url).running())
        world.through["NL/organiser"] = proxy.url
        organiser = await stack.enter_async_context(world.officer("NL/organiser"))
        await world.present(OTIENO)
        await world.present(SILVA)
        yield Scene(world, proxy, organiser, await organiser.open_cug("Operation Tiger"))


async def _refused(scene: Scene, officers: dict[OfficerId, Role], error: type[Exception]) -> None:
    before = (scene.cug.epoch, scene.cug.members())
    with pytest.raises(error):
        await scene.cug.admit_all(officers)
    assert (scene.cug.epoch, scene.cug.members()) == before
    assert scene.cug.state is CugState.OPEN


async def test_swapped_key_packages_are_refused(scene: Scene) -> None:
    def swap(answer: dict[str, Any]) -> None:
        first, second = answer["accounts"]
        first["key_packages"], second["key_packages"] = second["key_packages"], first["key_packages"]

    scene.hand_out(swap)
    await _refused(scene, {OTIENO: Role.OFFICER, SILVA: Role.OFFICER}, KeyPackageForged)


async def test_a_ghost_device_is_refused(scene: Scene) -> None:
    now_ms = scene.organiser.clock.now_ms()
    ghost = ghost_device(scene.organiser.device.trust, f"{OTIENO}/ghost", now_ms)

    def add_ghost(answer: dict[str, Any]) -> None:
        answer["accounts"][0]["key_packages"].append(key_package_answer(ghost, now_ms))

    scene.hand_out(add_ghost)
    await _refused(scene, {OTIENO: Role.OFFICER}, KeyPackageForged)


async def test_an_identity_that_the_contact_point_issued_anew_is_not_taken_silently(scene: Scene) -> None:
    await scene.cug.admit(OTIENO)
    await scene.cug.remove(OTIENO)
    async with scene.world.signed_in("KE") as ncp:
        said = await ncp.api.certificates(OTIENO)
        assert said.ncp_certificate is not None
        ncp_certificate = Certificate.decode(said.ncp_certificate)
        ncp_seed = await identity_seed_of(ncp)
    now_ms = scene.organiser.clock.now_ms()
    forged = forged_device(scene.organiser.device.trust, f"{OTIENO}/laptop", ncp_certificate, ncp_seed, now_ms)

    def replace(answer: dict[str, Any]) -> None:
        answer["accounts"][0]["key_packages"] = [key_package_answer(forged, now_ms)]

    scene.hand_out(replace)
    await _refused(scene, {OTIENO: Role.OFFICER}, IdentityChanged)


async def test_a_second_identity_beside_the_first_is_refused(scene: Scene) -> None:
    async with scene.world.signed_in("KE") as ncp:
        said = await ncp.api.certificates(OTIENO)
        assert said.ncp_certificate is not None
        ncp_certificate = Certificate.decode(said.ncp_certificate)
        ncp_seed = await identity_seed_of(ncp)
    now_ms = scene.organiser.clock.now_ms()
    forged = forged_device(scene.organiser.device.trust, f"{OTIENO}/second", ncp_certificate, ncp_seed, now_ms)

    def add(answer: dict[str, Any]) -> None:
        answer["accounts"][0]["key_packages"].append(key_package_answer(forged, now_ms))

    scene.hand_out(add)
    await _refused(scene, {OTIENO: Role.OFFICER}, KeyPackageForged)


async def test_a_new_device_refuses_an_old_group_info(scene: Scene, server: RunningServer) -> None:
    """The server hands the newcomer an epoch that has ended, to lead him into a fork."""
    await scene.cug.admit(OTIENO)
    old = (await scene.organiser.api.group_info(scene.cug.id)).model_dump(mode="json")
    await scene.cug.renew()
    epoch = scene.cug.epoch
    async with HostileProxy(server.url).running() as proxy:
        proxy.alter_answer = lambda _, path, answer: old if path.endswith("/group-info") else answer
        scene.world.through[OTIENO] = proxy.url
        async with scene.world.officer(OTIENO, "phone") as phone:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not any(cug.alarms() for cug in phone.cugs()):
                    await asyncio.sleep(0.05)
            (view,) = phone.cugs()
            assert [alarm.code for alarm in view.alarms()] == ["stale_group_info"]
            assert not view.joined
        assert scene.cug.epoch == epoch
