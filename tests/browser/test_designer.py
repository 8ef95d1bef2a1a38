"""What docs/organiser-guide.md says: the long form is trimmed, extended, translated and published; records, extraction.

The guide's steps stand in the test in their order, under the headings of the guide.
"""

from __future__ import annotations

import asyncio
import csv
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from cencomm.client.cug import Cug
from cencomm.client.verify import verify
from cencomm.templates_forms.model import Answers, Template, standard
from tests.browser.person import OWN_NAMES, PATIENCE_MS, Person, label_of
from tests.browser.stage import PHONE, Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

TITLE = "Bollard"
LONG = standard("long_seizure")
KEPT = ("record", "offence", "notes")
QUESTION = {
    "en": "Seal found",
    "fr": "Scellé trouvé",
    "es": "Precinto hallado",
    "ru": "Найденная пломба",
    "ar": "الختم الموجود",
    "pt": "Selo encontrado",
}
SENTENCE = {
    "en": "Say in the remarks what is wrong with the seal.",
    "fr": "Dites dans les remarques ce que le scellé a d’anormal.",
    "es": "Diga en las observaciones qué le pasa al precinto.",
    "ru": "Укажите в примечаниях, что не так с пломбой.",
    "ar": "اذكر في الملاحظات ما الخطأ في الختم.",
    "pt": "Diga nas observações o que o selo tem de errado.",
}
PASTED = "\n".join(
    [
        "code\ten\tfr\tes\tru\tar\tpt",
        "whole\tWhole\tIntact\tIntacto\tЦелая\tسليم\tIntacto",
        "broken\tBroken\tRompu\tRoto\tСорвана\tمكسور\tPartido",
    ]
)
ANSWERS: Answers = {
    "reporting_country": "KE",
    "reporting_office": "Mombasa",
    "national_case_ref": "KE-1",
    "text_language": "en",
    "handling": "amber",
    "offence_at": "2025-03-12T03:39+03:00",
    "offence_country": "KE",
    "location_type": "seaport",
    "offence_location": "KEMBA",
    "direction": "import",
    "offence_type": ["undeclared"],
    "agency": "customs",
    "seal_found": "whole",
}


@dataclass(frozen=True)
class Designer:
    """The designer on a person's screen."""

    person: Person

    def switch(self, name: str) -> Locator:
        return self.person.page.get_by_role("checkbox", name=self.person.words("design.use", name=name))

    async def tab(self, key: str) -> None:
        tab = self.person.page.get_by_role("tab", name=self.person.words(f"design.tab_{key}"))
        await tab.click()
        await expect(tab).to_have_attribute("aria-selected", "true")

    async def open_part(self, name: str) -> None:
        part = self.person.page.locator("button[aria-expanded]").filter(has_text=name).first
        if await part.get_attribute("aria-expanded") == "false":
            await part.click()

    async def pick(self, label: str, option: str, within: Locator | None = None) -> None:
        """In a list with search that is called as the message says."""
        field = (within or self.person.page.get_by_role("main")).get_by_role(
            "combobox", name=self.person.words(label), exact=True
        )
        await field.click()
        await field.fill(option)
        await self.person.page.get_by_role("option", name=option).first.click()

    async def translate(self, language: str, texts: dict[str, dict[str, str]]) -> None:
        """Write what is missing in one language; the source is read in the person's own."""
        await self.person.page.get_by_text(OWN_NAMES[language]).first.click()
        for words in texts.values():
            source = words[self.person.language]
            await self.person.page.get_by_label(f"{OWN_NAMES[language]}: {source}", exact=True).fill(words[language])
        await self.person.sees("design.gaps_in", name=OWN_NAMES[language], count=0)

    async def publish(self, version: int) -> Locator:
        """The dialogue that says what is different."""
        await self.person.click("form.publish")
        dialog = self.person.page.get_by_role("dialog")
        await expect(
            dialog.get_by_role("button", name=self.person.words("design.publish_version", version=version))
        ).to_be_enabled(timeout=PATIENCE_MS)
        return dialog


