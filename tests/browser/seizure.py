"""Filling in and reading the simplified seizure form by the words that stand in it, in any of the six languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from playwright.async_api import Locator, expect

from cencomm.templates_forms.calculation import derived_values
from cencomm.templates_forms.model import Answers, Field, Template, standard
from tests.browser.person import PATIENCE_MS, Person, label_of

TEMPLATE: Template = standard("simplified_seizure")

REMARKS = "عُثر عليها خلف لوح المبخر في الحاوية MSKU 907321-4."
ANSWERS: Answers = {
    "reporting_country": "EG",
    "national_case_ref": "EG-2025-0147",
    "operation_code": "LANTERN",
    "sharing_targets": ["group"],
    "offence_at": "2025-03-12T03:39+01:00",
    "offence_country": "EG",
    "location_type": "seaport",
    "offence_location": "EGALY",
    "direction": "import",
    "departure_country": "BR",
    "destination_country": "EG",
    "transport_mode": "1",
    "traffic_type": "cargo",
    "item": [
        {
            "heading": "drugs",
            "product": "cocaine_hcl",
            "quantity": "1412.5",
            "unit": "KGM",
            "quantity_basis": "weighed",
        }
    ],
    "detection_method": "intelligence",
    "persons_arrested": 2,
    "remarks": REMARKS,
}
ASKED = {key: value for key, value in ANSWERS.items() if key not in ("reporting_country", "operation_code")}
"""What is not known without asking."""


@dataclass(frozen=True)
class SeizureForm:
    """The form on a person's screen."""

    person: Person

    @classmethod
    async def begin(cls, person: Person) -> SeizureForm:
        """From the conversation to an empty form."""
        await person.click("room.record")
        chooser = person.page.get_by_role("dialog", name=person.words("form.choose"), exact=True)
        line = chooser.get_by_role("listitem").filter(has_text=TEMPLATE.title(person.language))
        await line.get_by_role("link", name=person.words("ui.open"), exact=True).click()
        await expect(person.heading(TEMPLATE.title(person.language))).to_be_visible(timeout=PATIENCE_MS)
        return cls(person)

    def question(self, key: str, row: int | None = None) -> Locator:
        """The control of a field; in the goods, of the line with this number from 0."""
        label = label_of(self.person.language, TEMPLATE.label(key, self.person.language))
        return self._within(row).get_by_label(label)

    async def fill(self, answers: Answers) -> None:
        """Answer questions in the order in which the form asks them."""
        for key in TEMPLATE.fields:
            if key in answers:
                await self.answer(key, answers[key])
        for at, row in enumerate(_rows(answers)):
            if at > 0:
                await self.person.click("form.add_row")
            for key in TEMPLATE.fields:
                if key in row:
                    await self.answer(key, row[key], at)

    async def answer(self, key: str, value: object, row: int | None = None) -> None:
        field = TEMPLATE.fields[key]
        control = self.question(key, row)
        if field.type == "code":
            await self._pick(control, field, str(value))
        elif field.type == "codes":
            assert isinstance(value, list)
            for code in value:
                group = self._within(row).get_by_role("group", name=label_of(self.person.language, self._label(key)))
                await group.get_by_role("checkbox", name=self._word(field, str(code)), exact=True).check()
        elif field.type == "datetime":
            day, _, time = str(value).partition("T")
            await control.fill(day)
            moment = control.locator("xpath=..").get_by_label(str(self.person.words("form.time")), exact=True)
            await moment.fill(time[:5])
        else:
            await control.fill(str(value))

    async def submit(self) -> None:
        await self.person.button("form.submit").filter(visible=True).click()

    async def is_sent(self) -> None:
        """One is back in the conversation, and the record stands there as stored."""
        await expect(self.person.composer).to_be_visible(timeout=PATIENCE_MS)
        await expect(record(self.person).last).to_be_visible(timeout=PATIENCE_MS)

    def _within(self, row: int | None) -> Locator:
        if row is None:
            return self.person.page.get_by_role("main")
        return self.person.page.get_by_role("group", name=self.person.words("form.row", number=row + 1), exact=True)

    async def _pick(self, control: Locator, field: Field, code: str) -> None:
        word = self._word(field, code)
        await control.fill(word)
        option = re.compile(rf"^{re.escape(word)}\s*(?:{re.escape(code)})?$")
        await self.person.page.get_by_role("option", name=option).click()

    def _label(self, key: str) -> str:
        return TEMPLATE.label(key, self.person.language)

    def _word(self, field: Field, code: str) -> str:
        return TEMPLATE.code_word(field.code_list or "", code, self.person.language)


def record(person: Person) -> Locator:
    """The records on the screen, as cards."""
    return person.page.get_by_role("article", name=TEMPLATE.title(person.language), exact=True)


async def boxes(card: Locator, person: Person) -> dict[str, str]:
    """Everything that a card says, by label; of several lines of goods the last."""
    await card.get_by_role("button", name=person.words("card.more"), exact=True).click()
    said: dict[str, str] = {}
    for term in await card.get_by_role("term").all():
        definition = term.locator("xpath=following-sibling::*[1]")
        said[(await term.inner_text()).strip()] = (await definition.inner_text()).strip()
    return said


def expected_boxes(answers: Answers, language: str, written: Mapping[str, str]) -> dict[str, str]:
    """What a card says of the answers and of what follows from them; dates and numbers as `written` has them."""
    said: dict[str, str] = {}
    for row in (answers, *_rows(answers)):
        for key, value in row.items():
            if key == "item":
                continue
            field = TEMPLATE.fields[key]
            said[TEMPLATE.label(key, language)] = written.get(key) or _said(field, value, language)
    for path, text in derived_values(TEMPLATE, answers, now=datetime.now(UTC), language=language).items():
        said[TEMPLATE.label(path, language)] = written.get(path.rpartition(".")[2]) or text
    return said


def _said(field: Field, value: object, language: str) -> str:
    if field.type in ("code", "codes"):
        codes = value if isinstance(value, list) else [value]
        return ", ".join(TEMPLATE.code_word(field.code_list or "", str(code), language) for code in codes)
    return str(value)


def _rows(answers: Answers) -> list[Mapping[str, object]]:
    items = answers.get("item")
    return [row for row in items if isinstance(row, Mapping)] if isinstance(items, list) else []
