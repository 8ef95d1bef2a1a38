"""/cen/v1/uploads: checked or stored whole; a resend is harmless."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cen_core.unit.edge.web import Web
from tests.cen_core.world import FOREIGNER, NCP, OFFICER, READER, data

KEY = {"Idempotency-Key": "table-of-march"}


def rows(*contents: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"number": number, "reference": f"KE-{number}", "content": one} for number, one in enumerate(contents, 1)]


GOOD = rows(data(), data(occurred_on="2024-03-02"))


async def test_a_table_is_checked_stored_validated_and_undone(web: Web) -> None:
    officer, contact_point = await web.program(OFFICER), await web.program(NCP)
    before = await web.counts()
    report = (await officer.ask("POST", "/uploads/check", {"rows": GOOD})).json()
    assert (report["creates"], report["errors"], report["duplicates"]) == (2, [], [])
    assert await web.counts() == before
    made = await officer.ask("POST", "/uploads", {"rows": GOOD, "name": "March"}, **KEY)
    assert (made.status_code, made.json()["upload"]["created"]) == (201, 2)
    again = await officer.ask("POST", "/uploads", {"rows": GOOD, "name": "March"}, **KEY)
    assert again.json()["upload"] == made.json()["upload"]
    where = f"/uploads/{made.json()['upload']['upload_id']}"
    assert (await contact_point.ask("POST", f"{where}/validate")).json()["state"] == "validated"
    assert (await contact_point.ask("POST", f"{where}/undo")).json()["state"] == "undone"
    listed = (await officer.ask("GET", "/uploads?limit=5")).json()["uploads"]
    assert [one["name"] for one in listed] == ["March"]


async def test_a_key_is_used_for_one_table(web: Web) -> None:
    officer = await web.program(OFFICER)
    await officer.ask("POST", "/uploads", {"rows": GOOD, "name": "March"}, **KEY)
    before = await web.counts()
    other = await officer.ask("POST", "/uploads", {"rows": GOOD[:1], "name": "March"}, **KEY)
    assert (other.status_code, other.json()["code"]) == (409, "cen.key_reused")
    assert await web.counts() == before


@pytest.mark.parametrize(
    ("who", "path", "body", "status", "code"),
    [
        (READER, "/uploads", {"rows": GOOD, "name": "x"}, 403, "cen.not_allowed"),
        (OFFICER, "/uploads", {"rows": rows(data(family_name="X")), "name": "x"}, 422, "cen.upload_refused"),
        (FOREIGNER, "/uploads", {"rows": GOOD, "name": "x"}, 422, "cen.upload_refused"),
        (OFFICER, "/uploads", {"rows": [], "name": "x"}, 400, "cen.request_malformed"),
        (OFFICER, "/uploads", {"rows": GOOD}, 400, "cen.request_malformed"),
        (OFFICER, "/uploads/check", {"rows": GOOD, "more": 1}, 400, "cen.request_malformed"),
    ],
    ids=range(6),
)
async def test_what_is_refused_stores_nothing(web: Web, who: Any, path: str, body: Any, status: int, code: str) -> None:
    program = await web.program(who)
    before = await web.counts()
    refused = await program.ask("POST", path, body, **KEY)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert await web.counts() == before


async def test_a_table_without_a_key_is_refused(web: Web) -> None:
    officer = await web.program(OFFICER)
    before = await web.counts()
    refused = await officer.ask("POST", "/uploads", {"rows": GOOD, "name": "March"})
    assert (refused.status_code, refused.json()["facts"]) == (422, {"field": "key"})
    assert await web.counts() == before
