"""Every view of the real app passes axe-core in six languages, which change without a reload."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from playwright.async_api import expect

from cencomm.crypto.group_context import Role
from cencomm.i18n import LANGUAGES
from cencomm.ids import OfficerId
from tests.browser.axe import violations
from tests.browser.person import OWN_NAMES, PATIENCE_MS, Person
from tests.browser.seizure import ANSWERS, TEMPLATE, SeizureForm, record
from tests.browser.stage import PHONE, Stage
from tests.e2e.world import PASSWORD

pytestmark = pytest.mark.asyncio(loop_scope="session")

TITLE = "Kelp"
_DESIGNER_VIEWS = ("rules", "words", "preview", "publish")


@asynccontextmanager
async def _an_officer_in_a_group(stage: Stage) -> AsyncIterator[Person]:
    async with stage.officer("EG/karim", "en", PHONE) as karim, stage.world.officer("FR/moreau") as moreau:
        cug = await moreau.open_cug(TITLE, operation_code="KELP", templates=[TEMPLATE])
        await cug.admit(OfficerId("EG/karim"), Role.ORGANISER)
        await cug.send_text("Container MSKU 907321-4 وصلت @Karim", mentions=[OfficerId("EG/karim")])
        await cug.submit(TEMPLATE.hash, ANSWERS)
        await cug.flush()
        await stage.enrol("PT/almeida")
        yield karim


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def karim(stage: Stage) -> AsyncIterator[Person]:
    async with _an_officer_in_a_group(stage) as person:
        yield person


async def _speaks(person: Person, language: str) -> None:
    """Change the language in the settings, without a reload."""
    await _goes_to(person, "#/settings")
    await person.page.get_by_role("radio", name=OWN_NAMES[language], exact=True).check()
    person.language = language
    await expect(person.page.locator(f"html[lang={language}]")).to_be_attached()


async def _goes_to(person: Person, fragment: str) -> None:
    await person.page.evaluate("(fragment) => { location.hash = fragment; }", fragment)


async def _closes(person: Person) -> None:
    """The dialogue that is open."""
    await person.page.keyboard.press("Escape")
    await expect(person.page.get_by_role("dialog")).to_be_hidden()


class Inspection:
    """Walks through the views and gathers what axe-core finds in each."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.found: list[str] = []

    async def look(self, view: str) -> None:
        self.found += [f"{view}: {violation}" for violation in await violations(self.person.page)]

    async def outside_groups(self) -> None:
        person = self.person
        await person.sees("settings.appearance")
        await self.look("settings")
        code = person.page.locator("form", has=person.button("settings.show_code"))
        await code.get_by_label(str(person.words("gate.password")), exact=True).fill(PASSWORD)
        await person.click("settings.show_code")
        await expect(person.page.get_by_role("img", name=str(person.words("settings.code_picture")))).to_be_visible()
        await self.look("code for a new device")
        await person.click("settings.hide_code")
        await _goes_to(person, "#/new")
        await person.sees("org.history")
        await self.look("new group")
        await _goes_to(person, "#/")
        await expect(person.group(TITLE)).to_be_visible(timeout=PATIENCE_MS)
        await self.look("list")

    async def conversation(self) -> None:
        person = self.person
        await person.enter(TITLE)
        await record(person).get_by_role("button", name=person.words("card.more"), exact=True).click()
        await self.look("conversation")
        await person.click("room.jump")
        await self.look("jump to a date")
        await _closes(person)
        await person.composer.press_sequentially("@")
        await expect(person.page.get_by_role("listbox")).to_be_visible()
        await self.look("mention")
        await person.composer.fill("")
        await person.click("room.record")
        await self.look("choice of a form")
        await _closes(person)
        await person.link("room.records").click()
        await expect(record(person)).to_be_visible()
        await self.look("records")

    async def analysis(self) -> None:
        """What the harness shows of made-up records, of real ones; in a language of each direction."""
        person = self.person
        if person.language not in ("en", "ar"):
            return
        await person.link("room.analysis").click()
        await expect(person.page.get_by_role("row")).to_have_count(2, timeout=PATIENCE_MS)
        await self.look("table")
        await person.link("analysis.figures").click()
        await person.sees("figures.by_country")
        await self.look("figures")
        await person.link("analysis.chains").click()
        await person.sees("chain.empty_title")
        await self.look("chains")
        await person.page.get_by_role("link", name=person.words("ui.back"), exact=True).click()
        await expect(record(person)).to_be_visible()

    async def members(self) -> None:
        person = self.person
        await person.link("room.members").click()
        member = person.panel().get_by_role("listitem").filter(has_text="Moreau").first
        await member.get_by_text("Moreau").first.click()
        await self.look("members")
        await person.panel().get_by_role("button", name=person.words("org.admit"), exact=True).click()
        await person.page.get_by_role("checkbox", name="Almeida", exact=True).check()
        await self.look("admitting")
        await _closes(person)
        await member.get_by_role("button", name=person.words("org.remove"), exact=True).click()
        await self.look("removing")
        await _closes(person)
        await person.panel().get_by_role("link", name=person.words("ui.close"), exact=True).click()

    async def extraction(self) -> None:
        person = self.person
        await person.link("room.members").click()
        await person.panel().get_by_role("link", name=person.words("extract.open"), exact=True).click()
        password = person.field("extract.password")
        again = person.button("extract.again")
        await expect(password.or_(again)).to_be_visible(timeout=PATIENCE_MS)
        if await again.is_visible():  # the extraction of the language before
            await again.click()
        await password.fill(PASSWORD)
        await self.look("extraction")
        await person.click("extract.start")
        await expect(person.link("extract.save")).to_be_visible(timeout=PATIENCE_MS)
        await self.look("extraction made")
        await _goes_to(person, "#/")
        await person.enter(TITLE)

    async def form(self) -> None:
        form = await SeizureForm.begin(self.person)
        await form.answer("heading", "drugs", 0)
        await form.answer("quantity", "-2", 0)
        await form.submit()
        await expect(self.person.page.get_by_role("alert")).to_be_visible()
        await self.look("form with errors")
        await form.question("product", 0).click()
        await self.look("form with a list")

    async def designer(self) -> None:
        """Questions in every language; of the other views each in some of them, by turns."""
        person, page = self.person, self.person.page
        await _goes_to(person, page.url.partition("#")[2].partition("/form/")[0] + "/designer")
        line = page.get_by_role("listitem").filter(has_text=TEMPLATE.title(person.language))
        await line.get_by_role("button").click()
        for key in ("item", "quantity"):
            await page.locator(f"[data-part={key}] button[aria-expanded]").first.click()
        await self.look("designer, questions")
        view = _DESIGNER_VIEWS[LANGUAGES.index(person.language) % len(_DESIGNER_VIEWS)]
        if view == "publish":
            await person.click("form.publish")
            await expect(page.get_by_role("dialog")).to_be_visible()
        else:
            await page.get_by_role("tab", name=person.words(f"design.tab_{view}")).click()
        await self.look(f"designer, {view}")
        if view == "publish":
            await _closes(person)
        await person.click("design.discard")
        await page.get_by_role("dialog").get_by_role("button", name=person.words("ui.delete"), exact=True).click()
        await person.sees("design.begin_from")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_view_is_accessible(karim: Person, language: str) -> None:
    await _speaks(karim, language)
    inspection = Inspection(karim)
    await inspection.outside_groups()
    await inspection.conversation()
    await inspection.analysis()
    await inspection.members()
    await inspection.extraction()
    await inspection.form()
    await inspection.designer()
    assert not inspection.found, "\n".join(inspection.found)


