"""Choosing among the languages that a template offers; a word in another language than asked for says so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

SOURCE_LANGUAGE = "en"


def choose(labels: Mapping[str, str], language: str) -> str:
    """The text in `language` (a BCP 47 tag; its base language serves too); else marked: `Heading [en]`."""
    exact = labels.get(language) or labels.get(language.partition("-")[0])
    if exact is not None:
        return exact
    other = SOURCE_LANGUAGE if SOURCE_LANGUAGE in labels else min(labels, default="")
    return f"{labels[other]} [{other}]" if other else "[?]"


def territories() -> frozenset[str]:
    """The codes of all countries and territories that have a name."""
    return frozenset(_territories()[SOURCE_LANGUAGE])


def territory(code: str, language: str) -> str:
    """CLDR's name of a country or territory, or the code itself where it has none.

    The names are those that CENcomm carries (`tools/territories.py`), the same in every client.
    """
    return _territories().get(language.partition("-")[0], {}).get(code, code)


@cache
def _territories() -> Mapping[str, Mapping[str, str]]:
    names: Mapping[str, Mapping[str, str]] = json.loads(files("cencomm.i18n").joinpath("territories.json").read_bytes())
    return names
