"""Looking up one message and filling in its facts. Pure but for reading the shipped catalogues once."""

from __future__ import annotations

import gettext
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from cencomm.errors import Fact
from cencomm.i18n.messages import MESSAGES, Plural

LANGUAGES = ("en", "fr", "es", "ru", "ar", "pt")
RIGHT_TO_LEFT = frozenset({"ar"})
SOURCE_LANGUAGE = "en"
UNKNOWN = "error.unknown"
"""Said of a code that this version does not know, for example from a newer server."""

_formatter = Formatter()


@dataclass(frozen=True, slots=True)
class Translated:
    """The forms of every message in one language, and which form a count takes."""

    forms: Mapping[str, tuple[str, ...]]
    form_of: Callable[[int], int]


def is_right_to_left(language: str) -> bool:
    return base_language(language) in RIGHT_TO_LEFT


def base_language(language: str) -> str:
    """The one of the six languages that serves `language` (a BCP 47 tag); English where none does."""
    base = language.replace("_", "-").partition("-")[0].lower()
    return base if base in LANGUAGES else SOURCE_LANGUAGE


def translate(code: str, facts: Mapping[str, Fact], language: str) -> str:
    """The sentence for an error's code and facts; an unknown code is said to be unknown, and named."""
    key = f"error.{code}"
    if not has_message(key):
        return message(UNKNOWN, {"code": code}, language)
    return message(key, facts, language)


def has_message(key: str) -> bool:
    return key in MESSAGES


def message(key: str, facts: Mapping[str, Fact], language: str) -> str:
    """The message `key` with its facts filled in; a fact that is missing shows as an ellipsis, never as an error.

    Raises:
        KeyError: there is no such message (a mistake of the caller).
    """
    translated = _load(base_language(language))
    forms = translated.forms[key]
    count = facts.get("count")
    form = translated.form_of(count) if len(forms) > 1 and isinstance(count, int) else 0
    return _fill(forms[min(form, len(forms) - 1)], facts)


def _fill(pattern: str, facts: Mapping[str, Fact]) -> str:
    """Replace `{name}` by plain text: no format specification, no attribute access, whatever the facts hold."""
    pieces: list[str] = []
    for literal, name, _, _ in _formatter.parse(pattern):
        pieces.append(literal)
        if name is not None:
            value = facts.get(name)
            pieces.append("…" if value is None else str(value))
    return "".join(pieces)


@cache
def _load(language: str) -> Translated:
    if language == SOURCE_LANGUAGE:
        return Translated({key: _english(source) for key, source in MESSAGES.items()}, lambda count: int(count != 1))
    catalogue = read_catalogue(language)
    forms = {key: _forms(catalogue, key, source) for key, source in MESSAGES.items()}
    return Translated(forms, gettext.c2py(catalogue.plural_expr))


def _english(source: str | Plural) -> tuple[str, ...]:
    return (source.one, source.other) if isinstance(source, Plural) else (source,)


def _forms(catalogue: Catalog, key: str, source: str | Plural) -> tuple[str, ...]:
    """The translation, or English where there is none: the check keeps that from being shipped."""
    english = _english(source)
    found = catalogue.get(english[0], context=key)
    if found is None or not found.string:
        return english
    return (found.string,) if isinstance(found.string, str) else tuple(found.string)


def read_catalogue(language: str) -> Catalog:
    """The shipped catalogue of one language other than English."""
    source = files("cencomm.i18n").joinpath("locales", f"{language}.po")
    with source.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)
