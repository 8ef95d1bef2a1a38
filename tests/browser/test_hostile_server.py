"""A hostile server against a browser: whatever it drops, doubles, moves, alters or makes up, the screen says so.

The victim's whole browser reaches the server through a proxy that alters what comes; the organiser, on the Python
client, sees the truth. What the engine makes of each case is tested without a screen too (web/client/test/live).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import expect

from cencomm.client.api import Client
from cencomm.client.cug import Cug
from cencomm.ids import OfficerId
from tests.browser.person import PATIENCE_MS, Person, sentence
from tests.browser.stage import Stage
from tests.e2e import tampering
from tests.e2e.hostile_proxy import HostileProxy
from tests.e2e.tampering import records_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

ORGANISER = "NL/organiser"
VICTIM = "MA/lahlou"
BY_ORGANISER = f"{ORGANISER}/laptop"
COMMIT = 2
SECONDS = 60


@dataclass
class Hostility:
    """An officer's browser that reaches the server through a proxy, and an organiser who reaches it directly."""

    stage: Stage
    proxy: HostileProxy
    organiser: Client
    victim: Person


@dataclass
class Scene:
    proxy: HostileProxy
    truth: Cug
    """The organiser's view."""
    victim: Person

    async def say(self, *texts: str) -> None:
        for text in texts:
            await self.truth.send_text(text)
            await self.truth.flush(SECONDS)

    async def victim_is_told(self, alarm: str) -> None:
        said = self.victim.page.get_by_text(sentence(f"alarm.{alarm}", self.victim.language))
        await expect(said.filter(visible=True).first).to_be_visible(timeout=PATIENCE_MS)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hostility(stage: Stage) -> AsyncIterator[Hostility]:
    async with (
        HostileProxy(stage.server.url).running() as proxy,
        stage.world.officer(ORGANISER) as organiser,
        stage.officer(VICTIM, "fr", through=proxy.url) as victim,
    ):
        yield Hostility(stage, proxy, organiser, victim)


@pytest_asyncio.fixture(loop_scope="session")
async def scene(hostility: Hostility, request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    """A new operation of the two, entered by both before anything is altered."""
    truth = await hostility.organiser.open_cug(request.node.name)
    await truth.admit(OfficerId(VICTIM))
    await hostility.victim.enter(truth.title)
    await truth.send_text("before")
    await hostility.victim.reads("before")
    yield Scene(hostility.proxy, truth, hostility.victim)
    hostility.proxy.alter_server_frame = lambda frame: [frame]


@pytest.mark.parametrize(
    "tamper",
    [tampering.dropping, tampering.replaying, tampering.reordering],
    ids=["drop", "replay", "reorder"],
)
async def test_another_view_of_the_log_is_told_when_the_next_record_comes(
    scene: Scene, tamper: Callable[[tampering.Choose], tampering.Alter]
) -> None:
    scene.proxy.alter_server_frame = tamper(records_of(BY_ORGANISER))
    await scene.say("one", "two", "three")
    await scene.victim_is_told("seen_mismatch")
    for text in ("one", "two", "three"):
        assert await scene.victim.entry(text).count() <= 1, "nothing is shown twice"


async def test_a_gap_is_told_and_filled_again(scene: Scene) -> None:
    scene.proxy.alter_server_frame = tampering.withholding(records_of(BY_ORGANISER))
    await scene.say("one", "two", "three")
    for text in ("one", "two", "three"):
        await scene.victim.reads(text)
    await scene.victim_is_told("seq_gap")


async def test_an_altered_record_says_nothing_and_is_shown_as_refused(scene: Scene) -> None:
    scene.proxy.alter_server_frame = tampering.flipping(tampering.long_records_of(BY_ORGANISER))
    await scene.say("forged".ljust(tampering.LONG, "."), "two")
    await scene.victim.reads("two")
    refused = scene.victim.log.get_by_text(sentence("web.entry.refused", scene.victim.language))
    await expect(refused.first).to_be_visible(timeout=PATIENCE_MS)  # a commit between makes its sender send it again
    await expect(scene.victim.entry("forged")).to_have_count(0)


async def test_a_log_that_is_rolled_back_is_told_and_what_was_read_stays(scene: Scene) -> None:
    await scene.say("one", "two")
    await scene.victim.reads("two")
    scene.proxy.alter_server_frame = tampering.rolling_back(scene.truth.last_seq - 1)
    await scene.proxy.drop_connections()
    await scene.victim_is_told("rolled_back")
    await scene.victim.reads("two")


async def test_an_altered_commit_admits_nobody_and_is_told(scene: Scene, stage: Stage) -> None:
    await stage.world.present("BR/silva")
    scene.proxy.alter_server_frame = tampering.flipping(lambda event: event.kind == COMMIT, position=200)
    await scene.truth.admit(OfficerId("BR/silva"))
    await scene.victim_is_told("handshake_refused")
    await expect(scene.victim.page.get_by_text("Silva", exact=True).filter(visible=True)).to_have_count(0)


async def test_garbage_in_place_of_archive_seals_is_told(scene: Scene, stage: Stage) -> None:
    await stage.world.present("BR/lima")
    scene.proxy.alter_server_frame = tampering.garbling_seals()
    await scene.truth.admit(OfficerId("BR/lima"))
    await scene.victim_is_told("seal_wrong")
