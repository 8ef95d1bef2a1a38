"""CWS on pages: written in six languages, judged, read; nothing typed is lost, nothing stored is lost or runs."""

from __future__ import annotations

import re
from typing import Any

import httpx2
import pytest

from cen_core.edge.notice_pages import changed
from cen_core.edge.words import Words
from cen_core.model.notice import NoticeKind, NoticeMove, NoticeVersion
from cen_core.model.notice_content import MAX_BODY, MAX_TITLE, content_of, flaws
from cen_core.model.principal import Principal
from cen_core.services.notices import NewNotice, SeenNotice
from cencomm.i18n import LANGUAGES
from tests.cen_core.harmless import harms
from tests.cen_core.unit.edge.web import Web, text_of
from tests.cen_core.world import COLLEAGUE, FOREIGNER, LIMITED, NCP, OFFICER, SECRETARY
from tests.unit.export.hostile import bad_lines

NEW = "/cen/notices/new"
FIELDS = {
    "kind": "alert",
    "topic": "fauna_flora",
    "original": "en",
    "title-en": "Ivory in timber",
    "body-en": "Look at the **glue**.",
    "title-ar": "عاج",
    "body-ar": "انظروا",
    "key": "a-key-of-the-form",
    "do": "submit",
}


async def written(web: Web, who: Principal = OFFICER, **changes: str) -> Any:
    return await (await web.browser(who)).send(NEW, FIELDS | changes)


def address_in(answer: httpx2.Response) -> str:
    assert answer.status_code == 303, text_of(answer)
    location = answer.headers["location"]
    assert re.fullmatch(r"/cen/notices/[0-9a-f]{32}", location)
    return str(location)


async def published(web: Web, **changes: str) -> str:
    address = address_in(await written(web, OFFICER, **changes))
    judge = await web.browser(NCP)
    assert (await judge.send(f"{address}/approve", {"revision": "1"}, page=address)).status_code == 303
    return address


async def test_written_approved_read_and_found(web: Web) -> None:
    address = await published(web)
    for who in (FOREIGNER, LIMITED):
        reader = await web.browser(who)
        page = await reader.get(address)
        assert "<strong>glue</strong>" in page.text
        listed = text_of(await reader.get("/cen/notices?text=ivory&kind=alert&topic=fauna_flora"))
        assert "Ivory in timber" in listed
    assert OFFICER.officer not in text_of(await (await web.browser(FOREIGNER)).get(address))


async def test_a_language_is_chosen_beside_the_others_and_what_is_missing_is_shown(web: Web) -> None:
    address = await published(web)
    reader = await web.browser(FOREIGNER)
    arabic = (await reader.get(f"{address}?in=ar")).text
    assert '<div class="block prose" lang="ar" dir="rtl">' in arabic
    beside = (await reader.get(f"{address}?in=all")).text
    assert beside.count('<section class="block absent">') == len(LANGUAGES) - 2
    russian = text_of(await reader.get(address, **{"Accept-Language": "ru"}))
    assert "Ivory in timber" in russian and "Ещё не переведено" in russian


async def test_a_form_with_flaws_comes_back_with_all_that_was_typed(web: Web) -> None:
    before = await web.counts()
    wrong = {"title-en": "", "body-ar": "", "url": "javascript:alert(1)", "title-fr": "Fr"}
    answer = await written(web, OFFICER, **wrong)
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 4
    assert 'value="Fr"' in answer.text and "**glue**" in answer.text
    assert await web.counts() == before


async def test_of_two_who_edit_the_second_sees_both_texts(web: Web) -> None:
    address = address_in(await written(web, do="draft"))
    mine, other = await web.browser(OFFICER), await web.browser(COLLEAGUE)
    fields = {"original": "en", "title-en": "Theirs", "body-en": "Look", "revision": "1", "do": "draft"}
    assert (await other.send(f"{address}/amend", fields)).status_code == 303
    answer = await mine.send(f"{address}/amend", fields | {"title-en": "Mine"})
    assert answer.status_code == 409
    assert 'value="Mine"' in answer.text and "Theirs" in answer.text
    assert 'name="revision" value="2"' in answer.text
    view = await web.stand.core.cws.read(OFFICER, address.rpartition("/")[2])
    assert view.content.texts["en"].title == "Theirs"
    again = await mine.send(f"{address}/amend", fields | {"title-en": "Mine", "revision": "2"})
    assert again.status_code == 303


async def test_the_author_is_told_that_another_approves(web: Web) -> None:
    address = address_in(await written(web, NCP))
    judge = await web.browser(NCP)
    page = await judge.get(address)
    assert f"{address}/approve" not in page.text and "somebody else approves" in text_of(page)
    refused = await judge.send(f"{address}/approve", {"revision": "1"}, page=address)
    assert refused.status_code == 403


async def test_the_worklist_shows_what_waits(web: Web) -> None:
    address_in(await written(web))
    assert "Ivory in timber" in text_of(await (await web.browser(NCP)).get("/cen/notices/worklist"))
    assert "Ivory in timber" not in text_of(await (await web.browser(SECRETARY)).get("/cen/notices/worklist"))


async def test_returned_discarded_withdrawn(web: Web) -> None:
    address = address_in(await written(web))
    judge, author = await web.browser(NCP), await web.browser(OFFICER)
    await judge.send(f"{address}/return", {"revision": "1", "reason": "incomplete"}, page=address)
    assert "Returned for correction" in text_of(await author.get(address))
    gone = await author.send(f"{address}/discard", {"revision": "2"}, page=address)
    assert gone.headers["location"] == "/cen/notices"
    published_at = await published(web, key="another-key-here")
    secretary = await web.browser(SECRETARY)
    assert f"{published_at}/withdraw" in (await secretary.get(published_at)).text
    await secretary.send(f"{published_at}/withdraw", {"revision": "2", "reason": "nominal"}, page=published_at)
    assert (await secretary.get(published_at)).status_code == 404


