"""A seizure is filled in on a phone in Arabic, read in Russian, and is the same for the Python client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import expect

from cencomm.client.cug import Cug
from cencomm.client.model import Item, ItemKind
from cencomm.crypto.group_context import Role
from cencomm.ids import OfficerId
from cencomm.wire.content import Form
from tests.browser.person import PATIENCE_MS, Person
from tests.browser.seizure import ANSWERS, ASKED, REMARKS, TEMPLATE, SeizureForm, boxes, expected_boxes, record
from tests.browser.stage import PHONE, Stage
from tests.browser.typist import Typist

pytestmark = pytest.mark.asyncio(loop_scope="session")

TITLE = "Lantern"
_IN_RUSSIAN = {
    "offence_at": "12 мар. 2025 г. 03:39 +01:00",
    "quantity": "1\u00a0412,5",
    "quantity_canonical": "1\u00a0412,5",
}


TYPICAL = {
    "national_case_ref": "RU-147",
    "location_type": "seaport",
    "offence_location": "RULED",
    "direction": "import",
    "departure_country": "EC",
    "destination_country": "RU",
    "transport_mode": "1",
    "traffic_type": "cargo",
    "item[0].heading": "drugs",
    "item[0].product": "cocaine",
    "item[0].quantity": "412",
    "item[0].unit": "KGM",
    "item[0].quantity_basis": "weighed",
    "detection_method": "routine",
}
"""What an officer types of a seizure in a port; the rest is known without asking."""
MOST_STROKES = 80


@dataclass
class Room:
    """The people of this module, in one CUG with the form."""

    karim: Person
    sokolova: Person
    cug: Cug


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def room(stage: Stage) -> AsyncIterator[Room]:
    async with (
        stage.officer("EG/karim", "ar", PHONE, display_name="كريم") as karim,
        stage.officer("RU/sokolova", "ru", display_name="Соколова") as sokolova,
        stage.world.officer("FR/moreau") as moreau,
    ):
        cug = await moreau.open_cug(TITLE, operation_code="LANTERN", templates=[TEMPLATE])
        await cug.admit_all({OfficerId("EG/karim"): Role.OFFICER, OfficerId("RU/sokolova"): Role.OFFICER})
        await karim.enter(TITLE)
        await sokolova.enter(TITLE)
        yield Room(karim, sokolova, cug)


async def test_a_form_filled_in_arabic_on_a_phone_is_read_in_russian(room: Room) -> None:
    form = await SeizureForm.begin(room.karim)
    await expect(form.question("operation_code")).to_have_value("LANTERN")
    await form.fill(ASKED)
    before = room.cug.last_seq
    await form.submit()
    await form.is_sent()

    card = record(room.sokolova).last
    await expect(card).to_be_visible(timeout=PATIENCE_MS)
    await expect(card).to_contain_text(str(room.sokolova.words("card.valid")))
    assert await boxes(card, room.sokolova) == expected_boxes(ANSWERS, "ru", _IN_RUSSIAN)
    await expect(card.get_by_text(REMARKS)).to_have_css("direction", "rtl")

    item = await _form_after(room.cug, before)
    assert isinstance(item.content, Form)
    assert item.content.answers == ANSWERS
    assert item.findings == ()


async def test_an_error_stops_the_form_and_a_warning_does_not(room: Room) -> None:
    before = room.cug.last_seq
    form = await SeizureForm.begin(room.karim)
    await form.fill(ASKED)
    await form.answer("quantity", "-2", 0)
    await form.question("quantity_basis", 0).focus()
    await room.karim.sees_text(TEMPLATE.rule_message("Q03", "ar"))
    await form.submit()
    alert = room.karim.page.get_by_role("alert")
    await expect(alert).to_contain_text(TEMPLATE.rule_message("Q03", "ar"))
    assert await room.cug.caught_up() == before, "nothing was sent"

    await form.answer("quantity", "3", 0)
    await expect(alert).to_be_hidden()
    await form.answer("transport_mode", "2")
    await room.karim.sees_text(TEMPLATE.rule_message("M11", "ar"))
    await form.submit()
    await form.is_sent()
    sent = await _form_after(room.cug, before)
    assert [(finding.rule, finding.level) for finding in sent.findings] == [("M11", "warn")]
    await expect(record(room.sokolova).last).to_contain_text(TEMPLATE.rule_message("M11", "ru"))


async def test_a_typical_seizure_is_sent_with_eighty_keystrokes(room: Room) -> None:
    before = room.cug.last_seq
    form = await SeizureForm.begin(room.sokolova)
    hand = await Typist.at(room.sokolova)
    for path, answer in TYPICAL.items():
        await hand.answer(path, answer)
    await hand.press("Tab")  # the last choice is made
    await hand.press("Control+Enter", keys=2)
    await form.is_sent()
    sent = await _form_after(room.cug, before)
    assert isinstance(sent.content, Form)
    assert sent.findings == ()
    rows = sent.content.answers["item"]
    assert isinstance(rows, list) and isinstance(rows[0], dict)
    told = {**sent.content.answers, **{f"item[0].{key}": value for key, value in rows[0].items()}}
    assert {path: told[path] for path in TYPICAL} == TYPICAL
    assert hand.strokes <= MOST_STROKES, hand.strokes


async def test_a_form_that_fails_its_rules_is_shown_as_failing_with_the_rule_in_words(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cencomm.client.cug.findings_of", lambda _: ())  # a client that does not check
    wrong = {**ANSWERS, "national_case_ref": "FR-2025-0001", "offence_country": "FR", "remarks": "sans contrôle"}
    await room.cug.submit(TEMPLATE.hash, wrong)
    await room.cug.flush()
    for person in (room.karim, room.sokolova):
        card = record(person).last
        await expect(card).to_contain_text(TEMPLATE.rule_message("M01", person.language), timeout=PATIENCE_MS)
        await expect(card).to_contain_text(TEMPLATE.rule_message("M08", person.language))


async def _form_after(cug: Cug, seq: int) -> Item:
    async for item in cug.watch(seq):
        if item.kind is ItemKind.FORM:
            return item
    raise AssertionError("the CUG ended")
