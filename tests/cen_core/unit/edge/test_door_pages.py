"""Coming in, going out, and how the pages look."""

from __future__ import annotations

import pytest

from cen_core.edge.requests import SESSION_COOKIE, VIEW_COOKIE
from tests.cen_core.unit.edge.web import PASSWORD, Browser, Web, text_of
from tests.cen_core.world import NCP, OFFICER

SIGN_IN = "/cen/sign-in"


async def link_for(web: Web, name: str) -> str:
    manager = await web.browser(NCP)
    shown = await manager.send(
        "/cen/people/invite", {"name": name, "role": "officer", "level": "unlimited"}, page="/cen/people"
    )
    return "/cen/invitation/" + shown.text.partition("/cen/invitation/")[2].partition("<")[0]


async def signed_in(web: Web) -> Browser:
    guest = await web.browser()
    await guest.send(await link_for(web, "njeri"), {"password": PASSWORD, "again": PASSWORD})
    answer = await guest.send(SIGN_IN, {"officer": "KE/njeri", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert answer.headers["location"] == "/cen/search"
    assert (
        all(mark in cookie for mark in ("HttpOnly", "Secure", "SameSite=strict", "Path=/")) and "Domain" not in cookie
    )
    return Browser(web.http, cookie.partition(f"{SESSION_COOKIE}=")[2].partition(";")[0])


async def test_a_link_leads_to_a_password_and_that_to_a_session(web: Web) -> None:
    browser = await signed_in(web)
    assert "KE/njeri" in text_of(await browser.get("/cen/search"))
    gone = await browser.send("/cen/sign-out", {}, page="/cen/search")
    assert f'{SESSION_COOKIE}=""' in gone.headers["set-cookie"]
    assert (await browser.get("/cen/search")).headers["location"] == SIGN_IN


@pytest.mark.parametrize("fields", [{"password": PASSWORD, "again": "x"}, {"password": "short", "again": "short"}])
async def test_a_password_that_cannot_be_leaves_the_link(web: Web, fields: dict[str, str]) -> None:
    link = await link_for(web, "njeri")
    guest = await web.browser()
    assert (await guest.send(link, fields)).status_code == 422
    assert (await guest.send(link, {"password": PASSWORD, "again": PASSWORD})).status_code == 200
    assert (await guest.get(link)).status_code == 403


async def test_a_wrong_sign_in_says_one_thing_and_keeps_the_name(web: Web) -> None:
    guest = await web.browser()
    answer = await guest.send(SIGN_IN, {"officer": "KE/nobody", "password": "wrong"})
    assert (answer.status_code, 'value="KE/nobody"' in answer.text) == (401, True)
    assert "set-cookie" not in answer.headers and "wrong" not in answer.text.replace("password is wrong", "")


async def test_a_name_is_not_tried_often(web: Web) -> None:
    guest = await web.browser()
    answers = [await guest.send(SIGN_IN, {"officer": "KE/nobody", "password": str(n)}) for n in range(9)]
    assert [answer.status_code for answer in answers] == [401] * 8 + [429]
    assert answers[-1].headers["retry-after"] == "60"


async def test_the_language_changes_without_losing_the_place(web: Web) -> None:
    browser = await web.browser(OFFICER)
    place = "/cen/search?heading=drugs&since=2024-01-01"
    shown = await browser.get(place)
    assert f'name="to" value="{place.replace("&", "&amp;")}"' in shown.text
    answer = await browser.send("/cen/view", {"language": "ar", "to": place}, page=place)
    assert answer.headers["location"] == place
    assert answer.headers["set-cookie"].startswith(f"{VIEW_COOKIE}=ar.;")
    answer = await browser.send("/cen/view", {"theme": "dark", "to": place}, page=place)
    assert answer.headers["set-cookie"].startswith(f"{VIEW_COOKIE}=en.dark;")


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example/", "/", "/cen//evil.example", "/cen/\\evil", "/cen/\r\nX: y", ""]
)
async def test_nobody_is_sent_anywhere_else(web: Web, to: str) -> None:
    answer = await (await web.browser()).send("/cen/view", {"language": "fr", "to": to}, page=SIGN_IN)
    assert answer.headers["location"] == "/cen/search"


@pytest.mark.parametrize("fields", [{"language": "xx"}, {"theme": "pink"}])
async def test_only_what_there_is_can_be_chosen(web: Web, fields: dict[str, str]) -> None:
    answer = await (await web.browser()).send("/cen/view", fields, page=SIGN_IN)
    assert (answer.status_code, "set-cookie" in answer.headers) == (400, False)


async def test_the_first_page_leads_in(web: Web) -> None:
    assert (await (await web.browser()).get("/cen/")).headers["location"] == SIGN_IN
    assert (await (await web.browser(OFFICER)).get("/cen/")).headers["location"] == "/cen/search"


async def test_the_style_is_served_and_nothing_beside_it(web: Web) -> None:
    style = await (await web.browser()).get("/cen/static/cen.css")
    assert style.headers["content-type"].startswith("text/css") and "--canvas" in style.text
    icon = await (await web.browser()).get("/cen/static/icon.svg")
    assert icon.headers["content-type"] == "image/svg+xml"
    assert (await (await web.browser()).get("/cen/static/..%2Fcen.key")).status_code == 404


async def test_without_the_slash_it_lands_behind_any_prefix(web: Web) -> None:
    answer = await (await web.browser()).get("/cen")
    assert (answer.status_code, answer.headers["location"]) == (308, "cen/")
