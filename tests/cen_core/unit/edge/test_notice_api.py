"""CWS for programs, as a national system would use it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cen_core.unit.edge.web import Program, Web
from tests.cen_core.world import FOREIGNER, LIMITED, NCP, OFFICER, READER

BODY: dict[str, Any] = {
    "kind": "bulletin",
    "topic": "drugs",
    "original": "en",
    "texts": {"en": {"title": "Reefers", "body": "In the *compressor*."}, "fr": {"title": "Frigos", "body": "Là."}},
    "submit": True,
}


async def drafted(program: Program, key: str = "key-00000001", **changes: Any) -> Any:
    return await program.ask("POST", "/notices", BODY | changes, **{"Idempotency-Key": key})


async def test_from_draft_to_everybody(web: Web) -> None:
    officer, judge, reader = await web.program(OFFICER), await web.program(NCP), await web.program(LIMITED)
    made = await drafted(officer)
    assert made.status_code == 201
    assert (made.json()["state"], made.json()["owner"]) == ("submitted", "KE")
    again = await drafted(officer)
    assert again.json() == made.json()
    path = f"/notices/{made.json()['notice_id']}"
    assert [one["notice_id"] for one in (await judge.ask("GET", "/notices/worklist")).json()["notices"]] == [path[9:]]
    approved = await judge.ask("POST", f"{path}/approve", {"revision": 1})
    assert (approved.status_code, approved.json()["published"]) == (200, 1)
    view = (await reader.ask("GET", path)).json()
    assert (view["texts"]["fr"]["title"], view["missing"]) == ("Frigos", ["es", "ru", "ar", "pt"])
    found = (await reader.ask("GET", "/notices?text=compressor&kind=bulletin&topic=drugs&owner=KE&limit=1")).json()
    assert (found["total"], len(found["notices"])) == (1, 1)
    log = (await judge.ask("GET", f"{path}/log")).json()["entries"]
    assert [entry["action"] for entry in log] == ["read_notice", "approve_notice", "draft_notice"]


async def test_amended_returned_withdrawn(web: Web) -> None:
    officer, judge = await web.program(OFFICER), await web.program(NCP)
    path = f"/notices/{(await drafted(officer)).json()['notice_id']}"
    returned = await judge.ask("POST", f"{path}/return", {"revision": 1, "reason": "incomplete"})
    assert returned.json()["state"] == "returned"
    texts = {"texts": {"en": {"title": "New", "body": "b"}}, "original": "en"}
    amended = await officer.ask("PUT", path, texts | {"revision": 2})
    assert (amended.json()["state"], amended.json()["version"]) == ("draft", 2)
    conflict = await officer.ask("PUT", path, texts | {"revision": 2})
    assert (conflict.status_code, conflict.json()["code"]) == (409, "cen.version_conflict")
    assert (await officer.ask("POST", f"{path}/submit", {"revision": 3})).json()["state"] == "submitted"
    versions = (await officer.ask("GET", f"{path}/versions")).json()["versions"]
    assert [version["texts"]["en"]["title"] for version in versions] == ["Reefers", "New"]
    gone = await judge.ask("POST", f"{path}/withdraw", {"revision": 4, "reason": "mistake"})
    assert gone.json()["state"] == "withdrawn"


async def test_a_draft_is_discarded_by_its_author(web: Web) -> None:
    officer = await web.program(OFFICER)
    path = f"/notices/{(await drafted(officer, submit=False)).json()['notice_id']}"
    assert (await officer.ask("POST", f"{path}/discard", {"revision": 1})).json()["state"] == "withdrawn"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "song"}, "cen.notice_invalid"),
        ({"kind": "reference"}, "cen.notice_invalid"),
        ({"topic": "weather"}, "cen.notice_invalid"),
        ({"texts": {}}, "cen.notice_invalid"),
        ({"url": "https://example.org"}, "cen.notice_invalid"),
        ({"owner": "FR"}, "cen.request_malformed"),
    ],
    ids=["kind", "not-his-kind", "topic", "no-text", "address", "owner"],
)
async def test_what_is_wrong_is_refused_and_not_stored(web: Web, changes: dict[str, Any], code: str) -> None:
    officer = await web.program(OFFICER)
    before = await web.counts()
    answer = await drafted(officer, **changes)
    assert answer.json()["code"] == code
    assert await web.counts() == before


async def test_another_members_draft_is_unknown(web: Web) -> None:
    officer, foreigner, reader = await web.program(OFFICER), await web.program(FOREIGNER), await web.program(READER)
    path = f"/notices/{(await drafted(officer)).json()['notice_id']}"
    for method, below, body in (
        ("GET", "", None),
        ("GET", "/versions", None),
        ("PUT", "", {"revision": 1, "original": "en", "texts": {"en": {"title": "t", "body": "b"}}}),
        ("POST", "/submit", {"revision": 1}),
    ):
        answer = await foreigner.ask(method, path + below, body)
        assert (answer.status_code, answer.json()["code"]) == (404, "cen.notice_unknown"), below
    assert (await reader.ask("POST", f"{path}/submit", {"revision": 1})).status_code == 403


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=9999999", "after=x", "colour=red", "kind=song"])
async def test_other_questions_are_refused(web: Web, query: str) -> None:
    answer = await (await web.program(READER)).ask("GET", f"/notices?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "cen.query_invalid")
