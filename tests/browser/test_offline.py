"""Without a network the app opens, reads, drafts and queues; with one again it sends in order by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from cencomm.client.model import ItemKind
from cencomm.crypto.group_context import Role
from cencomm.ids import OfficerId
from cencomm.wire.content import Chat
from tests.browser.person import PATIENCE_MS, Person
from tests.browser.seizure import ASKED, TEMPLATE, SeizureForm
from tests.browser.stage import DESK, Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

TITLE = "Lighthouse"
THREE = ("first, from the pier", "second, still no line", "third, under way")
FONTS = """() => performance.getEntriesByType("resource")
  .map(({ name }) => name).filter((name) => name.endsWith(".woff2"))"""
ARE_KEPT = """async (names) => {
  for (const name of names) if ((await caches.match(name, { ignoreVary: true })) === undefined) return false;
  return true;
}"""
"""The fonts of a first visit come before there is a service worker; it keeps them all the same."""
WITHOUT_A_LINE = (r"ERR_INTERNET_DISCONNECTED", r"ERR_CONNECTION_REFUSED", r"Failed to fetch", "WebSocket connection")


async def _is_online(person: Person) -> None:
    await person.sees("line.online")


async def test_what_is_written_without_a_line_goes_out_in_order_after_the_browser_was_closed(
    stage: Stage, tmp_path: Path
) -> None:
    await stage.enrol("EG/karim", "Karim")
    async with stage.world.officer("FR/moreau") as moreau:
        cug = await moreau.open_cug(TITLE, operation_code="LANTERN", templates=[TEMPLATE])
        async with stage.at_browser("EG/karim", "en", DESK, profile=tmp_path / "profile") as karim:
            karim.watch.expect(*WITHOUT_A_LINE)
            await karim.add_device(stage.sheet("EG/karim"))
            await _is_online(karim)
            await cug.admit(OfficerId("EG/karim"), Role.OFFICER)
            await cug.send_text("read before the line went")
            await karim.enter(TITLE)
            await karim.reads("read before the line went")
            await karim.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
            fonts = await karim.page.evaluate(FONTS)
            assert fonts, "the first visit was written in a font of the app"
            while not await karim.page.evaluate(ARE_KEPT, fonts):
                await karim.page.evaluate("new Promise(requestAnimationFrame)")

            await karim.context.set_offline(True)
            await karim.sees("line.waiting")
            await karim.page.reload()
            await karim.unlock()
            await karim.group(TITLE).click()
            await karim.reads("read before the line went")
            for text in THREE:
                await karim.write(text)
                await expect(karim.entry(text)).to_contain_text(str(karim.words("entry.waiting")))
            await karim.sees("line.waits", count=3)
            form = await SeizureForm.begin(karim)
            await form.fill(ASKED)
            await form.submit()
            await form.is_sent()
            await karim.composer.fill("a thought not finished")
            await karim.link("list.title").first.click()
            await karim.group(TITLE).click()
            await expect(karim.composer).to_have_value("a thought not finished")

        async with stage.at_browser("EG/karim", "en", DESK, profile=tmp_path / "profile", offline=True) as karim:
            karim.watch.expect(*WITHOUT_A_LINE)
            await karim.open()
            await karim.unlock()
            await karim.group(TITLE).click()
            await expect(karim.composer).to_have_value("a thought not finished", timeout=PATIENCE_MS)
            await karim.sees("line.waits", count=4)
            await karim.context.set_offline(False)
            await _is_online(karim)
            for text in THREE:
                await karim.is_stored(text)
            await expect(karim.composer).to_have_value("a thought not finished")

        sent = [item for item in cug.items() if item.sender.startswith("EG/karim/")]
        assert [item.content.text for item in sent if isinstance(item.content, Chat)] == list(THREE)
        assert [item.kind for item in sent] == [ItemKind.CHAT] * 3 + [ItemKind.FORM]


async def test_a_server_that_goes_and_comes_back_is_found_again(stage: Stage) -> None:
    async with stage.officer("RU/sokolova", "ru") as sokolova, stage.world.officer("FR/moreau") as moreau:
        sokolova.watch.expect(*WITHOUT_A_LINE)
        cug = await moreau.open_cug("Buoy", operation_code="BU26")
        await cug.admit(OfficerId("RU/sokolova"), Role.OFFICER)
        await sokolova.enter("Buoy")
        await stage.server.kill_async()
        await sokolova.sees("line.waiting")
        await sokolova.write("Сервер лежит, пишу всё равно.")
        await expect(sokolova.entry("Сервер")).to_contain_text(str(sokolova.words("entry.waiting")))
        await stage.server.start_async()
        await sokolova.is_stored("Сервер лежит, пишу всё равно.")
        await sokolova.sees("line.online")
        await cug.caught_up()
        assert [item.content.text for item in cug.items() if isinstance(item.content, Chat)] == [
            "Сервер лежит, пишу всё равно."
        ]
