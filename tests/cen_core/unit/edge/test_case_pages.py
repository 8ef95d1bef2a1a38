"""A case on pages: entered, amended, judged; nothing typed is lost, nothing stored is overwritten."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cen_core.edge.case_pages import changed
from cen_core.edge.words import Words
from cen_core.model import content as contents
from cen_core.model.case import Version
from cen_core.model.principal import Principal
from tests.cen_core.unit.edge.web import Web, text_of
from tests.cen_core.world import COLLEAGUE, NCP, OFFICER, READER, change, data, line

NEW = "/cen/cases/new"
FIELDS = {
    "occurred_on": "2024-03-01",
    "country": "KE",
    "location_type": "seaport",
    "location": "KEMBA",
    "direction": "export",
    "departure": "KE",
    "transit-0": "SG",
    "destination": "VN",
    "transport_mode": "1",
    "traffic_type": "cargo",
    "detection_method": "risk_profile",
    "goods-0-product": "fauna_flora:ivory_raw",
    "goods-0-quantity": "512.5",
    "goods-0-unit": "KGM",
    "key": "a-key-of-the-form",
    "do": "submit",
}


async def entered(web: Web, who: Principal = OFFICER, **changes: str) -> Any:
    return await (await web.browser(who)).send(NEW, FIELDS | changes)


def id_in(address: str) -> str:
    found = re.search(r"/cen/cases/([0-9a-f]{32})$", address)
    assert found is not None
    return found[1]


async def test_a_case_is_entered_and_waits_for_validation(web: Web) -> None:
    answer = await entered(web)
    assert answer.status_code == 303
    view = await web.stand.core.read(OFFICER, id_in(answer.headers["location"]))
    assert (view.state, view.author) == ("submitted", OFFICER.officer)
    assert [stage.country for stage in view.content.route] == ["KE", "SG", "VN"]
    listed = text_of(await (await web.browser(NCP)).get("/cen/cases"))
    assert "512.5 kg" in listed and "Raw ivory" in listed


async def test_sending_the_same_form_twice_makes_one_case(web: Web) -> None:
    first, second = await entered(web), await entered(web)
    assert first.headers["location"] == second.headers["location"]
    assert (await web.counts())["cen_cases"] == 1


async def test_everything_wrong_is_named_at_once_and_everything_typed_stays(web: Web) -> None:
    before = await web.counts()
    answer = await entered(web, OFFICER, **{"occurred_on": "2999-01-01", "goods-0-quantity": "", "location": "FRLEH"})
    assert answer.status_code == 422
    for name in ("occurred_on", "location", "goods-0-quantity"):
        assert f'id="{name}-why"' in answer.text and f'href="#{name}"' in answer.text
    assert 'value="2999-01-01"' in answer.text and 'value="FRLEH"' in answer.text
    assert 'value="KE" selected' in answer.text and 'fauna_flora:ivory_raw" selected' in answer.text
    assert await web.counts() == before


@pytest.mark.parametrize("name", ["occurred_on", "direction", "goods-0-product"])
async def test_a_field_that_is_missing_is_named(web: Web, name: str) -> None:
    before = await web.counts()
    answer = await entered(web, OFFICER, **{name: ""})
    assert (answer.status_code, f'id="{name}-why"' in answer.text) == (422, True)
    assert await web.counts() == before


async def test_more_goods_lines_are_asked_for_without_losing_any(web: Web) -> None:
    before = await web.counts()
    answer = await entered(web, do="more")
    assert 'id="goods-5-product"' in answer.text and 'value="512.5"' in answer.text
    assert await web.counts() == before


async def test_free_text_enters_only_with_the_contact_points_word(web: Web) -> None:
    assert "narrative" not in (await (await web.browser(OFFICER)).get(NEW)).text
    by_officer = await entered(web, narrative="A name", words_read="yes")
    view = await web.stand.core.read(OFFICER, id_in(by_officer.headers["location"]))
    assert view.content.narrative == ""
    before = await web.counts()
    said = {"narrative": "In a hull", "narrative_language": "en", "key": "another-key"}
    unread = await entered(web, NCP, **said)
    assert (unread.status_code, 'id="narrative-why"' in unread.text) == (422, True)
    assert await web.counts() == before
    read = await entered(web, NCP, words_read="yes", **said)
    view = await web.stand.core.read(NCP, id_in(read.headers["location"]))
    assert (view.content.narrative, view.read_by) == ("In a hull", NCP.officer)


async def test_an_amendment_keeps_the_long_form_and_shows_what_it_changed(web: Web) -> None:
    case = await web.stand.submitted(data(form="long", concealment=["hull"]))
    browser = await web.browser(COLLEAGUE)
    where = f"/cen/cases/{case.case_id}"
    shown = await browser.get(f"{where}/amend")
    assert 'value="512.5"' in shown.text and 'name="revision" value="1"' in shown.text
    answer = await browser.send(f"{where}/amend", FIELDS | {"revision": "1", "goods-0-quantity": "500"})
    assert answer.headers["location"] == where
    view = await web.stand.core.read(OFFICER, case.case_id)
    assert (view.content.form, view.content.concealment, view.version) == ("long", ("hull",), 2)
    history = text_of(await (await web.browser(NCP)).get(f"{where}/history"))
    assert "Quantity (1)" in history and "512.5" in history and "500" in history
    assert "Who saw and changed this case" in history and COLLEAGUE.officer in history
    assert "Who saw" not in text_of(await (await web.browser(READER)).get(f"{where}/history"))


async def test_of_two_who_amend_the_second_is_told_and_keeps_what_he_typed(web: Web) -> None:
    case = await web.stand.submitted()
    first, second = await web.browser(OFFICER), await web.browser(COLLEAGUE)
    where = f"/cen/cases/{case.case_id}/amend"
    await first.send(where, FIELDS | {"revision": "1", "goods-0-quantity": "500"})
    before = await web.counts()
    late = await second.send(where, FIELDS | {"revision": "1", "goods-0-quantity": "499"})
    assert late.status_code == 409
    assert 'value="499"' in late.text and "nothing was overwritten" in late.text
    assert await web.counts() == before
    assert str((await web.stand.core.read(OFFICER, case.case_id)).content.goods[0].quantity) == "500"


async def test_the_contact_point_validates_returns_and_withdraws(web: Web) -> None:
    case = await web.stand.submitted()
    where, browser = f"/cen/cases/{case.case_id}", await web.browser(NCP)
    shown = await browser.get(where)
    assert f'action="{where}/validate"' in shown.text and f'action="{where}/return"' in shown.text
    assert f'action="{where}/validate"' not in (await (await web.browser(OFFICER)).get(where)).text
    done = await browser.send(f"{where}/validate", {"revision": "1"}, page=where)
    assert (done.status_code, done.headers["location"]) == (303, where)
    found = await (await web.browser(READER)).get("/cen/search?text=ivory")
    assert where in found.text
    gone = await browser.send(f"{where}/withdraw", {"revision": "2", "reason": "mistake"}, page=where)
    assert gone.status_code == 303
    assert where not in (await (await web.browser(READER)).get("/cen/search")).text


async def test_a_judgement_on_what_was_changed_meanwhile_is_refused_on_the_cases_page(web: Web) -> None:
    case = await web.stand.submitted()
    where, browser = f"/cen/cases/{case.case_id}", await web.browser(NCP)
    await web.stand.core.amend(OFFICER, change(case), data(goods=[line(quantity="1")]), submit=True)
    late = await browser.send(f"{where}/validate", {"revision": "1"}, page=where)
    assert late.status_code == 409
    assert "nothing was overwritten" in late.text and 'name="revision" value="2"' in late.text
    assert (await web.stand.core.read(NCP, case.case_id)).state == "submitted"


@pytest.mark.parametrize("fields", [{}, {"revision": "x"}, {"revision": "1" * 10}])
async def test_a_move_without_the_revision_is_refused(web: Web, fields: dict[str, str]) -> None:
    case = await web.stand.submitted()
    where, browser = f"/cen/cases/{case.case_id}", await web.browser(NCP)
    assert (await browser.send(f"{where}/validate", fields, page=where)).status_code == 400
    assert (await web.stand.core.read(NCP, case.case_id)).state == "submitted"


async def test_a_contact_point_reads_why_he_may_not_validate_his_own_case(web: Web) -> None:
    answer = await entered(web, NCP)
    page = await (await web.browser(NCP)).get(answer.headers["location"])
    assert "another contact point" in text_of(page)
    assert f'action="{answer.headers["location"]}/validate"' not in page.text
    refused = await (await web.browser(NCP)).send(
        f"{answer.headers['location']}/validate", {"revision": "1"}, page=answer.headers["location"]
    )
    assert refused.status_code == 403


def test_what_a_version_changed_is_said_in_words() -> None:
    old = Version(1, 1, contents.parse(data()), "", "", 0)
    new = Version(1, 2, contents.parse(data(transport_mode="4", goods=[line(), line(quantity="2")])), "", "", 0)
    said = {found.field: (found.before, found.after) for found in changed(Words("en"), old, new)}
    assert said["Mode of transport"] == ("Maritime", "Air")
    assert said["Quantity (2)"] == ("", "2")
    assert changed(Words("en"), None, old) == []
