"""The transcript: everything in order, for people; nothing in it runs, whoever wrote it."""

from __future__ import annotations

import pytest

from cencomm.client.extraction_layout import Layout
from cencomm.client.extraction_transcript import transcript
from cencomm.export.profiles import Profile
from cencomm.wire.content import Attachment, Chat, Form
from tests.unit.client.extracted import examined
from tests.unit.client.verify_world import LONG, SECRET, a_marked_operation, an_operation
from tests.unit.crypto.people import SILVA
from tests.unit.export.hostile import HOSTILE, bad_lines
from tests.unit.export.test_html import Reader

ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "main", "article", "header", "bdi", "p",
    "dl", "dt", "dd",
}  # fmt: skip


def page(layout: Layout) -> str:
    return "".join(transcript(examined(a_marked_operation(), layout.profile), layout))


def test_everything_stands_in_it_in_order_with_words_for_codes() -> None:
    said = page(Layout("en", formats=("html",)))
    places = [said.index(each) for each in ("seen at the quay", "Olá", "good bye", f"arrested: {SECRET}")]
    assert places == sorted(places)
    assert "Heroin" in said
    assert "superseded by no." in said
    assert ">2.5<" in said, "derived values are shown"
    assert "=HYPERLINK(&quot;x&quot;)" in said


@pytest.mark.parametrize("language", ["en", "fr", "es", "ru", "ar", "pt"])
def test_it_is_a_page_in_the_readers_language_and_direction(language: str) -> None:
    said = page(Layout(language, formats=("html",)))
    assert said.startswith(f'<!doctype html>\n<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">')
    reader = Reader()
    reader.feed(said)
    assert {tag for tag, _ in reader.tags} == ELEMENTS


def test_hostile_text_of_every_place_makes_no_element() -> None:
    log = an_operation()
    lines = [*HOSTILE, *bad_lines()]
    for start in range(0, len(lines), 200):
        text = "\n".join(lines[start : start + 200])[:100_000]
        log.record(SILVA, personal=Chat(text, text[:30], files=(Attachment(b"h" * 32, 1, b"k" * 32, 1, text[:255]),)))
        log.record(SILVA, personal=Form(bytes(32), text[:300], text[300:600], b"r" * 16, {text[:500]: [text]}))
    said = "".join(transcript(examined(log), Layout("en", formats=("html",))))
    reader = Reader()
    reader.feed(said)
    reader.close()
    assert {tag for tag, _ in reader.tags} <= ELEMENTS
    assert {name for tag, given in reader.tags if tag != "meta" for name, _ in given} <= {"lang", "dir", "id", "class"}
    assert (b"k" * 32).hex() not in said


def test_below_the_full_profile_nobody_is_named() -> None:
    said = page(Layout("en", Profile.NON_NOMINAL, ("html",)))
    assert SECRET not in said
    assert "Name of" not in said
    assert "BR/silva" in said
    assert f"{LONG.title('en')}" in said
