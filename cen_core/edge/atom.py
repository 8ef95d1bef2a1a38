"""Notices as an Atom feed (RFC 4287): titles, kinds and links; what they say is read behind the sign-in (ADR 24)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5
from xml.etree import ElementTree

from cen_core.model.notice import NoticeView

MEDIA_TYPE: Final = "application/atom+xml; charset=utf-8"
NAMESPACE: Final = "http://www.w3.org/2005/Atom"
_XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold (§2.2)."""

ElementTree.register_namespace("", NAMESPACE)


@dataclass(frozen=True, slots=True)
class FeedHead:
    """`page` is where people read the same; `name` tells this feed from the deployment's others."""

    title: str
    language: str
    origin: str
    page: str
    name: str
    since_ms: int


@dataclass(frozen=True, slots=True)
class FeedWords:
    """How owners, kinds and topics are called in the reader's language."""

    owner: Callable[[str], str]
    kind: Callable[[str], str]
    topic: Callable[[str], str]


def atom(head: FeedHead, notices: Sequence[NoticeView], words: FeedWords) -> bytes:
    """The feed, the newest first. An id never changes, also where language or address do (§4.2.6)."""
    root = ElementTree.Element(_name("feed"), {_XML_LANG: head.language})
    _add(root, "id", uuid5(NAMESPACE_URL, f"{head.origin}/cen/feeds/{head.name}").urn)
    _add(root, "title", head.title)
    _add(root, "updated", _moment(max((view.approved_ms or 0 for view in notices), default=head.since_ms)))
    ElementTree.SubElement(root, _name("link"), {"rel": "alternate", "type": "text/html", "href": head.page})
    for view in notices:
        _entry(root, head, view, words)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _entry(root: ElementTree.Element, head: FeedHead, view: NoticeView, words: FeedWords) -> None:
    best = view.content.best(head.language)
    entry = ElementTree.SubElement(root, _name("entry"))
    _add(entry, "id", UUID(view.notice_id).urn)
    _add(entry, "title", view.content.texts[best].title).set(_XML_LANG, best)
    _add(entry, "published", _moment(view.first_ms or 0))
    _add(entry, "updated", _moment(view.approved_ms or 0))
    _add(ElementTree.SubElement(entry, _name("author")), "name", words.owner(view.owner))
    address = f"{head.origin}/cen/notices/{view.notice_id}"
    ElementTree.SubElement(entry, _name("link"), {"rel": "alternate", "type": "text/html", "href": address})
    for scheme, term, label in (
        ("kind", view.kind.value, words.kind(view.kind.value)),
        ("topic", view.topic, words.topic(view.topic)),
    ):
        named = {"scheme": f"{head.origin}/cen/{scheme}", "term": term, "label": label}
        ElementTree.SubElement(entry, _name("category"), named)


def _name(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"


def _add(parent: ElementTree.Element, tag: str, text: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, _name(tag))
    element.text = _NOT_XML.sub("\ufffd", text)
    return element


def _moment(at_ms: int) -> str:
    """RFC 3339, in UTC."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
