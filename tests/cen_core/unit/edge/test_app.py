"""The edge as a whole: headers, refusals in words, stored text that stays text, injection, languages."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import CapturingLogger

from cen_core.edge.app import Beside
from cen_core.edge.requests import VIEW_COOKIE
from cencomm.i18n import LANGUAGES
from tests.cen_core.unit.edge.web import Web, text_of
from tests.cen_core.world import FOREIGN_NCP, NCP, OFFICER, change, data, entry
from tests.shared_data import shared_path

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"


@pytest.mark.parametrize("path", ["/cen/sign-in", "/cen/search", "/cen/v1/openapi.json", "/cen/nothing", "/cen/v1/x"])
async def test_every_answer_carries_the_headers(web: Web, path: str) -> None:
    answer = await (await web.browser(OFFICER)).get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy and "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert "set-cookie" not in answer.headers


async def test_what_is_not_there_is_said_to_a_reader_and_to_a_program(web: Web) -> None:
    page = await (await web.browser(OFFICER)).get("/cen/nothing", **{"Accept-Language": "fr"})
    assert (page.status_code, "Cette page n’existe pas." in text_of(page)) == (404, True)
    program = await web.program(OFFICER)
    for method, path, status, code in (
        ("GET", "/nothing", 404, "cen.no_such_page"),
        ("DELETE", "/search", 405, "cen.method_not_offered"),
    ):
        answer = await program.ask(method, path)
        assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_speaks_the_readers_language(web: Web, language: str) -> None:
    case = await web.stand.published()
    draft = await web.stand.submitted()
    browser = await web.browser(NCP)
    for path in (
        "sign-in",
        "search",
        "statistics?by=year&then=heading",
        "cases",
        "cases/new",
        "people",
        f"cases/{case.case_id}",
        f"cases/{draft.case_id}/amend",
        f"cases/{case.case_id}/history",
    ):
        page = await browser.get(f"/cen/{path}", **{"Accept-Language": f"{language}-XX, en;q=0.5"})
        assert page.status_code == 200, path
        direction = "rtl" if language == "ar" else "ltr"
        assert f'<html lang="{language}" dir="{direction}"' in page.text
        assert "cen." not in text_of(page).replace("cen.example", "")


async def test_text_that_somebody_stored_stays_text(web: Web) -> None:
    given = data(narrative=SCRIPT, place_text=SCRIPT, narrative_language="en")
    case = await web.stand.core.create(NCP, entry(given, words_read=True))
    browser = await web.browser(NCP)
    for path in (f"cases/{case.case_id}", f"cases/{case.case_id}/amend", f"cases/{case.case_id}/history", "cases"):
        page = await browser.get(f"/cen/{path}")
        assert page.status_code == 200
        assert "<script" not in page.text and "<img" not in page.text and "49" not in page.text.partition("alert")[2]


@pytest.mark.parametrize("field", ["text", "heading", "member", "since", "quantity_min", "after", "by", "colour"])
async def test_what_stands_in_an_address_stays_text(web: Web, field: str) -> None:
    browser = await web.browser(OFFICER)
    for page in ("search", "statistics", "sign-in"):
        answer = await browser.get(f"/cen/{page}?{field}=%3Cscript%3Ealert(1)%3C/script%3E%22%3E%3Cimg%20src=x%3E")
        assert answer.status_code in {200, 400}
        assert "<script" not in answer.text and "<img" not in answer.text


def _injections() -> list[str]:
    lines = shared_path("data/badinput/payloadbox/sql/detect_Generic_UnionSelect.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line.strip()][::40]


async def test_no_filter_is_a_way_into_the_database(web: Web) -> None:
    await web.stand.published()
    program = await web.program(OFFICER)
    before = await web.stand.counts()
    for line in _injections():
        for field in (
            "text",
            "location",
            "species",
            "operation_code",
            "year",
            "country",
            "route",
            "since",
            "value_min",
        ):
            answer = await program.http.get(
                "/cen/v1/search", params={field: line}, headers={"Authorization": f"Bearer {program.token}"}
            )
            assert answer.status_code in {200, 400}, (field, line)
            assert answer.status_code == 400 or answer.json()["total"] == 0, (field, line)
    assert await web.stand.counts() == before


@pytest.mark.parametrize("mark", ["token", "origin", "site"])
async def test_a_form_of_another_page_changes_nothing(web: Web, mark: str) -> None:
    case = await web.stand.submitted()
    browser = await web.browser(NCP)
    page = await browser.get(f"/cen/cases/{case.case_id}")
    token = page.text.partition('name="form_token" value="')[2][:128]
    fields: dict[str, Any] = {"revision": "1", "form_token": "0" * 128 if mark == "token" else token}
    headers = {
        "token": {"Origin": "https://cen.example"},
        "origin": {"Origin": "https://evil.example"},
        "site": {"Sec-Fetch-Site": "cross-site"},
    }
    answer = await browser.post(f"/cen/cases/{case.case_id}/validate", fields, **headers[mark])
    assert answer.status_code == 403
    assert (await web.stand.core.read(NCP, case.case_id)).state == "submitted"


async def test_a_fault_is_said_without_what_broke(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    async def breaks(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(web.stand.core, "worklist", breaks)
    monkeypatch.setattr("cen_core.edge.app.log", log := CapturingLogger())
    answer = await (await web.browser(OFFICER)).get("/cen/cases", **{"Accept-Language": "fr"})
    (fault,) = [call.kwargs for call in log.calls if call.args == ("fault",)]
    assert answer.status_code == 500
    assert f"donnez ce numéro au secrétariat : {fault['incident']}." in text_of(answer)
    assert "secret" not in answer.text and "secret" not in str(fault)


async def test_a_fault_is_a_code_to_a_program(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    async def breaks(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(web.stand.core, "search", breaks)
    answer = await (await web.program(OFFICER)).ask("GET", "/search")
    assert (answer.status_code, answer.json()) == (500, {"code": "internal", "facts": {}})


async def test_pages_are_compressed_for_a_bad_line(web: Web) -> None:
    await web.stand.published()
    answer = await (await web.browser(NCP)).get("/cen/cases/new", **{"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < len(answer.text) / 4


async def test_the_view_cookie_decides_before_the_browser_does(web: Web) -> None:
    http = (await web.browser()).http
    headers = {"Cookie": f"{VIEW_COOKIE}=ru.dark", "Accept-Language": "fr"}
    page = await http.get("/cen/sign-in", headers=headers)
    assert '<html lang="ru" dir="ltr" data-theme="dark">' in page.text
    page = await http.get("/cen/sign-in", headers={"Cookie": f"{VIEW_COOKIE}=xx.pink"})
    assert '<html lang="en" dir="ltr">' in page.text


async def test_the_core_stands_beside_another_application() -> None:
    asked: list[str] = []

    def named(name: str) -> Any:
        async def app(*_: object) -> None:
            asked.append(name)

        return app

    both = Beside(named("core"), named("rest"))
    for scope in (
        {"type": "http", "path": "/cen"},
        {"type": "http", "path": "/cen/search"},
        {"type": "http", "path": "/central"},
        {"type": "http", "path": "/"},
        {"type": "websocket", "path": "/cen/x"},
        {"type": "lifespan"},
    ):
        await both(scope, None, None)  # type: ignore[arg-type]
    assert asked == ["core", "core", "rest", "rest", "rest", "rest"]


async def test_another_members_draft_is_not_there_on_any_page(web: Web) -> None:
    case = await web.stand.submitted()
    browser = await web.browser(FOREIGN_NCP)
    for path in ("", "/history", "/amend"):
        assert (await browser.get(f"/cen/cases/{case.case_id}{path}")).status_code == 404
    await web.stand.core.validate(NCP, change(case))
    assert (await browser.get(f"/cen/cases/{case.case_id}")).status_code == 200
    assert OFFICER.officer not in (await browser.get(f"/cen/cases/{case.case_id}/history")).text
