"""From data to a content that may be stored: its shape, its rules, and the contact point's word for its free text."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from cen_core.errors import CaseInvalid, CaseMalformed, UnknownField, WordsUnread
from cen_core.model import content as contents
from cen_core.model.case import Version
from cen_core.model.content import LINE_WORDS, WORDS, Content
from cen_core.model.findings import findings
from cen_core.model.principal import Principal, Role


def day_of(now_ms: int) -> date:
    """The day in UTC."""
    return datetime.fromtimestamp(now_ms / 1000, UTC).date()


def admit(data: Mapping[str, Any], today: date) -> Content:
    """The content in `data`.

    Raises:
        NominalField, UnknownField, CaseMalformed: as `content.parse`.
        CaseInvalid: its fields contradict each other or a code list.
    """
    content = contents.parse(data)
    found = findings(content, today)
    if found:
        raise CaseInvalid(field=found[0].field, reason=found[0].reason, count=len(found))
    return content


def reader_of(content: Content, principal: Principal, *, words_read: bool, before: Version | None = None) -> str:
    """The contact point who stands for the free text of `content`; empty where there is none.

    Text that the version before had was read then. Any other needs an NCP who says that it was read now.

    Raises:
        WordsUnread: naming the first field that nobody has read.
    """
    known = set() if before is None else {_text(field, text) for field, text in contents.words_of(before.content)}
    found = list(contents.words_of(content))
    unread = [field for field, text in found if _text(field, text) not in known]
    if not found:
        return ""
    if not unread and before is not None:
        return before.read_by
    if words_read and principal.role is Role.NCP:
        return principal.officer
    raise WordsUnread(field=unread[0])


def _text(field: str, text: str) -> tuple[str, str]:
    """A goods line may move; its text stays the same text."""
    return field.rpartition(".")[2], text


def with_words(content: Content, words: Mapping[str, str], today: date) -> Content:
    """The content with these free texts, by path; an empty text takes one out.

    Raises:
        UnknownField: a path that is no free text of this case.
        CaseMalformed, CaseInvalid: as `admit`.
    """
    data: dict[str, Any] = msgspec.to_builtins(content)
    places: dict[str, dict[str, Any]] = {
        f"goods[{number}].{LINE_WORDS}": row for number, row in enumerate(data["goods"])
    }
    for path, text in words.items():
        if not isinstance(text, str):
            raise CaseMalformed(field=path[:64])
        if path in WORDS or path == "narrative_language":
            data[path] = text
        elif path in places:
            places[path][LINE_WORDS] = text
        else:
            raise UnknownField(field=path[:64])
    return admit(data, today)


def request_hash(content: Content, source_key: str | None) -> str:
    """What an idempotency key stands for."""
    return hashlib.sha256(b"\0".join((contents.encode(content), (source_key or "").encode()))).hexdigest()
