"""One entry of a code list, and how its names are folded so that one finds them however one types them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

ANY = ""
"""The language of a name of which the source says none."""
SOURCE_LANGUAGE = "en"

_LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th", "ـ": None}
)
"""Letters that Unicode does not take apart, and the Arabic stretching sign."""
_APART = re.compile(r"[^\w]+|_+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A code with every name that its source has, by language, and what else the source says of it."""

    code: str
    names: tuple[tuple[str, str], ...]
    attributes: Mapping[str, str] = field(default_factory=dict)

    def name(self, language: str) -> str:
        """The name in `language`; else the one without a language, the English one, or any."""
        for wanted in (language, ANY, SOURCE_LANGUAGE):
            for known, name in self.names:
                if known == wanted:
                    return name
        return self.names[0][1] if self.names else self.code


def folded(text: str) -> str:
    """`text` as one searches it: small letters, no accents in any script, words apart by one space."""
    if not text.isascii():
        apart = unicodedata.normalize("NFKD", text.casefold())
        text = "".join(sign for sign in apart if unicodedata.category(sign) != "Mn")
        text = unicodedata.normalize("NFC", text).translate(_LETTERS)
    return _APART.sub(" ", text.lower()).strip()


def merged(entries: Iterable[Entry]) -> list[Entry]:
    """Entries of one code made one: all names, and of each attribute what was said first."""
    found: dict[str, Entry] = {}
    for entry in entries:
        known = found.get(entry.code)
        if known is None:
            found[entry.code] = entry
        else:
            names = dict.fromkeys((*known.names, *entry.names))
            found[entry.code] = Entry(entry.code, tuple(names), {**entry.attributes, **known.attributes})
    return list(found.values())
