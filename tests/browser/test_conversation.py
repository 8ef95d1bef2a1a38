"""Officers in browsers and on the Python client talk, each in his own language."""

from __future__ import annotations

import asyncio
import dataclasses
import re

import pytest
from playwright.async_api import Browser, expect

from cencomm.client.api import Client
from cencomm.client.cug import Cug
from cencomm.crypto.group_context import Role
from cencomm.i18n import message
from cencomm.ids import OfficerId
from cencomm.wire.content import Chat
from tests.browser.person import PATIENCE_MS, Person
from tests.browser.stage import PHONE, Stage
from tests.e2e.world import messages, text_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

ARABIC = "وصلت الحاوية MSKU 907321-4 إلى الرصيف 7 الساعة 21:40."
RUSSIAN = "Принято. Проверим пломбу ML-2214909 до погрузки."
LONG = 130
"""More entries than a room loads at once, and many more than its page draws."""
FRENCH = "Bien reçu, la vedette part à 02h30."


async def _operation(organiser: Client, title: str, *officers: str) -> Cug:
    cug = await organiser.open_cug(title, operation_code="TM26")
    await cug.admit_all({OfficerId(officer): Role.OFFICER for officer in officers})
    return cug


async def _direction(person: Person, text: str) -> str:
    """In which direction the browser lays the text out."""
    said = person.entry(text).get_by_text(text[:12]).last
    direction: str = await said.evaluate("(element) => getComputedStyle(element).direction")
    return direction


async def test_three_officers_talk_in_three_languages(stage: Stage) -> None:
    await _talk(stage, "Tidemark 26")


async def test_they_talk_in_firefox_too(stage: Stage, firefox: Browser) -> None:
    await _talk(dataclasses.replace(stage, browser=firefox), "Tidemark 27")


async def _talk(stage: Stage, title: str) -> None:
    async with (
        stage.officer("EG/karim", "ar", display_name="كريم") as karim,
        stage.officer("RU/sokolova", "ru", display_name="Соколова") as sokolova,
        stage.world.officer("FR/moreau") as moreau,
    ):
        cug = await _operation(moreau, title, "EG/karim", "RU/sokolova")
        await karim.enter(title)
        await sokolova.enter(title)

        await karim.write(ARABIC)
        await karim.is_stored(ARABIC)
        await sokolova.reads(ARABIC)
        assert await _direction(karim, ARABIC) == "rtl"
        assert await _direction(sokolova, ARABIC) == "rtl", "an Arabic text keeps its direction on a Russian screen"

        await sokolova.entry(ARABIC).hover()
        await sokolova.entry(ARABIC).get_by_role("button", name=sokolova.words("room.reply"), exact=True).click()
        await sokolova.sees("room.replying", name="كريم")
        await sokolova.composer.press_sequentially("@ка")
        await expect(sokolova.page.get_by_role("listbox", name=sokolova.words("room.mention"))).to_be_hidden()
        await sokolova.composer.fill("")
        await sokolova.composer.press_sequentially("@كر")
        await sokolova.page.get_by_role("option", name="كريم").click()
        await expect(sokolova.composer).to_have_value("@كريم ")
        await sokolova.composer.press_sequentially(RUSSIAN)
        await sokolova.click("room.send")
        await sokolova.is_stored(RUSSIAN)
        await karim.reads(RUSSIAN)
        assert await _direction(karim, RUSSIAN) == "ltr", "a Russian text keeps its direction on an Arabic screen"
        await expect(karim.entry(RUSSIAN)).to_contain_text(ARABIC)

        await cug.wait_seq(cug.last_seq)
        await cug.send_text(FRENCH)
        await cug.flush()
        await karim.reads(FRENCH)
        await sokolova.reads(FRENCH)

        told = {text_of(item): item for item in messages(cug)}
        answer = told[f"@كريم {RUSSIAN}"].content
        assert isinstance(answer, Chat)
        assert answer.mentions == ("EG/karim",)
        assert answer.reply_to == told[ARABIC].client_ref
        assert list(told) == [ARABIC, f"@كريم {RUSSIAN}", FRENCH]


