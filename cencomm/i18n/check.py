"""`python -m cencomm.i18n.check`: six languages, none with a gap, and a sentence for every error code."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from string import Formatter

from babel.messages.catalog import Catalog, Message

from cencomm.errors import all_error_types
from cencomm.i18n.catalogue import LANGUAGES, SOURCE_LANGUAGE, read_catalogue
from cencomm.i18n.messages import MESSAGES, Plural

_PACKAGES = ("cencomm", "cen_core")
_ENTRY_POINTS = frozenset({"__main__", "env", "check"})
"""Modules that do something when they are imported."""


def problems() -> Iterator[str]:
    """Everything that is wrong with the catalogues, one sentence each."""
    yield from _codes_without_sentence()
    for language in LANGUAGES:
        if language != SOURCE_LANGUAGE:
            yield from _problems_of(language, read_catalogue(language))


def _codes_without_sentence() -> Iterator[str]:
    import_everything()
    codes = {error.code for error in all_error_types()}
    for code in sorted(codes):
        if f"error.{code}" not in MESSAGES:
            yield f"en: no sentence for the error code {code}"


def import_everything() -> None:
    """Import every module of the program, so that each error type is known."""
    for package in _PACKAGES:
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if ".migrations" not in module.name and module.name.rpartition(".")[2] not in _ENTRY_POINTS:
                importlib.import_module(module.name)


def _problems_of(language: str, catalogue: Catalog) -> Iterator[str]:
    for key, source in MESSAGES.items():
        english = (source.one, source.other) if isinstance(source, Plural) else (source,)
        found = catalogue.get(english[0], context=key)
        if found is None or found.fuzzy:
            yield f"{language}: {key} is not translated"
        else:
            yield from _problems_of_message(language, key, english, found, catalogue.num_plurals)
    wanted = set(MESSAGES)
    for entry in catalogue:
        if entry.id and entry.context not in wanted:
            yield f"{language}: {entry.context} is translated but not used"


def _problems_of_message(
    language: str, key: str, english: tuple[str, ...], found: Message, num_plurals: int
) -> Iterator[str]:
    forms = (found.string,) if isinstance(found.string, str) else tuple(found.string or ())
    if len(forms) != (num_plurals if len(english) > 1 else 1) or not all(forms):
        yield f"{language}: {key} lacks a form"
    known = set().union(*(_facts(form) for form in english))
    for form in forms:
        if not _facts(form) <= known:
            yield f"{language}: {key} names a fact that English does not have"
        if _facts(english[-1]) - _facts(form) - {"count"}:
            yield f"{language}: {key} leaves out a fact"


def _facts(pattern: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(pattern) if name is not None}


def main() -> int:
    found = list(problems())
    for problem in found:
        sys.stderr.write(f"{problem}\n")
    sys.stdout.write(f"i18n: {len(MESSAGES)} messages in {len(LANGUAGES)} languages, {len(found)} problems\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
