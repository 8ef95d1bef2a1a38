"""What a notice may say."""

from __future__ import annotations

import pytest

from cen_core.errors import NoticeInvalid
from cen_core.model.notice_content import (
    MAX_BODY,
    MAX_TITLE,
    admitted,
    content_of,
    decode,
    encode,
    flaws,
    is_web_address,
)

GOOD = content_of("fr", {"fr": ("Titre", "Texte"), "ar": ("عنوان", "نص")})


def test_what_is_stored_comes_back() -> None:
    assert decode(encode(GOOD)) == GOOD
    assert GOOD.missing == ("en", "es", "ru", "pt")
    assert (GOOD.best("ar"), GOOD.best("en")) == ("ar", "fr")


def test_spaces_and_line_ends_are_tidied_and_empty_languages_left_out() -> None:
    content = admitted(content_of("en", {"en": (" A  title ", "a\r\nb\rc\n"), "fr": (" ", "\n")}), is_link=False)
    assert (content.texts["en"].title, content.texts["en"].body) == ("A  title", "a\nb\nc")
    assert list(content.texts) == ["en"]


@pytest.mark.parametrize(
    ("original", "texts", "field", "reason"),
    [
        ("xx", {"en": ("t", "b")}, "original", "not_in_list"),
        ("fr", {"en": ("t", "b")}, "texts[fr].title", "missing"),
        ("en", {"en": ("t", "b"), "xx": ("t", "b")}, "texts", "not_in_list"),
        ("en", {"en": ("", "b")}, "texts[en].title", "missing"),
        ("en", {"en": ("t", "")}, "texts[en].body", "missing"),
        ("en", {"en": ("t" * (MAX_TITLE + 1), "b")}, "texts[en].title", "too_long"),
        ("en", {"en": ("t", "b" * (MAX_BODY + 1))}, "texts[en].body", "too_long"),
        ("en", {"en": ("two\nlines", "b")}, "texts[en].title", "unseen_signs"),
        ("en", {"en": ("t\u202egpj.exe", "b")}, "texts[en].title", "unseen_signs"),
        ("en", {"en": ("t", "b\x00")}, "texts[en].body", "unseen_signs"),
    ],
    ids=[
        "no-language",
        "no-original",
        "unknown-language",
        "no-title",
        "no-body",
        "long-title",
        "long-body",
        "title-of-lines",
        "turned-title",
        "nul",
    ],
)
def test_a_flaw_is_named(original: str, texts: dict[str, tuple[str, str]], field: str, reason: str) -> None:
    with pytest.raises(NoticeInvalid) as refused:
        admitted(content_of(original, texts), is_link=False)
    assert refused.value.facts == {"field": field, "reason": reason, "count": 1}


def test_a_link_needs_an_address_and_nothing_else_has_one() -> None:
    link = content_of("en", {"en": ("t", "")}, "https://example.org/x")
    assert flaws(link, is_link=True) == ()
    assert [flaw.field for flaw in flaws(content_of("en", {"en": ("t", "b")}), is_link=True)] == ["url"]
    assert [flaw.reason for flaw in flaws(link, is_link=False)] == ["not_asked", "missing"]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "//example.org",
        "https://",
        "https://localhost",
        "https://user:secret@example.org",
        "https://example.org/a b",
        "https://example.org\\@evil.example",
        "https://exаmple.org",
        "https://example.org:99999/",
        "https://[::1",
        "https://example.org/\n",
        'https://example.org/"onclick',
        "",
    ],
    ids=range(16),
)
def test_other_addresses_are_no_web_address(url: str) -> None:
    assert not is_web_address(url)


def test_web_addresses() -> None:
    assert is_web_address("https://example.org/a?b=c#d")
    assert is_web_address("https://example.org:8443/")
