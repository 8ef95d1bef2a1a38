"""Watch lists and risk indicators, on pages and for programs."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from cen_core.store import tables
from tests.cen_core.unit.edge.web import Web, text_of
from tests.cen_core.world import FOREIGNER, NCP, READER, import_data

PAGE = "/cen/saved"
SEARCH = "/cen/search?departure=BR"
FORM = {"kind": "indicator", "name": "<b>By air</b>", "condition": "departure=BR", "aim": "heading=drugs"}


async def test_a_search_is_kept_measured_shared_and_removed(web: Web) -> None:
    await web.stand.published(import_data("KE", "BR"))
    browser, other = await web.browser(NCP), await web.browser(FOREIGNER)
    assert "Keep this search" in text_of(await browser.get(SEARCH))
    kept = await browser.send(PAGE, FORM, page=SEARCH)
    assert (kept.status_code, kept.headers["location"]) == (303, PAGE)
    page = await browser.get(PAGE)
    assert "&lt;b&gt;By air&lt;/b&gt;" in page.text
    assert "Country of departure: Brazil" in text_of(page).replace("  ", " ")
    (one,) = await web.stand.core.searches(NCP)
    where = f"{PAGE}/{one.saved.saved_id}"
    measured = text_of(await browser.get(where))
    assert "2024" in measured and "100 %" in measured
    assert (await other.get(where)).status_code == 404
    await browser.send(f"{where}/share", {"shared": "yes"}, page=PAGE)
    assert "By air" in text_of(await other.get(PAGE))
    assert (await other.get(where)).status_code == 200
    refused = await other.send(f"{where}/forget", {}, page=PAGE)
    assert refused.status_code == 403
    await browser.send(f"{where}/forget", {}, page=PAGE)
    assert "You have kept no search yet." in text_of(await browser.get(PAGE))


async def test_what_is_new_leads_to_it_until_it_was_seen(web: Web) -> None:
    browser = await web.browser(READER)
    await browser.send(PAGE, FORM, page=SEARCH)
    web.stand.now_ms += 1_000
    await web.stand.published(import_data("KE", "BR"))
    page = await browser.get(PAGE)
    assert "published_after=" in page.text
    (one,) = await web.stand.core.searches(READER)
    await browser.send(f"{PAGE}/{one.saved.saved_id}/seen", {}, page=PAGE)
    assert "published_after=" not in (await browser.get(PAGE)).text


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"kind": "x"}, 400), ({"name": ""}, 422), ({"condition": "heading=x"}, 400), ({"condition": "a=1&" * 900}, 400)],
    ids=range(4),
)
async def test_refused(web: Web, changes: dict[str, str], status: int) -> None:
    browser = await web.browser(READER)
    before = await web.counts()
    assert (await browser.send(PAGE, FORM | changes, page=SEARCH)).status_code == status
    assert await web.counts() == before


async def test_a_condition_that_is_gone_is_shown_as_it_is_written(web: Web) -> None:
    browser = await web.browser(READER)
    await browser.send(PAGE, FORM, page=SEARCH)
    async with web.stand.engine.begin() as connection:
        await connection.execute(update(tables.saved).values(condition="heading=gone"))
    page = text_of(await browser.get(PAGE))
    assert "a condition does not exist any more" in page and "gone" in page


async def test_programs(web: Web) -> None:
    program, other = await web.program(NCP), await web.program(FOREIGNER)
    body = {"kind": "watch", "name": "x", "condition": {"heading": ["drugs"]}}
    kept = await program.ask("POST", "/searches", body)
    assert (kept.status_code, kept.json()["condition"], kept.json()["aim"]) == (201, {"heading": ["drugs"]}, {})
    where = f"/searches/{kept.json()['saved_id']}"
    assert (await program.ask("GET", "/searches")).json()["searches"][0]["fresh"] == 0
    assert (await program.ask("GET", where)).json()["total"]["fits"] == 0
    assert (await program.ask("POST", f"{where}/seen")).json()["name"] == "x"
    assert (await other.ask("GET", where)).status_code == 404
    assert (await program.ask("POST", f"{where}/share", {"shared": True})).json()["shared"] is True
    assert (await other.ask("GET", where)).status_code == 200
    assert (await other.ask("DELETE", where)).status_code == 403
    assert (await program.ask("DELETE", where)).status_code == 204