async def test_the_doors_are_accessible(stage: Stage, karim: Person) -> None:
    sheet = await stage.invite("AO/neto", "J. Neto")
    async with stage.at_browser("AO/neto", "en", PHONE) as neto:
        inspection = Inspection(neto)
        await neto.open()
        for language, own_name in OWN_NAMES.items():
            await neto.page.get_by_role("button", name=own_name, exact=True).click()
            neto.language = language
            await neto.sees("gate.step_sheet")
            await inspection.look(f"first time, {language}")
            await neto.click("gate.begin")
            await neto.click("gate.continue")
            await neto.sees("gate.needed")
            await inspection.look(f"code, {language}")
            await neto.field("gate.sheet_text").fill(sheet)
            await neto.click("gate.continue")
            await neto.sees("gate.way_enrol")
            await neto.click("gate.do_enrol")
            await neto.sees("gate.password_short")
            await inspection.look(f"enrolment, {language}")
            await neto.page.reload()
    assert not inspection.found, "\n".join(inspection.found)


async def test_the_known_door_is_accessible(karim: Person) -> None:
    inspection = Inspection(karim)
    await karim.page.reload()
    for language, own_name in OWN_NAMES.items():
        await karim.page.get_by_role("button", name=own_name, exact=True).click()
        karim.language = language
        await karim.sees("gate.unlock_title")
        await inspection.look(f"unlock, {language}")
    assert not inspection.found, "\n".join(inspection.found)
