"""Marking regions without a script: two clicks or four numbers."""

from __future__ import annotations

import re

import pytest

from tests.cen_core.unit.edge.web import Web, text_of
from tests.cen_core.world import FOREIGNER, OFFICER, new_picture

REGION = {"x": "100", "y": "100", "width": "300", "height": "200"}


def values(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(x|y|width|height)"[^>]*value="(\d*)"', page))


async def test_two_clicks_are_a_region_whichever_corner_comes_first(web: Web) -> None:
    picture = await web.stand.core.cpdb.add(OFFICER, new_picture())
    browser = await web.browser(OFFICER)
    address = f"/cen/pictures/{picture.picture_id}/marks"
    first = await browser.get(f"{address}?at.x=48&at.y=32")
    assert (values(first.text)["x"], values(first.text)["width"]) == ("500", "")
    second = await browser.get(f"{address}?x=500&y=500&at.x=24&at.y=8")
    assert values(second.text) == {"x": "250", "y": "125", "width": "250", "height": "375"}


async def test_a_mark_is_stored_shown_and_taken_away_each_as_a_version(web: Web) -> None:
    picture = await web.stand.core.cpdb.add(OFFICER, new_picture())
    browser = await web.browser(OFFICER)
    address = f"/cen/pictures/{picture.picture_id}/marks"
    done = await browser.send(address, {**REGION, "words": "False wall", "revision": "1"})
    assert done.status_code == 303
    page = await browser.get(f"/cen/pictures/{picture.picture_id}")
    assert "False wall" in text_of(page) and 'class="mark-on"' in page.text
    removed = await browser.send(address, {"remove": "1", "revision": "2"})
    assert removed.status_code == 303
    view = await web.stand.core.cpdb.read(OFFICER, picture.picture_id)
    assert (view.version, view.content.marks) == (3, ())


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({**REGION, "words": ""}, 422),
        ({**REGION, "x": "900", "words": "over"}, 422),
        ({"words": "nowhere"}, 422),
        ({**REGION, "x": "a", "words": "x"}, 400),
        ({**REGION, "words": "x", "revision": "9"}, 409),
        ({**REGION, "words": "x", "revision": ""}, 400),
    ],
)
async def test_what_is_no_region_changes_nothing(web: Web, sent: dict[str, str], status: int) -> None:
    picture = await web.stand.core.cpdb.add(OFFICER, new_picture())
    browser = await web.browser(OFFICER)
    before = await web.counts()
    answer = await browser.send(f"/cen/pictures/{picture.picture_id}/marks", {"revision": "1", **sent})
    assert answer.status_code == status
    assert await web.counts() == before


async def test_nobody_else_marks_it(web: Web) -> None:
    picture = await web.stand.pictured()
    assert (await (await web.browser(FOREIGNER)).get(f"/cen/pictures/{picture.picture_id}/marks")).status_code == 404
