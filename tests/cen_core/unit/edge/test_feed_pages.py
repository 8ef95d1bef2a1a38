"""Somebody makes his address of feeds, reads them with nothing else, and ends it."""

from __future__ import annotations

import re
from html import unescape
from xml.etree import ElementTree

from cen_core.edge.atom import NAMESPACE
from cen_core.model.notice import NoticeKind, NoticeMove
from cen_core.model.notice_content import content_of
from cen_core.services.notices import NewNotice, SeenNotice
from tests.cen_core.unit.edge.web import ORIGIN, Browser, Web
from tests.cen_core.world import LIMITED, NCP, OFFICER

PAGE = "/cen/notices/feeds"


async def published(web: Web, topic: str) -> None:
    given = NewNotice(NoticeKind.ALERT, topic, content_of("en", {"en": (f"On {topic}", "b")}), f"key-{topic}", True)
    notice = await web.stand.core.cws.create(OFFICER, given)
    await web.stand.core.cws.move(NCP, NoticeMove.APPROVE, SeenNotice(notice.notice_id, 1))


async def addresses(browser: Browser) -> dict[str, str]:
    made = await browser.send(f"{PAGE}/make", {}, page=PAGE)
    assert made.status_code == 200
    found = [unescape(one) for one in re.findall(r'<code class="link" dir="ltr">([^<]+)</code>', made.text)]
    assert all(one.startswith(f"{ORIGIN}/cen/feeds/") for one in found)
    return {one.rpartition("/")[2].partition(".")[0]: one.removeprefix(ORIGIN) for one in found}


def titles(feed: bytes) -> list[str]:
    return [
        str(one.text) for one in ElementTree.fromstring(feed).iterfind(f"{{{NAMESPACE}}}entry/{{{NAMESPACE}}}title")
    ]


async def test_the_address_reads_its_topic_without_a_session(web: Web) -> None:
    await published(web, "drugs")
    web.stand.now_ms += 1
    await published(web, "tobacco")
    nobody = await web.browser()
    found = await addresses(await web.browser(LIMITED))
    everything = await nobody.get(found["all"])
    assert everything.headers["content-type"].startswith("application/atom+xml")
    assert titles(everything.content) == ["On tobacco", "On drugs"]
    assert titles((await nobody.get(found["drugs"])).content) == ["On drugs"]
    assert titles((await nobody.get(found["general"])).content) == []


async def test_an_unchanged_feed_is_not_sent_again(web: Web) -> None:
    await published(web, "drugs")
    nobody = await web.browser()
    found = await addresses(await web.browser(LIMITED))
    first = await nobody.get(found["all"])
    again = await nobody.get(found["all"], **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    await published(web, "tobacco")
    assert (await nobody.get(found["all"], **{"If-None-Match": first.headers["etag"]})).status_code == 200


async def test_an_ended_address_reads_nothing_and_no_address_opens_a_page(web: Web) -> None:
    browser, nobody = await web.browser(OFFICER), await web.browser()
    found = await addresses(browser)
    token = found["all"].split("/")[3]
    assert (await nobody.get(found["all"].replace("all.atom", "songs.atom"))).status_code == 404
    assert (await Browser(web.http, token).get("/cen/notices")).status_code == 303
    assert (await browser.send(f"{PAGE}/end", {}, page=PAGE)).status_code == 303
    ended = await nobody.get(found["all"])
    assert (ended.status_code, ended.json()["code"]) == (401, "cen.not_signed_in")


async def test_the_page_shows_the_address_once(web: Web) -> None:
    browser = await web.browser(OFFICER)
    found = await addresses(browser)
    token = found["all"].split("/")[3]
    assert token not in (await browser.get(PAGE)).text
