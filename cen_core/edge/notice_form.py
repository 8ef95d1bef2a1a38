"""The form of a notice: a title and a text for each of the six languages, beside each other. Nothing is judged here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cen_core.edge.requests import Fields
from cen_core.model.notice_content import Flaw, NoticeContent, content_of, tidied
from cencomm.i18n import LANGUAGES

Values = dict[str, str]


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What somebody else stored in a field while it was being written: `language` and `part` name the field."""

    language: str
    part: str
    text: str


def values_of(form: Fields) -> Values:
    """What was typed, each field once."""
    return {name: found[0] for name, found in form.items() if found}


def content_in(values: Mapping[str, str]) -> NoticeContent:
    texts = {
        language: (values.get(f"title-{language}", ""), values.get(f"body-{language}", "")) for language in LANGUAGES
    }
    return tidied(content_of(values.get("original", ""), texts, values.get("url", "")))


def values_from(content: NoticeContent) -> Values:
    """What the form shows of a notice that is there."""
    values: Values = {"original": content.original, "url": content.url}
    for language, text in content.texts.items():
        values |= {f"title-{language}": text.title, f"body-{language}": text.body}
    return values


def place_of(flaw: Flaw, values: Mapping[str, str]) -> str:
    """The field of the form that a path came from."""
    if not flaw.field.startswith("texts["):
        return flaw.field
    language, _, part = flaw.field.removeprefix("texts[").partition("].")
    known = language if language in LANGUAGES else values.get("original", LANGUAGES[0])
    return f"{part}-{known}"


def meanwhile(values: Mapping[str, str], stored: NoticeContent) -> tuple[Meanwhile, ...]:
    """Every field in which the notice as it is now differs from what was typed."""
    typed = values_from(content_in(values))
    now = values_from(stored)
    found = []
    for language in LANGUAGES:
        for part in ("title", "body"):
            name = f"{part}-{language}"
            if typed.get(name, "") != now.get(name, ""):
                found.append(Meanwhile(language, part, now.get(name, "")))
    return tuple(found)
