"""The language that a header names: a code, a name with a code, or the name of a language in its own or another one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from babel import Locale

from cencomm.i18n import LANGUAGES

UNKNOWN = "und"
_CODED = re.compile(r".*\(\s*([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,2})\s*\)\s*")
_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_NAMED_IN = (*LANGUAGES, "de", "it", "nl", "sw", "zh")
"""Languages in which names of languages are known."""
_WITH_OWN_NAME = """
    af am az be bg bn bs ca cs da el et fa fi ha he hi hr hu hy id ig is ja ka kk km ko ky lo lt lv mg mk mn ms my ne no
    pa pl ps ro rw si sk sl sn so sq sr sv ta tg th ti tk tr uk ur uz vi wo yo zu
"""
"""Languages whose own name is looked for besides: those that forms are written in."""
_OTHERWISE = {"dari": "fa-AF", "farsi": "fa", "tetun": "tet", "mandarin": "zh", "castellano": "es", "bahasa": "id"}
"""What people write and CLDR does not have."""


def tag_of(name: str) -> str:
    """The BCP 47 tag of a language as a header has it; one that nobody knows keeps its name: `und-klingon`."""
    coded = _CODED.fullmatch(name)
    plain = (coded[1] if coded else name).strip().replace("_", "-")
    folded = plain.casefold()
    if folded in _names():
        return _names()[folded]
    base = folded.partition("-")[0]
    if _TAG.fullmatch(base) and base in Locale("en").languages:
        return base + plain[len(base) :]
    if coded and _TAG.fullmatch(folded):
        return folded
    if folded in _own_names():
        return _own_names()[folded]
    slug = re.sub("[^a-z0-9]", "", folded)[:8]
    return f"{UNKNOWN}-{slug}" if len(slug) > 1 else UNKNOWN


def is_unknown(tag: str) -> bool:
    return tag.partition("-")[0] == UNKNOWN


@cache
def _names() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for locale in map(Locale, _NAMED_IN):
        for tag, name in locale.languages.items():
            if _TAG.fullmatch(tag.replace("_", "-")):
                found.setdefault(str(name).casefold(), tag.replace("_", "-"))
    return found | _OTHERWISE


@cache
def _own_names() -> Mapping[str, str]:
    """What each language calls itself: half a second's work, for a name that is in none of ours."""
    return {(Locale(tag).get_language_name(tag) or tag).casefold(): tag for tag in _WITH_OWN_NAME.split()}
