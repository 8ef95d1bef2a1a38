"""/cen/v1 by programs: the life of a case, questions, and what is refused leaves nothing behind."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cen_core.unit.edge.web import ORIGIN, PASSWORD, Program, Web
from tests.cen_core.world import FOREIGNER, NCP, OFFICER, READER, data, import_data, line

KEY = {"Idempotency-Key": "first-of-all"}


async def created(program: Program, **options: Any) -> dict[str, Any]:
    answer = await program.ask("POST", "/cases", {"content": data(), **options}, **KEY)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_case_is_entered_judged_and_found(web: Web) -> None:
    officer, contact_point = await web.program(OFFICER), await web.program(NCP)
    case = await created(officer, submit=True)
    where = f"/cases/{case['case_id']}"
    done = await contact_point.ask("POST", f"{where}/validate", {"revision": 1})
    assert (done.status_code, done.json()["state"], done.json()["published"]) == (200, "validated", 1)
    reader = await web.program(FOREIGNER)
    found = (await reader.ask("GET", "/search?heading=fauna_flora&facet=country&text=ivory")).json()
    assert (found["total"], found["facets"]) == (1, {"country": [{"value": "KE", "cases": 1}]})
    assert found["cases"][0]["content"]["goods"][0]["quantity"] == "512.5"
    seen = (await reader.ask("GET", where)).json()
    assert (seen["revision"], seen["author"], seen["editor"], seen["read_by"]) == (0, "", "", "")
    table = (await reader.ask("GET", "/statistics?by=heading&by=country")).json()
    assert table["cells"] == [
        {
            "values": ["fauna_flora", "KE"],
            "cases": 1,
            "quantities": [{"of": "KGM", "amount": "512.5", "lines": 1}],
            "money": [],
        }
    ]
    log = (await contact_point.ask("GET", f"{where}/log?limit=2")).json()
    assert [entry["action"] for entry in log["entries"]] == ["read", "validate"]
    assert log["entries"][0]["officer"] == FOREIGNER.officer


async def test_the_same_key_gives_the_same_case_and_never_another(web: Web) -> None:
    officer = await web.program(OFFICER)
    first = await created(officer)
    before = await web.counts()
    assert await created(officer) == first
    other = await officer.ask("POST", "/cases", {"content": data(occurred_on="2024-03-02")}, **KEY)
    assert (other.status_code, other.json()["code"]) == (409, "cen.key_reused")
    assert await web.counts() == before


async def test_two_who_amend_one_case_never_overwrite_each_other(web: Web) -> None:
    officer, reader = await web.program(OFFICER), await web.program(READER)
    case = await created(officer)
    where = f"/cases/{case['case_id']}"
    amended = await officer.ask("PUT", where, {"revision": 1, "content": data(occurred_on="2024-03-02")})
    assert amended.json()["revision"] == 2
    late = await officer.ask("PUT", where, {"revision": 1, "content": data(occurred_on="2024-03-03")})
    assert (late.status_code, late.json()) == (
        409,
        {"code": "cen.version_conflict", "facts": {"sent": 1, "current": 2}},
    )
    assert (await reader.ask("GET", where)).json()["content"]["occurred_on"] == "2024-03-02"
    versions = (await reader.ask("GET", f"{where}/versions")).json()["versions"]
    assert [version["content"]["occurred_on"] for version in versions] == ["2024-03-01", "2024-03-02"]


async def test_moves_and_words(web: Web) -> None:
    officer, contact_point = await web.program(OFFICER), await web.program(NCP)
    where = f"/cases/{(await created(officer))['case_id']}"
    assert (await officer.ask("POST", f"{where}/submit", {"revision": 1})).json()["state"] == "submitted"
    back = await contact_point.ask("POST", f"{where}/return", {"revision": 2, "reason": "incomplete"})
    assert back.json()["state"] == "returned"
    said = await contact_point.ask(
        "POST", f"{where}/words", {"revision": 3, "words": {"narrative": "In a hull.", "narrative_language": "en"}}
    )
    assert said.json()["version"] == 2
    listed = (await officer.ask("GET", "/worklist?state=returned&limit=5")).json()["cases"]
    assert [view["content"]["narrative"] for view in listed] == ["In a hull."]
    gone = await contact_point.ask("POST", f"{where}/withdraw", {"revision": 4, "reason": "mistake"})
    assert gone.json()["state"] == "withdrawn"


async def test_a_draft_is_discarded_by_its_author(web: Web) -> None:
    officer = await web.program(OFFICER)
    where = f"/cases/{(await created(officer))['case_id']}"
    assert (await officer.ask("POST", f"{where}/discard", {"revision": 1})).json()["state"] == "withdrawn"


@pytest.mark.parametrize("path", ["", "/versions", "/log", "/validate", "/withdraw", "/words"])
async def test_another_member_never_learns_of_a_draft(web: Web, path: str) -> None:
    where = f"/cases/{(await created(await web.program(OFFICER)))['case_id']}{path}"
    foreigner = await web.program(FOREIGNER)
    method, body = ("GET", None) if path in {"", "/versions", "/log"} else ("POST", {"revision": 1})
    answers = [await foreigner.ask(method, at, body) for at in (where, where.replace(where[7:39], "f" * 32))]
    assert [answer.status_code for answer in answers] in ([404, 404], [403, 403], [400, 400])
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "cen.request_malformed"),
        ({"content": data(), "more": 1}, 400, "cen.request_malformed"),
        ({"content": data(family_name="X")}, 422, "cen.nominal_field"),
        ({"content": data(colour="X")}, 422, "cen.unknown_field"),
        ({"content": data(goods=[line(quantity=1.5)])}, 422, "cen.malformed"),
        ({"content": data(occurred_on="2999-01-01")}, 422, "cen.case_invalid"),
        ({"content": data(narrative="John Smith", narrative_language="en")}, 422, "cen.words_unread"),
        ({"content": import_data("FR", "KE")}, 403, "cen.not_allowed"),
        ({"content": import_data("KE", "FR"), "source_key": "x"}, 422, "cen.malformed"),
        ([1], 400, "cen.request_malformed"),
    ],
)
async def test_what_is_refused_leaves_nothing_behind(web: Web, body: Any, status: int, code: str) -> None:
    officer = await web.program(OFFICER)
    before = await web.stand.counts()
    answer = await officer.ask("POST", "/cases", body, **KEY)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "Smith" not in answer.text
    assert await web.stand.counts() == before


async def test_a_case_without_a_key_is_refused(web: Web) -> None:
    answer = await (await web.program(OFFICER)).ask("POST", "/cases", {"content": data()})
    assert answer.json() == {"code": "cen.malformed", "facts": {"field": "key"}}


@pytest.mark.parametrize(
    "path",
    [
        "/search?colour=red",
        "/search?limit=0",
        "/search?limit=9999999",
        "/search?limit=1&limit=2",
        "/search?after=x",
        "/search?facet=colour",
        "/search?since=soon",
        "/worklist?state=gone",
        "/worklist?colour=red",
        "/statistics?by=heading&by=country&by=year",
        "/export.csv?colour=red",
    ],
)
async def test_what_cannot_be_asked_is_refused_by_name(web: Web, path: str) -> None:
    answer = await (await web.program(OFFICER)).ask("GET", path)
    assert answer.status_code == 400
    assert answer.json()["code"] in {"cen.query_invalid", "cen.request_malformed"}


async def test_pages_follow_one_another_to_the_end(web: Web) -> None:
    for day in range(1, 6):
        await web.stand.published(data(occurred_on=f"2024-03-0{day}"))
    reader = await web.program(FOREIGNER)
    days: list[str] = []
    after = ""
    while True:
        page = (await reader.ask("GET", f"/search?limit=2&after={after}")).json()
        days += [found["content"]["occurred_on"] for found in page["cases"]]
        after = page["next_after"]
        if not after:
            break
    assert days == [f"2024-03-0{day}" for day in (5, 4, 3, 2, 1)]


async def test_a_program_signs_in_and_out_with_a_password(web: Web) -> None:
    manager = await web.browser(NCP)
    invited = await manager.send(
        "/cen/people/invite", {"name": "njeri", "role": "officer", "level": "read_only"}, page="/cen/people"
    )
    link = invited.text.partition(f"{ORIGIN}/cen/invitation/")[2].partition("<")[0]
    guest = await web.browser()
    await guest.send(f"/cen/invitation/{link}", {"password": PASSWORD, "again": PASSWORD})
    program = await web.program()
    wrong = await program.ask("POST", "/session", {"officer": "KE/njeri", "password": "wrong"})
    assert (wrong.status_code, wrong.json()) == (401, {"code": "cen.sign_in_refused", "facts": {}})
    said = (await program.ask("POST", "/session", {"officer": "KE/njeri", "password": PASSWORD})).json()
    assert (said["officer"], said["role"], said["level"]) == ("KE/njeri", "officer", "read_only")
    program.token = said["token"]
    assert (await program.ask("GET", "/worklist")).status_code == 200
    assert (await program.ask("DELETE", "/session")).status_code == 204
    assert (await program.ask("GET", "/worklist")).status_code == 401


async def test_passwords_are_not_guessed_quickly(web: Web) -> None:
    program = await web.program()
    codes = [
        (await program.ask("POST", "/session", {"officer": "KE/njeri", "password": str(n)})).json()["code"]
        for n in range(10)
    ]
    assert codes == ["cen.sign_in_refused"] * 8 + ["cen.too_many_requests"] * 2


async def test_a_cookie_signs_no_program_in_and_a_page_cannot_use_the_api(web: Web) -> None:
    browser, program = await web.browser(OFFICER), await web.program(OFFICER)
    assert (await browser.get("/cen/v1/worklist")).status_code == 401
    answer = await program.ask("POST", "/cases", {"content": data()}, Origin="https://evil.example", **KEY)
    assert (answer.status_code, answer.json()["code"]) == (403, "cen.foreign_page")
