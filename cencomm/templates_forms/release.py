"""What of a seizure record may leave for the CEN core (DESIGN §4): data in the core's own field names.

A field leaves as it is (`full`) or without its time (`coarse`) where its template lets it; the core knows no other.
Free text is let out by no template: it leaves only when the contact point says that he has read it (`words`). Nothing
leaves that holds a value of a nominal field of the same record. The national case number stays behind.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from cencomm.templates_forms.chain import SEIZURES
from cencomm.templates_forms.errors import NominalInWords, NotReleasable
from cencomm.templates_forms.model import FREE_TEXT, Field, Template

_DAY: Final = 10
_CASE: Final[Mapping[str, str]] = {
    "reporting_country": "reporting_country",
    "operation_code": "operation_code",
    "offence_at": "occurred_on",
    "offence_country": "country",
    "location_type": "location_type",
    "offence_location": "location",
    "direction": "direction",
    "transport_mode": "transport_mode",
    "traffic_type": "traffic_type",
    "detection_method": "detection_method",
    "persons_arrested": "persons_arrested",
}
"""Where the answers of a record stand in a case."""
_CASE_LONG: Final[Mapping[str, str]] = {
    "conveyance_type": "conveyance_type",
    "detection_aids": "detection_aids",
    "concealment": "concealment",
    "goods_outcome": "goods_outcome",
    "case_outcome": "case_outcome",
}
_LINE: Final = ("heading", "product", "quantity", "unit", "quantity_basis", "quantity_missing")
_LINE_LONG: Final = ("hs6",)
_WORDS: Final[Mapping[str, str]] = {"offence_place": "place_text"}
_WORDS_LONG: Final[Mapping[str, str]] = {"concealment_text": "concealment_text", "modus_operandi": "narrative"}
_LINE_WORDS: Final = ("product_other",)
_LINE_WORDS_LONG: Final = ("species",)
_NARRATIVE_LANGUAGE: Final = ("text_language", "narrative_language")
_CODED: Final = frozenset({"code", "codes", "bool", "int", "decimal", "derived"})
"""Types whose values nobody writes freely: a code or a number of one field means nothing in another."""
_SHORTEST: Final = 2
"""A nominal value of one character would be found in every text."""
_JOINED: Final = 5
"""From this length a value is known again however it is spaced: `AB 12-345` in `AB12345`."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """One answer that leaves: its path in the record and in the case, as it leaves, and whether it is free text."""

    path: str
    field: str
    value: Any
    is_words: bool = False
    is_checked: bool = False
    """Whether somebody may have written a name there: free text, and identifiers that stand in no list."""


@dataclass(frozen=True, slots=True)
class Projection:
    """`data` is what the core takes, `leaving` the same answer by answer, in the order of the record."""

    data: Mapping[str, Any]
    leaving: tuple[Leaving, ...]


def projected(template: Template, answers: Mapping[str, Any], *, words: bool = False) -> Projection:
    """What leaves; with `words` also the free text for which the core has a place.

    Raises:
        NotReleasable: the template is no seizure form.
        NominalInWords: something that would leave holds a value of a nominal field of this record.
    """
    if template.id not in SEIZURES:
        raise NotReleasable(template=template.id)
    found = tuple(_Walk(template, answers, words=words).leaving())
    _require_nameless(found, _nominal_values(template, answers))
    return Projection(_data(template, answers, found), found)


class _Walk:
    """The answers of one record that its template, and the reader of its free text, let leave."""

    def __init__(self, template: Template, answers: Mapping[str, Any], *, words: bool) -> None:
        self._fields = template.fields
        self._answers = answers
        self._words = words
        self._is_long = template.id == "long_seizure"

    def leaving(self) -> Iterator[Leaving]:
        for key, field in {**_CASE, **(_CASE_LONG if self._is_long else {})}.items():
            yield from self._one(self._answers, key, "", field)
        yield from self._route()
        for number, row in _rows(self._answers, "item"):
            yield from self._line(row, f"item[{number}].", f"goods[{number}].")
        if self._words:
            yield from self._texts()

    def _one(
        self, row: Mapping[str, Any], key: str, prefix: str, target: str, *, words: bool = False
    ) -> Iterator[Leaving]:
        field, value = self._fields.get(key), row.get(key)
        if field is None or not _may_leave(field, words=words) or not _is_answered(value):
            return
        if field.type == "datetime":
            value = value[:_DAY] if isinstance(value, str) else None
        if value is not None:
            is_checked = field.type in FREE_TEXT or (field.type == "identifier" and not field.reference)
            yield Leaving(f"{prefix}{key}", target, value, is_words=words, is_checked=is_checked)

    def _line(self, row: Mapping[str, Any], prefix: str, target: str) -> Iterator[Leaving]:
        for key in (*_LINE, *(_LINE_LONG if self._is_long else ())):
            yield from self._one(row, key, prefix, target + key)
        if self._words:
            for key in (*_LINE_WORDS, *(_LINE_WORDS_LONG if self._is_long else ())):
                yield from self._one(row, key, prefix, target + key, words=True)

    def _texts(self) -> Iterator[Leaving]:
        for key, field in {**_WORDS, **(_WORDS_LONG if self._is_long else {})}.items():
            found = list(self._one(self._answers, key, "", field, words=True))
            yield from found
            if found and field == "narrative":
                yield from self._one(self._answers, _NARRATIVE_LANGUAGE[0], "", _NARRATIVE_LANGUAGE[1])

    def _route(self) -> Iterator[Leaving]:
        """Departure, transits, destination; a stage whose country stays behind stays as a whole."""
        stages = [("departure", self._answers, "", "departure_")]
        if self._is_long:
            stages += [("transit", row, f"transit[{n}].", "transit_") for n, row in _rows(self._answers, "transit")]
        stages.append(("destination", self._answers, "", "destination_"))
        number = 0
        for _, row, prefix, name in stages:
            target = f"route[{number}]."
            country = list(self._one(row, f"{name}country", prefix, f"{target}country"))
            if not country:
                continue
            number += 1
            yield from country
            if self._is_long:
                yield from self._one(row, f"{name}location", prefix, f"{target}location")
                yield from self._one(row, f"{name}reached", prefix, f"{target}reached")


def _may_leave(field: Field, *, words: bool) -> bool:
    if field.nominal != "none":
        return False
    return field.type in FREE_TEXT if words else field.cen in {"full", "coarse"} and field.type not in FREE_TEXT


def _is_answered(value: object) -> bool:
    return value is not None and value not in ("", [])


def _rows(answers: Mapping[str, Any], key: str) -> list[tuple[int, Mapping[str, Any]]]:
    """The rows of a repeat that are rows, with their numbers among these."""
    found = answers.get(key)
    return list(enumerate(row for row in found if isinstance(row, Mapping))) if isinstance(found, list) else []


_ROW_PATH: Final = re.compile(r"(goods|route)\[(\d+)\]\.(\w+)")
_PARTS: Final[Mapping[str, str]] = {"departure_country": "departure", "destination_country": "destination"}


def _data(template: Template, answers: Mapping[str, Any], leaving: Sequence[Leaving]) -> dict[str, Any]:
    lines: list[dict[str, Any]] = [{} for _ in _rows(answers, "item")]
    stages: list[dict[str, Any]] = []
    data: dict[str, Any] = {"form": "long" if template.id == "long_seizure" else "simplified"}
    for one in leaving:
        place = _ROW_PATH.fullmatch(one.field)
        if place is None:
            data[one.field] = one.value
        elif place[1] == "goods":
            lines[int(place[2])][place[3]] = one.value
        else:
            if place[3] == "country":
                stages.append({"part": _PARTS.get(one.path, "transit")})
            stages[int(place[2])][place[3]] = one.value
    return data | {"route": stages, "goods": lines}


# ------------------------------------------------------------ names in what leaves


@lru_cache(maxsize=64)
def _nominal_keys(template: Template) -> frozenset[str]:
    return frozenset(
        key for key, field in template.fields.items() if field.nominal != "none" and field.type not in _CODED
    )


def _nominal_values(template: Template, answers: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Each value of a nominal field, with its path."""
    return tuple(_values(_nominal_keys(template), answers, ""))


