"""The CEN core's client, against the core itself.

CC-01 a case is entered, judged and found
CC-02 a resend makes no second case
CC-03 the core's refusal comes through with its code and facts; nothing was stored
CC-04 no connection is "unreachable", an answer of another shape the server's misbehaviour
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from cencomm.client.core import CoreApi, CoreRow
from cencomm.client.errors import ServerMisbehaved, ServerRefused, ServerUnreachable
from tests.cen_core.unit.edge.web import ORIGIN, PASSWORD, Web, served
from tests.cen_core.world import NCP, OFFICER, data, new_stand


@pytest_asyncio.fixture
async def web(tmp_path: Path) -> AsyncIterator[Web]:
    async with new_stand(f"sqlite:///{tmp_path / 'cen.sqlite3'}") as stand, served(stand) as made:
        yield made


async def signed_in(web: Web, officer: str) -> CoreApi:
    core = CoreApi(ORIGIN, transport=web.transport)
    await core.sign_in(officer, PASSWORD)
    return core


async def test_cc_01_a_case_is_entered_judged_and_found(web: Web) -> None:
    for who in (OFFICER, NCP):
        await web.with_password(who)
    officer, contact_point = await signed_in(web, OFFICER.officer), await signed_in(web, NCP.officer)
    case = await officer.create(data(), "first-of-all", submit=True)
    assert (await officer.create(data(), "first-of-all", submit=True)) == case  # CC-02
    assert (await contact_point.move(case.case_id, case.revision, "validate")).published == 1
    assert [found.case_id async for found in officer.search(heading=["fauna_flora"])] == [case.case_id]
    assert [found async for found in officer.search(heading=["drugs"])] == []
    seen = await officer.read(case.case_id)
    amended = await officer.amend(case.case_id, seen.revision, data(occurred_on="2024-03-02"), submit=True)
    back = await contact_point.judge(case.case_id, amended.revision, "return", "incomplete")
    assert (back.state, seen.content["occurred_on"], seen.author) == ("returned", "2024-03-01", OFFICER.officer)
    await officer.sign_out()
    with pytest.raises(ServerRefused, match=r"cen\.not_signed_in"):
        await officer.read(case.case_id)


async def test_cc_02_many_cases_at_once(web: Web) -> None:
    await web.with_password(OFFICER)
    officer = await signed_in(web, OFFICER.officer)
    rows = [CoreRow(1, "KE-1", data()), CoreRow(2, "KE-2", data(occurred_on="2024-03-02"))]
    before = await web.counts()
    wrong = await officer.check_upload([*rows, CoreRow(3, "KE-3", data(direction="up"))])
    assert [(error.row, error.cell) for error in wrong.errors] == [(3, "direction")]
    assert await web.counts() == before
    first, report = await officer.upload(rows, "March", "table-of-march")
    again, _ = await officer.upload(rows, "March", "table-of-march")
    assert (first, first.created, report.duplicates) == (again, 2, [])
    assert (await officer.undo_upload(first.upload_id)).state == "undone"


async def test_cc_02_a_release_follows_its_record(web: Web) -> None:
    await web.with_password(OFFICER)
    officer = await signed_in(web, OFFICER.officer)
    case = await officer.release(data(), "ab" * 32, "key-of-version-1")
    assert await officer.release(data(), "ab" * 32, "key-of-version-1") == case
    amended = await officer.release(data(detection_method="random"), "ab" * 32, "key-of-version-2")
    assert (amended.case_id, amended.version, amended.state) == (case.case_id, 2, "submitted")
    assert (await officer.withdraw_release("ab" * 32, "mistake")).state == "withdrawn"


async def test_cc_03_a_refusal_comes_through(web: Web) -> None:
    await web.with_password(OFFICER)
    officer = await signed_in(web, OFFICER.officer)
    before = await web.counts()
    with pytest.raises(ServerRefused) as refused:
        await officer.create(data(family_name="X"), "first-of-all")
    assert (refused.value.server_code, refused.value.server_facts) == ("cen.nominal_field", {"field": "family_name"})
    assert await web.counts() == before


def _broken(_: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("no")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (_broken, ServerUnreachable),
        (lambda _: httpx2.Response(200, content=b"{}"), ServerMisbehaved),
        (lambda _: httpx2.Response(502, content=b"<html>"), ServerMisbehaved),
    ],
    ids=["no connection", "another shape", "another page"],
)
async def test_cc_04_a_bad_line(answer: object, error: type[Exception]) -> None:
    transport = httpx2.MockTransport(answer)  # type: ignore[arg-type]
    async with CoreApi("http://core.test", transport=transport) as core:
        with pytest.raises(error):
            await core.read("0" * 32)
