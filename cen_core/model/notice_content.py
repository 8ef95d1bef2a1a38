"""What a notice says: a title and a text in Markdown for each language that it was written in, for a link where it
leads, and what is attached. The same words in several languages are one notice; what is missing is shown as missing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from cen_core.errors import NoticeInvalid
from cen_core.model.attachment import Attachment
from cencomm.i18n.catalogue import LANGUAGES

MAX_TITLE: Final = 200
MAX_BODY: Final = 10_000
MAX_URL: Final = 500
_KEPT: Final = frozenset("\n\t")
_UNSEEN: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of what follows: a title with one reads otherwise than it is."""


class NoticeText(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One language. The body is Markdown without HTML and pictures."""

    title: str
    body: str = ""


class NoticeContent(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One version. `original` is the language that the others were translated from."""

    original: str
    texts: dict[str, NoticeText]
    url: str = ""
    files: tuple[Attachment, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The languages that it is not written in, in the order of the six."""
        return tuple(language for language in LANGUAGES if language not in self.texts)

    def best(self, language: str) -> str:
        """The language to show to a reader of this one."""
        return language if language in self.texts else self.original


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong in a content: the field's path (`texts[fr].title`) and a stable reason."""

    field: str
    reason: str


def tidied(content: NoticeContent) -> NoticeContent:
    """Without spaces around and with one kind of line ends; a language without a word is left out."""
    texts = {language: NoticeText(text.title.strip(), _lines(text.body)) for language, text in content.texts.items()}
    kept = {language: text for language, text in texts.items() if text.title or text.body}
    ordered = {language: kept[language] for language in (*LANGUAGES, *sorted(kept)) if language in kept}
    return NoticeContent(content.original, ordered, content.url.strip(), content.files)


def _lines(body: str) -> str:
    return body.replace("\r\n", "\n").replace("\r", "\n").strip()


def flaws(content: NoticeContent, *, is_link: bool) -> tuple[Flaw, ...]:
    """Everything that is wrong, in the order of the form."""
    return tuple(_flaws(content, is_link=is_link))


def _flaws(content: NoticeContent, *, is_link: bool) -> Iterator[Flaw]:
    if content.original not in LANGUAGES:
        yield Flaw("original", "not_in_list")
    elif content.original not in content.texts:
        yield Flaw(f"texts[{content.original}].title", "missing")
    if is_link:
        yield from _flaws_of_url(content.url)
    elif content.url:
        yield Flaw("url", "not_asked")
    for language, text in content.texts.items():
        if language not in LANGUAGES:
            yield Flaw("texts", "not_in_list")
            continue
        yield from _flaws_of_text(f"texts[{language}]", text, needs_body=not is_link)


def _flaws_of_text(path: str, text: NoticeText, *, needs_body: bool) -> Iterator[Flaw]:
    if not text.title:
        yield Flaw(f"{path}.title", "missing")
    elif len(text.title) > MAX_TITLE:
        yield Flaw(f"{path}.title", "too_long")
    elif not _is_readable(text.title, frozenset()):
        yield Flaw(f"{path}.title", "unseen_signs")
    if needs_body and not text.body:
        yield Flaw(f"{path}.body", "missing")
    elif len(text.body) > MAX_BODY:
        yield Flaw(f"{path}.body", "too_long")
    elif not _is_readable(text.body, _KEPT):
        yield Flaw(f"{path}.body", "unseen_signs")


def _is_readable(text: str, kept: frozenset[str]) -> bool:
    signs = (sign for sign in text if sign not in kept)
    return not any(sign in _UNSEEN or unicodedata.category(sign) in {"Cc", "Cs"} for sign in signs)


def _flaws_of_url(url: str) -> Iterator[Flaw]:
    if not url:
        yield Flaw("url", "missing")
    elif len(url) > MAX_URL:
        yield Flaw("url", "too_long")
    elif not is_web_address(url):
        yield Flaw("url", "not_https")


def is_web_address(url: str) -> bool:
    """`https` to a named host, without a name and password in it, and nothing that a browser reads otherwise."""
    if not url.isprintable() or any(sign in url for sign in ' \\"<>`{}|^') or not url.isascii():
        return False
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    named = bool(host) and "." in str(host) and port != 0
    return parts.scheme == "https" and named and "@" not in parts.netloc


def admitted(content: NoticeContent, *, is_link: bool) -> NoticeContent:
    """The content, tidied. Raises NoticeInvalid: the first flaw, and how many there are."""
    tidy = tidied(content)
    found = flaws(tidy, is_link=is_link)
    if found:
        raise NoticeInvalid(field=found[0].field, reason=found[0].reason, count=len(found))
    return tidy


def content_of(original: str, texts: Mapping[str, tuple[str, str]], url: str = "") -> NoticeContent:
    return NoticeContent(original, {name: NoticeText(title, body) for name, (title, body) in texts.items()}, url)


def encode(content: NoticeContent) -> bytes:
    return msgspec.json.encode(content)


def decode(stored: bytes) -> NoticeContent:
    return msgspec.json.decode(stored, type=NoticeContent)
