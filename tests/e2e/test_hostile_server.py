"""A hostile server: whatever it drops, doubles, moves, alters or makes up, the client finds it and says it in words.

One officer, otieno, reaches the server through a proxy that alters what comes; the organiser sees the truth.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest

from cencomm.client.api import Client
from cencomm.client.cug import Cug
from cencomm.client.model import Alarm, Standing
from cencomm.i18n import LANGUAGES, message
from cencomm.ids import OfficerId
from tests.e2e import tampering
from tests.e2e.hostile_proxy import HostileProxy
from tests.e2e.world import World, operation, texts
from tests.postgres import one_of_the_databases as database_url  # noqa: F401  a fixture
from tests.servers import RunningServer

ORGANISER = "NL/organiser"
ORGANISER_DEVICE = "NL/organiser/laptop"
VICTIM = "KE/otieno"
PATIENCE_SECONDS = 30


@dataclass
class Scene:
    world: World
    proxy: HostileProxy
    organiser: Client
    victim: Client
    truth: Cug
    """The organiser's view."""
    view: Cug
    """The victim's."""


@pytest.fixture
async def scene(server: RunningServer, world: World) -> AsyncIterator[Scene]:
    async with contextlib.AsyncExitStack() as stack:
        proxy = await stack.enter_async_context(HostileProxy(server.url).running())
        world.through[VICTIM] = proxy.url
        organiser = await stack.enter_async_context(world.officer(ORGANISER))
        victim = await stack.enter_async_context(world.officer(VICTIM))
        truth, view = await operation(organiser, victim)
        await truth.flush(PATIENCE_SECONDS)
        await view.caught_up(PATIENCE_SECONDS)
        yield Scene(world, proxy, organiser, victim, truth, view)


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await asyncio.sleep(0.02)


def _codes(cug: Cug) -> set[str]:
    return {alarm.code for alarm in cug.alarms()}


def _say(alarm: Alarm) -> list[str]:
    return [message(f"alarm.{alarm.code}", {"seq": alarm.seq, **alarm.facts}, language) for language in LANGUAGES]


async def _talk(cug: Cug, *said: str) -> None:
    for text in said:
        await cug.send_text(text)
        await cug.flush(PATIENCE_SECONDS)


@pytest.mark.parametrize(
    "tamper",
    [tampering.dropping, tampering.replaying, tampering.reordering],
    ids=["drop", "replay", "reorder"],
)
async def test_another_view_of_the_log_is_found_by_the_next_record(
    scene: Scene, tamper: Callable[[tampering.Choose], tampering.Alter]
) -> None:
    scene.proxy.alter_server_frame = tamper(tampering.records_of(ORGANISER_DEVICE))
    await _talk(scene.truth, "one", "two", "three")
    await _until(lambda: "seen_mismatch" in _codes(scene.view))
    words = _say(next(alarm for alarm in scene.view.alarms() if alarm.code == "seen_mismatch"))
    assert len(set(words)) == len(LANGUAGES)
    assert all(ORGANISER in sentence for sentence in words)
    assert len(set(texts(scene.view))) == len(texts(scene.view)), "nothing is shown twice"


async def test_a_gap_is_found_and_filled_again(scene: Scene) -> None:
    scene.proxy.alter_server_frame = tampering.withholding(tampering.records_of(ORGANISER_DEVICE))
    await _talk(scene.truth, "one", "two", "three")
    await _until(lambda: texts(scene.view) == ["one", "two", "three"])
    assert _codes(scene.view) == {"seq_gap"}


async def test_an_own_record_that_does_not_come_back_is_found(scene: Scene) -> None:
    scene.proxy.alter_server_frame = tampering.dropping(tampering.records_of(f"{VICTIM}/laptop"))
    await scene.view.send_text("lost")
    await _until(lambda: scene.truth.last_seq > 0 and "lost" in texts(scene.truth))
    await _talk(scene.truth, "one")
    await _until(lambda: "own_record_missing" in _codes(scene.view))


async def test_a_log_that_is_rolled_back_is_found(scene: Scene) -> None:
    await _talk(scene.truth, "one", "two")
    await _until(lambda: texts(scene.view) == ["one", "two"])
    scene.proxy.alter_server_frame = tampering.rolling_back(scene.view.last_seq - 1)
    await scene.proxy.drop_connections()
    await _until(lambda: "rolled_back" in _codes(scene.view))
    assert texts(scene.view) == ["one", "two"]


async def test_an_altered_record_is_shown_as_refused(scene: Scene) -> None:
    scene.proxy.alter_server_frame = tampering.flipping(tampering.long_records_of(ORGANISER_DEVICE))
    await _talk(scene.truth, "o" * tampering.LONG, "two")
    await _until(lambda: texts(scene.view) == ["two"])
    refused = [item for item in scene.view.items() if item.standing is Standing.REFUSED]
    assert refused
    assert all(item.reason for item in refused)


async def test_an_altered_commit_changes_nothing_and_is_found(scene: Scene) -> None:
    before = {member.officer_id for member in scene.view.members()}
    await scene.world.present("BR/silva")
    scene.proxy.alter_server_frame = tampering.flipping(lambda event: event.kind == 2, position=200)
    await scene.truth.admit(OfficerId("BR/silva"))
    await _until(lambda: "handshake_refused" in _codes(scene.view))
    assert {member.officer_id for member in scene.view.members()} == before
    # Shown as it is, it is followed, and the device goes on: never silently, and without a join from outside.
    scene.proxy.alter_server_frame = lambda frame: [frame]
    await scene.proxy.drop_connections()
    await _until(lambda: len(scene.view.members()) == len(before) + 1)
    assert "log_changed" in _codes(scene.view)
    await _talk(scene.truth, "on")
    await _until(lambda: "on" in texts(scene.view) and scene.view.head_hash == scene.truth.head_hash)


async def test_garbage_archive_seals_are_found(scene: Scene) -> None:
    await scene.world.present("BR/silva")
    scene.proxy.alter_server_frame = tampering.garbling_seals()
    await scene.truth.admit(OfficerId("BR/silva"))
    await _until(lambda: "seal_wrong" in _codes(scene.view))
