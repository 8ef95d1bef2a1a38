"""A page shows text and nothing else: nothing runs, nothing loads, nothing reorders its surroundings."""

from __future__ import annotations

import base64
import hashlib
import html
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cencomm.export.html import definitions, page_head, plain, text, write_html
from tests.unit.export.hostile import HOSTILE, bad_lines


class Reader(HTMLParser):
    """Collects tags and text as a browser would see them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_hostile_text_makes_no_element_and_stays_readable() -> None:
    for given in [*HOSTILE, *bad_lines()]:
        reader = Reader()
        reader.feed(text(given))
        reader.close()
        assert reader.tags == [("bdi", [("dir", "auto")])], given
        assert "".join(reader.texts) == _shown(given)


def _shown(given: str) -> str:
    """What a reader of the page sees: every character, the invisible ones by their pictures."""
    return html.unescape(plain(given))


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("\" onload='x'", "&quot; onload=&#x27;x&#x27;"),
        ("a\x00b\x1b[31m", "a␀b␛[31m"),
        ("gnp\u202eexe", "gnp\\u202eexe"),
        ("tab\tline\n", "tab\tline\n"),
        ("\ud800", "?"),
        ("٣ كيلوغرام", "٣ كيلوغرام"),
    ],
)
def test_control_characters_stand_as_their_pictures(given: str, shown: str) -> None:
    assert plain(given) == shown


def test_a_page_lets_nothing_run_and_has_a_direction() -> None:
    head = page_head("<title>", "ar")
    assert '<html lang="ar" dir="rtl">' in head
    assert "<title>&lt;title&gt;</title>" in head
    style = head.partition("<style>")[2].partition("</style>")[0]
    named = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src &#x27;none&#x27;; style-src &#x27;sha256-{named}&#x27;" in head
    assert 'dir="ltr"' in page_head("t", "ru")


def test_definitions_are_nothing_for_nothing(tmp_path: Path) -> None:
    assert definitions([]) == ""
    pieces = [page_head("t", "en"), definitions([("a<", "b>")])]
    write_html(tmp_path / "a.html", pieces)
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == "".join(pieces)
    assert "a&lt;" in pieces[1]
