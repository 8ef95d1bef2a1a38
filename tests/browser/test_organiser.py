"""An organiser does everything in the browser: opens a group, admits, publishes the form, removes, closes."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from cencomm.client.cug import CugState
from tests.browser.person import PATIENCE_MS
from tests.browser.seizure import TEMPLATE
from tests.browser.stage import Stage
from tests.e2e.world import texts

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_organiser_opens_admits_publishes_removes_and_closes(stage: Stage) -> None:
    async with (
        stage.officer("FR/moreau", "fr") as moreau,
        stage.world.officer("KE/wanjiru") as wanjiru,
        stage.world.officer("PT/almeida") as almeida,
    ):
        await moreau.open_new_group("Marée", code="MAREE26", with_form=False)
        await moreau.admit("Wanjiru", "Almeida")
        hers, his = await wanjiru.wait_for_cug(), await almeida.wait_for_cug()
        await hers.caught_up()
        assert (hers.title, hers.operation_code, hers.templates()) == ("Marée", "MAREE26", ())

        await moreau.click("room.record")
        chooser = moreau.page.get_by_role("dialog", name=moreau.words("form.choose"), exact=True)
        await chooser.get_by_role("button", name=moreau.words("form.publish_standard"), exact=True).click()
        await expect(chooser.get_by_text(TEMPLATE.title("fr"))).to_be_visible(timeout=PATIENCE_MS)
        await chooser.get_by_role("button", name=moreau.words("ui.close"), exact=True).click()
        await hers.caught_up()
        assert [template.hash for template in hers.templates()] == [TEMPLATE.hash]

        await his.send_text("Estou aqui.")
        await moreau.reads("Estou aqui.")
        await moreau.begin_removing("Almeida")
        await moreau.sees("event.removed", names="Almeida")
        await moreau.write("Sans lui.")
        await moreau.is_stored("Sans lui.")
        await hers.caught_up()
        await his.caught_up()
        assert (texts(hers), texts(his)) == (["Estou aqui.", "Sans lui."], ["Estou aqui."])
        assert his.state is CugState.REMOVED

        await moreau.click("org.close")
        dialog = moreau.page.get_by_role("dialog", name=moreau.words("org.close"), exact=True)
        await dialog.get_by_role("button", name=moreau.words("org.close"), exact=True).click()
        await moreau.sees("room.closed_to_you_closed")
        await expect(moreau.composer).to_be_hidden()
        await hers.caught_up()
        assert hers.state is CugState.CLOSED
