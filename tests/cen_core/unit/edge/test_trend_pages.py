"""Trends on a page: the picture, and each of its numbers beside it."""

from __future__ import annotations

from tests.cen_core.unit.edge.web import Web, text_of
from tests.cen_core.world import READER, import_data


async def test_months_and_new_routes_are_shown_and_lead_to_their_cases(web: Web) -> None:
    await web.stand.published(import_data("KE", "BR", occurred_on="2024-01-05"))
    await web.stand.published(import_data("KE", "CO", occurred_on="2024-12-21"))
    browser = await web.browser(READER)
    page = await browser.get("/cen/trends?heading=drugs")
    assert page.text.count('class="value"') == 12
    assert "Average of 12 months" in text_of(page) and "Colombia – Kenya" in text_of(page)
    assert "/cen/search?heading=drugs&amp;month=2024-12" in page.text
    assert "/cen/trends?heading=drugs" in (await browser.get("/cen/statistics?heading=drugs")).text


async def test_an_unusual_month_says_why(web: Web) -> None:
    for month in range(1, 13):
        await web.stand.published(import_data("KE", "BR", occurred_on=f"2023-{month:02d}-01"))
    for day in range(1, 7):
        await web.stand.published(import_data("KE", "BR", occurred_on=f"2024-01-{day:02d}"))
    page = await (await web.browser(READER)).get("/cen/trends")
    assert "High: the twelve months before had 1 to 1, 1 on average." in text_of(page)
    assert page.text.count('class="odd"') == 1


async def test_nothing_fits_and_what_is_refused(web: Web) -> None:
    browser = await web.browser(READER)
    assert "No validated seizure fits" in text_of(await browser.get("/cen/trends"))
    assert (await browser.get("/cen/trends?colour=red")).status_code == 400
