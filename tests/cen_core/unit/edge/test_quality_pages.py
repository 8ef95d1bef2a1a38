"""The board of quality on a page."""

from __future__ import annotations

from tests.cen_core.unit.edge.web import Web, text_of
from tests.cen_core.world import NCP, import_data


async def test_a_figure_leads_to_its_cases(web: Web) -> None:
    await web.stand.published(import_data("KE", "BR"))
    browser = await web.browser(NCP)
    page = await browser.get("/cen/quality")
    assert "100 %" in text_of(page) and "No port or airport" in text_of(page)
    where = "/cen/search?member=KE&heading=drugs&location=-"
    assert where.replace("&", "&amp;") in page.text
    assert "Seizures: 1" in text_of(await browser.get(where))


async def test_nothing_yet_and_what_is_refused(web: Web) -> None:
    browser = await web.browser(NCP)
    assert (await browser.get("/cen/quality")).status_code == 200
    assert (await browser.get("/cen/quality?location=KEMBA")).status_code == 400
