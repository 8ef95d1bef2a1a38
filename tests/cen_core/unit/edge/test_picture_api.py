"""/cen/v1/pictures: the same rules for programs, and nothing stored by a refusal."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.cen_core.drawn import bomb, written
from tests.cen_core.unit.edge.web import Program, Web
from tests.cen_core.world import FOREIGNER, LIMITED, NCP, OFFICER, new_picture, picture_data

KEY = {"Idempotency-Key": "a-key-of-a-program"}


def body(sent: bytes = b"", **changes: Any) -> dict[str, Any]:
    picture = base64.b64encode(sent or written()).decode()
    return {"content": picture_data(**changes), "picture": picture, "submit": True}


async def validated(web: Web) -> tuple[str, Program]:
    picture = await web.stand.pictured()
    return f"/pictures/{picture.picture_id}", await web.program(LIMITED)


async def test_a_picture_through_the_whole_of_its_life(web: Web) -> None:
    officer, ncp, limited = await web.program(OFFICER), await web.program(NCP), await web.program(LIMITED)
    made = await officer.ask("POST", "/pictures", body(), **KEY)
    assert made.status_code == 201
    again = await officer.ask("POST", "/pictures", body(), **KEY)
    path = f"/pictures/{made.json()['picture_id']}"
    assert again.json()["picture_id"] == made.json()["picture_id"]
    assert len((await officer.ask("GET", "/pictures/worklist")).json()["pictures"]) == 1
    assert (await limited.ask("GET", path)).status_code == 404
    refused = await ncp.ask("POST", f"{path}/validate", {"revision": 1})
    assert (refused.status_code, refused.json()["code"]) == (422, "cen.picture_unseen")
    assert (await ncp.ask("POST", f"{path}/validate", {"revision": 1, "looked": True})).json()["state"] == "validated"
    seen = (await limited.ask("GET", path)).json()
    assert (seen["revision"], seen["author"], seen["content"]["kind"]) == (0, "", "photo")
    assert (await limited.ask("GET", f"{path}/full.jpg")).headers["content-type"] == "image/jpeg"
    changed = await officer.ask("PUT", path, {"revision": 2, "content": picture_data(kind="xray"), "submit": True})
    assert changed.json()["state"] == "submitted"
    returned = await ncp.ask("POST", f"{path}/return", {"revision": 3, "reason": "incomplete"})
    assert returned.json()["state"] == "returned"
    assert (await officer.ask("POST", f"{path}/submit", {"revision": 4})).json()["state"] == "submitted"
    gone = await ncp.ask("POST", f"{path}/withdraw", {"revision": 5, "reason": "nominal"})
    assert gone.json()["state"] == "withdrawn" and web.stand.stored() == []
    actions = [each["action"] for each in (await ncp.ask("GET", f"{path}/log")).json()["entries"]]
    assert actions[0] == "withdraw" and actions[-1] == "create" and "read_full" in actions
    draft = await web.stand.core.cpdb.add(OFFICER, new_picture())
    discarded = await officer.ask("POST", f"/pictures/{draft.picture_id}/discard", {"revision": 1})
    assert discarded.json()["state"] == "withdrawn"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (body(bomb()), "cen.picture_refused"),
        (body(b"<svg/>"), "cen.picture_refused"),
        (body(heading="abuse_material", product=""), "cen.picture_forbidden"),
        (body(name="X"), "cen.unknown_field"),
        (body(vin="X"), "cen.nominal_field"),
        (body(kind=3), "cen.malformed"),
        (body() | {"picture": "?"}, "cen.request_malformed"),
        ({}, "cen.request_malformed"),
    ],
    ids=["bomb", "svg", "forbidden", "unknown", "nominal", "kind", "base64", "empty"],
)
async def test_a_refusal_has_a_code_and_stores_nothing(web: Web, sent: dict[str, Any], code: str) -> None:
    before = await web.counts(), web.stand.stored()
    answer = await (await web.program(OFFICER)).ask("POST", "/pictures", sent, **KEY)
    assert answer.json()["code"] == code and answer.status_code in {400, 422}
    assert (await web.counts(), web.stand.stored()) == before


async def test_search_pages_facets_and_similar(web: Web) -> None:
    path, program = await validated(web)
    await web.stand.pictured(picture_data(kind="xray"))
    found = (await program.ask("GET", "/pictures?limit=1&facet=kind&facet=kind&heading=drugs")).json()
    assert found["total"] == 2 and {each["value"] for each in found["facets"]["kind"]} == {"photo", "xray"}
    rest = (await program.ask("GET", f"/pictures?limit=1&after={found['next_after']}")).json()
    assert rest["next_after"] == "" and len(rest["pictures"]) == 1
    assert [each["distance"] for each in (await program.ask("GET", f"{path}/similar")).json()["pictures"]] == [0]


@pytest.mark.parametrize("query", ["limit=0", "limit=97", "limit=x", "colour=1", "facet=x", "after=1"])
async def test_a_question_that_cannot_be_asked(web: Web, query: str) -> None:
    answer = await (await web.program(FOREIGNER)).ask("GET", f"/pictures?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "cen.query_invalid")


async def test_a_size_that_there_is_not(web: Web) -> None:
    path, program = await validated(web)
    for size in ("huge", "..%2f..%2fcen", "full%00"):
        assert (await program.ask("GET", f"{path}/{size}.jpg")).status_code == 404