async def test_an_organiser_does_what_the_guide_says(stage: Stage, tmp_path: Path) -> None:
    async with (
        stage.officer("FR/moreau", "en") as moreau,
        stage.world.officer("KE/wanjiru") as wanjiru,
    ):
        await moreau.open_new_group(TITLE, with_form=False)
        await moreau.admit("Wanjiru")
        hers = await wanjiru.wait_for_cug()
        designer = Designer(moreau)
        await _begins_and_trims(designer)
        await _extends(designer)
        await _translates(designer)
        await _previews(designer)
        first = await _publishes(designer, hers)
        await _records_come(designer, hers, first)
        await _publishes_the_next_version(designer, hers, first)
        await _extracts(stage, moreau, tmp_path)


async def _begins_and_trims(designer: Designer) -> None:
    person = designer.person
    await person.click("room.record")
    await person.link("design.open").click()
    await expect(person.heading(str(person.words("design.begin_from")))).to_be_visible(timeout=PATIENCE_MS)
    line = person.page.get_by_role("listitem").filter(has_text=str(person.words("form.standard_long_seizure")))
    await line.get_by_role("button").click()
    for group in LONG.groups:
        if group.key not in KEPT:
            await designer.switch(group.labels["en"]).uncheck()
    await designer.open_part("Time and place of detection")
    await designer.switch("Latitude (degrees)").uncheck()
    await designer.switch("Longitude (degrees)").uncheck()


async def _extends(designer: Designer) -> None:
    person, page = designer.person, designer.person.page
    await person.page.get_by_label(person.words("design.new_question"), exact=True).fill(QUESTION["en"])
    await person.click("design.add_question")
    question = (
        page.locator("li").filter(has=page.get_by_label(str(person.words("design.question_name")), exact=True)).last
    )
    await designer.pick("design.answer", str(person.words("design.type_code")), question)
    await question.get_by_role("button", name=person.words("design.new_list")).click()
    await question.get_by_role("button", name=person.words("design.change_list")).click()
    await page.get_by_label(person.words("design.list_lines"), exact=True).fill(PASTED)
    await person.click("design.take_list", count=2)
    await designer.pick("design.required", str(person.words("design.when_always")), question)

    await designer.tab("rules")
    await person.click("design.add_rule")
    await page.get_by_label(person.words("design.rule_message"), exact=True).fill(SENTENCE["en"])
    await designer.pick("design.rule_at", LONG.label("remarks", "en"))
    rule = page.get_by_label(person.words("design.rule_expression"), exact=True)
    await rule.fill("${seal} != 'broken' or ${remarks} != ''")
    await person.sees("design.expr_unknown_field", place="seal")
    await rule.fill("${seal_found} != 'broken' or ${remarks} != ''")
    await person.sees("design.expression_good")


async def _translates(designer: Designer) -> None:
    await designer.tab("words")
    for language in OWN_NAMES:
        if language != designer.person.language:
            await designer.translate(language, {"question": QUESTION, "rule": SENTENCE})


async def _previews(designer: Designer) -> None:
    page = designer.person.page
    await designer.tab("preview")
    for language, own_name in OWN_NAMES.items():
        await page.get_by_text(own_name, exact=True).click()
        await expect(page.locator(f"html[lang={language}]")).to_be_attached()
        await expect(page.get_by_label(label_of(language, QUESTION[language]))).to_be_visible()
    await page.get_by_text(OWN_NAMES["en"], exact=True).click()
    await expect(page.locator("html[lang=en]")).to_be_attached()


async def _publishes(designer: Designer, hers: Cug) -> Template:
    person = designer.person
    dialog = await designer.publish(2)
    await expect(dialog).to_contain_text("Section taken out: Goods.")
    await expect(dialog).to_contain_text(f"New question: {QUESTION['en']}.")
    await dialog.get_by_role("button", name=person.words("design.publish_version", version=2)).click()
    await expect(person.composer).to_be_visible(timeout=PATIENCE_MS)
    await person.sees("event.template", title=LONG.title("en"))
    await hers.caught_up()
    (published,) = hers.templates()
    assert (published.id, published.version) == ("long_seizure", 2)
    assert [group.key for group in published.groups] == list(KEPT)
    assert {language: published.label("seal_found", language) for language in OWN_NAMES} == QUESTION
    return published