async def test_one_sees_who_is_on_line_and_who_types_unless_he_hides_it(stage: Stage) -> None:
    async with (
        stage.officer("PT/almeida", "pt", display_name="Almeida") as almeida,
        stage.world.officer("FR/moreau") as moreau,
    ):
        cug = await _operation(moreau, "Maré", "PT/almeida")
        name = moreau.account.display_name
        moreau.presence.attend(cug.id)
        await almeida.enter("Maré")
        mark = (
            almeida.panel()
            .get_by_role("listitem")
            .filter(has_text=name)
            .get_by_text(almeida.words("presence.on_line"), exact=True)
        )
        await expect(mark).to_be_visible(timeout=PATIENCE_MS)

        line = almeida.page.locator(".typing").filter(has_text=almeida.words("room.typing_one", name=name))
        async with asyncio.timeout(PATIENCE_MS / 1000):
            while not await line.is_visible():
                moreau.presence.typing(cug.id)
                await moreau.presence.changed(0.2)
        await cug.send_text(FRENCH)
        await almeida.reads(FRENCH)
        await expect(line).to_be_hidden(timeout=PATIENCE_MS)

        himself = OfficerId("PT/almeida")
        await almeida.composer.press_sequentially("Recebido")
        async with asyncio.timeout(PATIENCE_MS / 1000):
            while himself not in moreau.presence.view(cug.id).writing:
                await moreau.presence.changed(0.2)
                await almeida.composer.press_sequentially(".")
            while himself not in (moreau.presence.view(cug.id).present or ()):
                await moreau.presence.changed(0.2)
        await almeida.page.evaluate("location.hash = '#/settings'")
        shown = almeida.page.get_by_role("checkbox", name=re.compile(re.escape(str(almeida.words("presence.show")))))
        await expect(shown).to_be_checked(timeout=PATIENCE_MS)
        await shown.uncheck()
        async with asyncio.timeout(PATIENCE_MS / 1000):
            while himself in (moreau.presence.view(cug.id).present or ()):
                await moreau.presence.changed(0.2)
        assert OfficerId("FR/moreau") in (moreau.presence.view(cug.id).present or ())

        await almeida.page.go_back()
        await moreau.api.set_shown(shown=False)
        await expect(mark).to_be_hidden(timeout=PATIENCE_MS)
        assert not await moreau.api.is_shown()
        await moreau.api.set_shown(shown=True)


async def test_what_is_unread_is_marked_until_it_is_read(stage: Stage) -> None:
    async with (
        stage.officer("PT/almeida", "pt", PHONE, display_name="Almeida") as almeida,
        stage.world.officer("FR/moreau") as moreau,
    ):
        cug = await _operation(moreau, "Corrente", "PT/almeida")
        await cug.send_text(ARABIC)
        await cug.send_text("@Almeida, à toi.", mentions=[OfficerId("PT/almeida")])
        line = almeida.group("Corrente")
        await expect(line).to_contain_text(str(message("web.list.unread", {"count": 2}, "pt")), timeout=PATIENCE_MS)
        await expect(line).to_contain_text(str(almeida.words("list.mentioned")))

        await line.click()
        separator = almeida.log.get_by_role("separator")
        await expect(separator).to_have_text(message("web.room.new", {"count": 2}, "pt"), timeout=PATIENCE_MS)
        await almeida.reads("@Almeida, à toi.")
        await almeida.link("room.back").click()
        await expect(line).not_to_contain_text(str(almeida.words("list.mentioned")), timeout=PATIENCE_MS)


async def test_a_long_conversation_is_read_up_to_its_first_entry_and_by_the_keyboard(stage: Stage) -> None:
    async with stage.officer("CO/rojas", "es") as rojas, stage.world.officer("FR/moreau") as moreau:
        cug = await _operation(moreau, "Larga", "CO/rojas")
        await rojas.enter("Larga")
        for number in range(LONG):
            await cug.send_text(f"Entrada número {number}.")
        await cug.flush()
        newest = rojas.entry(f"Entrada número {LONG - 1}.")
        await expect(newest).to_be_in_viewport(timeout=PATIENCE_MS)
        entries = rojas.log.locator(".entry")
        assert await entries.count() < LONG, "only the lines around the place where one reads stand in the page"

        reply = newest.get_by_role("button", name=rojas.words("room.reply"), exact=True)
        await expect(reply).to_have_count(0)
        await rojas.log.focus()
        await rojas.page.keyboard.press("ArrowUp")
        await expect(newest).to_be_focused()
        await rojas.page.keyboard.press("ArrowUp")
        await expect(rojas.entry(f"Entrada número {LONG - 2}.")).to_be_focused()
        await rojas.page.keyboard.press("ArrowDown")
        await rojas.page.keyboard.press("Tab")
        await expect(reply).to_be_focused()
        await rojas.page.keyboard.press("Enter")
        await rojas.sees("room.replying", name="Moreau")
        await expect(rojas.composer).to_be_focused()

        await rojas.log.focus()
        while not await rojas.entry("Entrada número 0.").count():
            first = await entries.first.inner_text()
            await rojas.log.evaluate("(log) => log.scrollTo(0, -log.scrollHeight)")
            await expect(entries.first).not_to_have_text(first, timeout=PATIENCE_MS, use_inner_text=True)
            await expect(entries.filter(has_text=first.split("\n")[-1])).to_be_in_viewport()
        await cug.send_text("Ya está.")
        await cug.flush()
        await rojas.click("room.newest")
        await expect(rojas.entry("Ya está.")).to_be_in_viewport(timeout=PATIENCE_MS)


async def test_a_message_is_pending_until_it_came_back(stage: Stage) -> None:
    async with stage.officer("CO/rojas", "es") as rojas, stage.world.officer("FR/moreau") as moreau:
        await _operation(moreau, "Deriva", "CO/rojas")
        await rojas.enter("Deriva")
        stage.server.pause()
        await rojas.write("¿Quedó guardado?")
        waiting = rojas.entry("¿Quedó guardado?").get_by_role("status")
        await expect(waiting).to_have_text(str(rojas.words("entry.waiting")))
        stage.server.resume()
        await rojas.is_stored("¿Quedó guardado?")
