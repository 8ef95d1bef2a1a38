"""Words of any script as tokens that SQLite and PostgreSQL index alike, and a search text as clauses of such tokens.

Case, accents and vowel points do not matter. Scripts that are written without spaces become overlapping pairs of
characters. Nothing of what somebody typed reaches a database but letters, marks and digits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from cen_core.errors import QueryInvalid
from cen_core.model import codes
from cencomm.i18n.catalogue import LANGUAGES

MAX_TEXT = 500
MAX_CLAUSES = 20
MAX_TOKEN = 64
MIN_PREFIX_FOR_CODES = 3
"""A shorter beginning fits so many words of code lists that it would say nothing."""

_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # kana
    (0x3400, 0x9FFF),  # CJK
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
_SAME_LETTER = str.maketrans({"ى": "ي", "ة": "ه", "ـ": None, "ı": "i"})
_TERM = re.compile(r'(-?)(?:"([^"]*)"|([^\s"]+))')


def tokens(text: str) -> list[str]:
    """The tokens of a text, in order."""
    return [token for run in _runs(normal(text)) for token in _split(run)]


def normal(text: str) -> str:
    """Lower case without accents, points and compatibility forms."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_SAME_LETTER)
    return "".join(c for c in unicodedata.normalize("NFKD", folded) if not _is_accent(c))


def _is_accent(character: str) -> bool:
    """Accents above and below letters, Hebrew and Arabic points; not the vowel signs of Indic scripts."""
    kind = unicodedata.combining(character)
    return 10 <= kind <= 36 or kind >= 200


def _runs(text: str) -> Iterator[str]:
    run: list[str] = []
    unspaced = False
    for character in text:
        if unicodedata.category(character)[0] not in "LMN":
            if run:
                yield "".join(run)
            run = []
            continue
        now = _is_unspaced(character)
        if run and now != unspaced:
            yield "".join(run)
            run = []
        run.append(character)
        unspaced = now
    if run:
        yield "".join(run)


def _is_unspaced(character: str) -> bool:
    point = ord(character)
    return point >= 0x0E00 and any(first <= point <= last for first, last in _UNSPACED)


def _split(run: str) -> list[str]:
    """A word as it is; a run without spaces as pairs, its last character by itself, so that each is found."""
    if not _is_unspaced(run[0]):
        return [_without_article(run)[:MAX_TOKEN]]
    return [run[at : at + 2] for at in range(len(run))]


def _without_article(word: str) -> str:
    """Arabic writes its article onto the word; word lists leave it out, sentences do not."""
    return word[2:] if word.startswith("ال") and len(word) > 4 else word


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens one after the other; the last one may be only the beginning of a word."""

    tokens: tuple[str, ...]
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """At least one of these stands in the case; or, negated, none."""

    any_of: tuple[Phrase, ...]
    negated: bool = False


def clauses(text: str) -> tuple[Clause, ...]:
    """What a search text asks: all of its words, `"these together"`, `begin*`, `-without`. Other signs mean nothing.

    A word that is in the words of a code, in any of the six languages, finds the cases with that code too.

    Raises:
        QueryInvalid: too long, or too many words.
    """
    if len(text) > MAX_TEXT:
        raise QueryInvalid(field="text", reason="too_long")
    found = tuple(clause for match in _TERM.finditer(text) if (clause := _clause(match)) is not None)
    if len(found) > MAX_CLAUSES:
        raise QueryInvalid(field="text", reason="too_many_words")
    return found


def _clause(match: re.Match[str]) -> Clause | None:
    minus, quoted, word = match.groups()
    typed = word if quoted is None else quoted
    given = tuple(tokens(typed))
    if not given:
        return None
    is_prefix = typed.endswith("*") or (len(given[-1]) == 1 and _is_unspaced(given[-1]))
    own = Phrase(_without_tail(given), is_prefix and len(_without_tail(given)) == len(given))
    coded = tuple(Phrase((token,)) for token in _codes_with(given, typed.endswith("*")))
    return Clause((own, *coded), minus == "-")


def _without_tail(given: tuple[str, ...]) -> tuple[str, ...]:
    """The last character of a run is a token of its own only where the run ends: in a longer text it need not end."""
    if len(given) > 1 and len(given[-1]) == 1 and _is_unspaced(given[-1]):
        return given[:-1]
    return given


@cache
def code_token(name: str, code: str) -> str:
    """The token under which a case's code is indexed; no word that anybody writes looks like this."""
    return f"zz{name}{code}".replace("_", "").replace("-", "").replace("+", "").lower()


@cache
def _words_of_codes() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Every code's token with its words' tokens, once for each language, and once for the code itself."""
    found: set[tuple[str, tuple[str, ...]]] = set()
    for name, code in codes.all_codes():
        token = code_token(name, code)
        found.add((token, tuple(tokens(code))))
        found.update((token, tuple(tokens(codes.word(name, code, language)))) for language in LANGUAGES)
    return tuple(sorted(found))


@cache
def _codes_by_word() -> dict[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    by_word: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for token, words in _words_of_codes():
        for word in set(words):
            by_word.setdefault(word, []).append((token, words))
    return {word: tuple(found) for word, found in by_word.items()}


def _codes_with(given: tuple[str, ...], is_prefix: bool) -> list[str]:
    """The tokens of codes in whose words the given tokens stand together."""
    if is_prefix and len(given) == 1:
        if len(given[0]) < MIN_PREFIX_FOR_CODES:
            return []
        return sorted({code for code, words in _words_of_codes() if any(w.startswith(given[0]) for w in words)})
    candidates = _codes_by_word().get(given[0], ())
    return sorted({code for code, words in candidates if _holds(words, given)})


def _holds(words: tuple[str, ...], given: tuple[str, ...]) -> bool:
    return any(words[at : at + len(given)] == given for at in range(len(words) - len(given) + 1))