async def _records_come(designer: Designer, hers: Cug, template: Template) -> None:
    """One from an officer on the Python client; one that the rule stops, and then lets pass, in the browser."""
    await hers.submit(template.hash, ANSWERS)
    await hers.flush()
    person = designer.person
    await _fills_in(person, template, {"reporting_office": "Le Havre", "national_case_ref": "FR-1"}, seal="Broken")
    await person.button("form.submit").filter(visible=True).click()
    await expect(person.page.get_by_role("alert")).to_contain_text(SENTENCE["en"])
    await person.labelled(template.label("remarks", "en")).fill("Cut, and glued again.")
    await person.button("form.submit").filter(visible=True).click()
    await expect(person.composer).to_be_visible(timeout=PATIENCE_MS)


async def _fills_in(person: Person, template: Template, texts: dict[str, str], *, seal: str) -> None:
    await person.click("room.record")
    chooser = person.page.get_by_role("dialog", name=person.words("form.choose"), exact=True)
    await chooser.get_by_role("link", name=person.words("ui.open"), exact=True).click()
    await expect(person.heading(template.title("en"))).to_be_visible(timeout=PATIENCE_MS)
    for key, text in texts.items():
        await person.labelled(template.label(key, "en")).fill(text)
    chosen = {"text_language": "fr", "offence_country": "FR", "location_type": "seaport", "direction": "import"}
    for key, code in chosen.items():
        field = person.labelled(template.label(key, "en"))
        await person.choose(field, template.code_word(template.fields[key].code_list, code, "en"))
    await person.labelled(template.label("offence_location", "en")).fill("FRLEH")
    await person.page.get_by_role("checkbox", name=template.code_word("offence_type", "undeclared", "en")).check()
    await person.choose(person.labelled(QUESTION["en"]), seal)


async def _publishes_the_next_version(designer: Designer, hers: Cug, first: Template) -> None:
    """It is the one that officers are offered; records of the first stay as they were."""
    person = designer.person
    await person.click("room.record")
    await person.link("design.open").click()
    await person.page.get_by_role("listitem").filter(has_text="Version 2").get_by_role("button").click()
    await designer.open_part("Remarks and sources")
    await designer.switch("Method (no names)").uncheck()
    await designer.open_part("Time and place of detection")
    await designer.switch("Latitude (degrees)").check()
    dialog = await designer.publish(3)
    await expect(dialog.get_by_role("listitem")).to_have_text(
        ["Question taken out: Method (no names).", "New question: Latitude (degrees)."]
    )
    await dialog.get_by_role("button", name=person.words("design.publish_version", version=3)).click()
    await expect(person.composer).to_be_visible(timeout=PATIENCE_MS)
    await hers.caught_up()
    assert [template.version for template in hers.templates()] == [2, 3]
    await person.click("room.record")
    chooser = person.page.get_by_role("dialog", name=person.words("form.choose"), exact=True)
    await expect(chooser.get_by_role("link", name=person.words("ui.open"), exact=True)).to_have_count(1)
    await chooser.get_by_role("button", name=person.words("ui.close"), exact=True).click()
    cards = person.page.get_by_role("article", name=first.title("en"), exact=True)
    await expect(cards).to_have_count(2)
    await expect(cards.filter(has_text=str(person.words("card.valid")))).to_have_count(2)


async def _extracts(stage: Stage, person: Person, folder: Path) -> None:
    await person.page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    file = await person.extract(folder)
    root = stage.world.sheets[person.account].root_public_key
    verdict = await asyncio.to_thread(verify, file, root_public_key=root)
    assert verdict.ok, [failure.says for failure in verdict.failures]
    with zipfile.ZipFile(file) as archive:
        assert "extraction.xlsx" in archive.namelist()
        (name,) = [one for one in archive.namelist() if one.startswith("tables/long_seizure-2")]
        rows = list(csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"))))
    codes, column = rows[0].index("seal_found"), rows[0].index("seal_found.word")
    assert [(row[codes], row[column]) for row in rows[1:]] == [("whole", "Whole"), ("broken", "Broken")]
