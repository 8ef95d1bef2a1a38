"""A feed is valid Atom (RFC 4287) whatever a title holds, and says no more than titles and links."""

from __future__ import annotations

from xml.etree import ElementTree

from cen_core.edge.atom import NAMESPACE, FeedHead, FeedWords, atom
from cen_core.model.notice import NoticeKind, NoticeState, NoticeView
from cen_core.model.notice_content import content_of
from tests.unit.export.hostile import bad_lines

HEAD = FeedHead("Bulletins", "fr", "https://cen.example", "https://cen.example/cen/notices", "all", 0)
WORDS = FeedWords(lambda owner: f"of {owner}", lambda kind: f"kind {kind}", lambda topic: f"topic {topic}")
A = f"{{{NAMESPACE}}}"
DAY = 1_735_689_600_000


def view(title: str = "Ivory & <timber>", number: int = 1, approved_ms: int = DAY) -> NoticeView:
    content = content_of("en", {"en": (title, "secret body"), "ar": ("عاج", "نص")})
    return NoticeView(
        f"{number:032x}", NoticeKind.ALERT, "drugs", "KE", NoticeState.PUBLISHED, 0, 1, content, DAY, approved_ms
    )


def read(feed: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(feed)


def text_of(element: ElementTree.Element, tag: str) -> str:
    found = element.findall(f"{A}{tag}")
    assert len(found) == 1, tag
    return found[0].text or ""


def test_feed_and_entries_have_what_atom_asks_for() -> None:
    root = read(atom(HEAD, [view(number=2, approved_ms=DAY + 90_000), view()], WORDS))
    assert root.tag == f"{A}feed"
    assert text_of(root, "id").startswith("urn:uuid:")
    assert text_of(root, "title") == "Bulletins"
    assert text_of(root, "updated") == "2025-01-01T00:01:30Z"
    entries = root.findall(f"{A}entry")
    assert len({text_of(entry, "id") for entry in entries}) == 2
    for entry in entries:
        assert text_of(entry, "published") == "2025-01-01T00:00:00Z"
        assert text_of(entry.findall(f"{A}author")[0], "name") == "of KE"
        link = entry.findall(f"{A}link")[0]
        assert link.get("rel") == "alternate"
        assert str(link.get("href")).startswith("https://cen.example/cen/notices/0")
        assert [one.get("term") for one in entry.findall(f"{A}category")] == ["alert", "drugs"]
    assert text_of(entries[1], "title") == "Ivory & <timber>"


def test_it_holds_no_text_of_a_notice() -> None:
    assert b"secret body" not in atom(HEAD, [view()], WORDS)


def test_the_title_is_in_the_wanted_language_or_the_original() -> None:
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    arabic = read(atom(FeedHead("t", "ar", "o", "p", "n", 0), [view()], WORDS)).find(f"{A}entry/{A}title")
    french = read(atom(HEAD, [view()], WORDS)).find(f"{A}entry/{A}title")
    assert arabic is not None and (arabic.text, arabic.get(lang)) == ("عاج", "ar")
    assert french is not None and french.get(lang) == "en"


def test_an_empty_feed_is_a_feed_and_an_id_stays() -> None:
    first, second = read(atom(HEAD, [], WORDS)), read(atom(HEAD, [view()], WORDS))
    assert text_of(first, "updated") == "1970-01-01T00:00:00Z"
    assert text_of(first, "id") == text_of(second, "id")


def test_any_title_leaves_the_feed_well_formed() -> None:
    views = [view(line[:200], number) for number, line in enumerate([*bad_lines()[:2_000], "\x00\x0b\ufffe\uffff]]>"])]
    assert len(read(atom(HEAD, views, WORDS)).findall(f"{A}entry")) == len(views)