async def test_versions_say_what_changed_and_who_saw_it(web: Web) -> None:
    address = await published(web)
    fields = {"original": "en", "title-en": "Ivory and stone", "body-en": "Look", "revision": "2", "do": "draft"}
    await (await web.browser(COLLEAGUE)).send(f"{address}/amend", fields)
    page = text_of(await (await web.browser(NCP)).get(f"{address}/history"))
    for word in ("Ivory in timber", "Ivory and stone", "Approved and published", COLLEAGUE.officer):
        assert word in page
    assert "Approved and published" not in text_of(await (await web.browser(OFFICER)).get(f"{address}/history"))
    assert (await (await web.browser(FOREIGNER)).get(f"{address}/history")).status_code == 403


def test_a_change_names_field_and_language() -> None:
    before = NoticeVersion(1, 1, content_of("en", {"en": ("a", "b")}), "x", 1)
    after = NoticeVersion(1, 2, content_of("en", {"en": ("a", "c"), "fr": ("d", "")}), "x", 1)
    found = changed(Words("en"), before, after)
    assert [(one.field, one.language, one.before, one.after) for one in found] == [
        ("Text", "en", "b", "c"),
        ("Title", "fr", "", "d"),
    ]
    assert changed(Words("en"), None, after) == []


async def test_limited_comes_to_the_notices_and_sees_no_case(web: Web) -> None:
    reader = await web.browser(LIMITED)
    assert (await reader.get("/cen/")).headers["location"] == "/cen/notices"
    page = await reader.get("/cen/notices")
    assert page.status_code == 200
    assert "/cen/search" not in page.text and NEW not in page.text


@pytest.mark.parametrize("query", ["kind=song", "after=x", "text=" + "x" * 501])
async def test_a_wrong_question_is_said_on_the_page(web: Web, query: str) -> None:
    answer = await (await web.browser(OFFICER)).get(f"/cen/notices?{query}")
    assert answer.status_code == 400 and 'role="alert"' in answer.text


def _is_admitted(line: str) -> bool:
    return not flaws(content_of("en", {"en": (line[:MAX_TITLE], line)}), is_link=False)


async def test_no_known_payload_runs_from_a_notice(web: Web) -> None:
    """Stored XSS: every line of the bad input as a text, some as titles too, on every page that shows it."""
    cws = web.stand.core.cws
    lines = [line for line in bad_lines() if _is_admitted(line)]
    assert len(lines) > 5_000
    bodies = [""]
    for line in lines:
        if len(bodies[-1]) + len(line) + 2 > MAX_BODY:
            bodies.append("")
        bodies[-1] += f"\n\n{line[:5_000]}"
    titles = [line[:MAX_TITLE] for line in lines if len(line) <= MAX_TITLE]
    browser = await web.browser(NCP)
    step = len(LANGUAGES)
    for number, start in enumerate(range(0, len(bodies), step)):
        texts = {
            language: (titles[(start + at) * 37 % len(titles)], body)
            for at, (language, body) in enumerate(zip(LANGUAGES, bodies[start : start + step], strict=False))
        }
        given = NewNotice(NoticeKind.ALERT, "general", content_of("en", texts), f"payload-{number:04d}", submit=True)
        notice = await cws.create(OFFICER, given)
        await cws.move(NCP, NoticeMove.APPROVE, SeenNotice(notice.notice_id, 1))
        for below in ("?in=all", "/amend", "/history"):
            page = await browser.get(f"/cen/notices/{notice.notice_id}{below}")
            assert page.status_code == 200
            assert harms(page.text) == [], below
    listed = await browser.get("/cen/notices")
    assert harms(listed.text) == []


async def test_a_file_is_attached_saved_and_never_shown(web: Web) -> None:
    address = address_in(await written(web, do="draft"))
    browser = await web.browser(OFFICER)
    sent = b"%PDF-1.7 <script>alert(1)</script>"
    answer = await browser.send_file(f"{address}/attach", {"revision": "1"}, ("Карта «А».pdf", sent), page=address)
    assert answer.status_code == 303
    page = await browser.get(address)
    link = re.search(rf'href="({address}/files/[0-9a-f]+)"', page.text)
    assert link is not None and "Карта _А.pdf" in page.text
    file = await browser.get(link[1])
    assert file.content == sent
    assert file.headers["content-type"] == "application/octet-stream"
    assert file.headers["content-disposition"].startswith("attachment; filename=\"file.pdf\"; filename*=UTF-8''%D0")
    assert file.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert file.headers["x-content-type-options"] == "nosniff"
    gone = await browser.send(f"{address}/detach", {"revision": "2", "file_id": link[1][-32:]}, page=address)
    assert gone.status_code == 303
    assert (await browser.get(link[1])).status_code == 404
    assert "Карта" in text_of(await browser.get(f"{address}/history"))


@pytest.mark.parametrize(("name", "content"), [("a.html", b"<script>"), ("a.pdf", b""), ("a.svg", b"<svg/>")])
async def test_a_refused_file_is_said_beside_the_notice(web: Web, name: str, content: bytes) -> None:
    address = address_in(await written(web, do="draft"))
    before = await web.counts()
    browser = await web.browser(OFFICER)
    answer = await browser.send_file(f"{address}/attach", {"revision": "1"}, (name, content), page=address)
    assert answer.status_code == 422 and 'role="alert"' in answer.text
    assert await web.counts() == before
