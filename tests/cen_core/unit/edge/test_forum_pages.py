"""The forum on pages."""

from __future__ import annotations

import re

import pytest

from tests.cen_core.harmless import harms
from tests.cen_core.unit.edge.web import Web, text_of
from tests.cen_core.world import FOREIGNER, LIMITED, OFFICER, SECRETARY

PAGE = "/cen/forum"
FIELDS = {
    "title": "<b onclick=x>Faster</b>",
    "body": "<script>x</script> **soon** [x](javascript:y)",
    "language": "en",
    "key": "a-key-of-mine",
}


async def proposed(web: Web) -> str:
    answer = await (await web.browser(LIMITED)).send(PAGE, FIELDS)
    assert answer.status_code == 303
    return str(answer.headers["location"])


async def test_proposed_voted_answered_and_judged(web: Web) -> None:
    address = await proposed(web)
    reader, team = await web.browser(FOREIGNER), await web.browser(SECRETARY)
    assert (await reader.send(f"{address}/vote", {"vote": "yes"}, page=address)).status_code == 303
    reply = {"body": "Yes!", "language": "en", "key": "another-key-of-mine"}
    assert (await reader.send(f"{address}/answer", reply, page=address)).status_code == 303
    judged = {"state": "planned", "hidden": "no", "revision": "1"}
    assert (await team.send(f"{address}/judge", judged, page=address)).status_code == 303
    page = await reader.get(address)
    for word in ("Planned", "Votes: 1", "Yes!", "Take the vote back"):
        assert word in text_of(page)
    assert harms(page.text) == [] and "<strong>soon</strong>" in page.text
    assert LIMITED.officer not in page.text and f"{address}/judge" not in page.text
    listed = await reader.get(f"{PAGE}?state=planned")
    assert harms(listed.text) == [] and "Answers: 1" in text_of(listed)
    answer = re.search(r'name="answer_id" value="([0-9a-f]{32})"', (await team.get(address)).text)
    assert answer is not None
    await team.send(f"{address}/hide", {"answer_id": answer[1], "hidden": "yes"}, page=address)
    assert "Yes!" not in (await reader.get(address)).text
    stale = await team.send(f"{address}/judge", judged | {"hidden": "yes"}, page=address)
    assert stale.status_code == 409
    assert (
        await team.send(f"{address}/judge", judged | {"hidden": "yes", "revision": "2"}, page=address)
    ).status_code == 303
    assert (await reader.get(address)).status_code == 404


async def test_what_is_wrong_is_said_and_what_was_typed_stays(web: Web) -> None:
    before = await web.counts()
    answer = await (await web.browser(OFFICER)).send(PAGE, FIELDS | {"title": "", "body": "My long text"})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text and "My long text" in answer.text
    assert await web.counts() == before


async def test_a_person_posts_so_much_and_no_more(web: Web) -> None:
    browser = await web.browser(OFFICER)
    for number in range(10):
        assert (await browser.send(PAGE, FIELDS | {"key": f"key-number-{number}"})).status_code == 303
    before = await web.counts()
    assert (await browser.send(PAGE, FIELDS | {"key": "key-number-11"})).status_code == 429
    assert await web.counts() == before


@pytest.mark.parametrize("query", ["state=x", "page=x", "page=-1"])
async def test_other_pages_are_refused(web: Web, query: str) -> None:
    assert (await (await web.browser(OFFICER)).get(f"{PAGE}?{query}")).status_code == 400