def _values(keys: frozenset[str], answers: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in answers.items():
        if isinstance(value, list):
            for number, row in enumerate(value):
                if isinstance(row, Mapping):
                    yield from _values(keys, row, f"{prefix}{key}[{number}].")
        elif key in keys and isinstance(value, str):
            yield f"{prefix}{key}", value


def _require_nameless(leaving: Sequence[Leaving], nominal: Sequence[tuple[str, str]]) -> None:
    """Raises NominalInWords."""
    known = [(path, _tokens(value)) for path, value in nominal]
    known = [(path, tokens) for path, tokens in known if len("".join(tokens)) >= _SHORTEST]
    for one in leaving:
        if not one.is_checked or not isinstance(one.value, str):
            continue
        written = _tokens(one.value)
        for path, tokens in known:
            if _holds(written, tokens):
                raise NominalInWords(path=one.path, nominal=path)


def _holds(written: Sequence[str], tokens: Sequence[str]) -> bool:
    """Whether these words stand there together; a longer value, and one in a script that writes without spaces or with
    prefixes, is found inside of other words too."""
    joined = "".join(tokens)
    is_inside = len(joined) >= _JOINED or any(unicodedata.category(sign) == "Lo" for sign in joined)
    if is_inside and joined in "".join(written):
        return True
    return any(list(written[at : at + len(tokens)]) == list(tokens) for at in range(len(written)))


_TOKEN: Final = re.compile(r"\w+")


def _tokens(text: str) -> list[str]:
    """Words without case, accents and signs, so that `Müller` is found in `MULLER,`."""
    plain = unicodedata.normalize("NFKD", text)
    folded = "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()
    return _TOKEN.findall(folded.replace("_", " "))
