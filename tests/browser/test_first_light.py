"""By what the screen says, on a phone, in each language: sign in by a link, talk, file a seizure, read one, extract."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from cencomm.client.api import Client
from cencomm.client.cug import Cug
from cencomm.client.verify import verify
from cencomm.crypto.group_context import Role
from cencomm.ids import OfficerId
from cencomm.wire.content import Extraction, Form
from tests.browser.person import PATIENCE_MS
from tests.browser.seizure import ANSWERS, ASKED, TEMPLATE, SeizureForm, boxes, record
from tests.browser.stage import PHONE, Stage
from tests.e2e.world import messages, text_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

TITLE = "First light"
OFFICERS = {
    "en": ("KE/wanjiru", "A. Wanjiru", "We hold the box at berth 7."),
    "fr": ("SN/diop", "M. Diop", "Nous retenons le conteneur au poste 7."),
    "es": ("CO/rojas", "L. Rojas", "Retenemos el contenedor en el muelle 7."),
    "ru": ("KZ/akhmetov", "А. Ахметов", "Контейнер задержан на причале 7."),
    "ar": ("EG/karim", "كريم", "نحتجز الحاوية عند الرصيف 7."),
    "pt": ("AO/neto", "J. Neto", "Retemos o contentor no cais 7."),
}
PORTS = {"KE": "KEMBA", "SN": "SNDKR", "CO": "COCTG", "KZ": "KZAAU", "EG": "EGALY", "AO": "AOLAD"}
FROM_BRAZIL = {
    **ANSWERS,
    "reporting_country": "BR",
    "national_case_ref": "BR-2025-0001",
    "offence_country": "BR",
    "offence_location": "BRSSZ",
    "direction": "export",
    "departure_country": "BR",
    "destination_country": "ES",
    "remarks": "Escondida no evaporador.",
}


@dataclass
class Operation:
    andrade: Client
    cug: Cug


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def operation(stage: Stage) -> AsyncIterator[Operation]:
    """An operation with a record from Brazil; the officers are enrolled, each by his contact point."""
    async with stage.world.officer("BR/andrade") as andrade:
        cug = await andrade.open_cug(TITLE, operation_code="LANTERN", templates=[TEMPLATE])
        await cug.submit(TEMPLATE.hash, FROM_BRAZIL)
        await cug.flush()
        yield Operation(andrade, cug)


@pytest.mark.parametrize("language", OFFICERS)
async def test_first_light(stage: Stage, operation: Operation, language: str, tmp_path: Path) -> None:
    name, display_name, sentence = OFFICERS[language]
    country = name[:2]
    async with stage.officer(name, language, PHONE, display_name=display_name) as officer:
        await operation.cug.admit(OfficerId(name), Role.ORGANISER)
        await officer.enter(TITLE)

        await officer.write(sentence)
        await officer.is_stored(sentence)

        own = {"national_case_ref": f"{country}-1", "offence_country": country, "destination_country": country}
        form = await SeizureForm.begin(officer)
        await form.fill({**ASKED, **own, "offence_location": PORTS[country]})
        await form.submit()
        await form.is_sent()

        brazils = record(officer).filter(has_text=TEMPLATE.code_word("country", "BR", language)).first
        await expect(brazils).to_be_visible(timeout=PATIENCE_MS)
        said = await boxes(brazils, officer)
        assert said[TEMPLATE.label("reporting_country", language)] == TEMPLATE.code_word("country", "BR", language)
        assert said[TEMPLATE.label("national_case_ref", language)] == "BR-2025-0001"
        assert said[TEMPLATE.label("product", language)] == TEMPLATE.code_word("product", "cocaine_hcl", language)

        verdict = await asyncio.to_thread(
            verify, await officer.extract(tmp_path), root_public_key=stage.world.sheets[name].root_public_key
        )
        assert verdict.ok, [failure.says for failure in verdict.failures]

    cug = operation.cug
    await cug.caught_up()
    assert text_of(messages(cug)[-1]) == sentence
    last = [item.content for item in cug.items() if isinstance(item.content, Form)][-1]
    assert any(isinstance(item.content, Extraction) for item in cug.items()), "the extraction was announced"
    assert last.answers == {**ANSWERS, **own, "reporting_country": country, "offence_location": PORTS[country]}
