"""A question to the picture base, checked; and which hashes are near another one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from cen_core.errors import QueryInvalid
from cen_core.model.picture import FoundPicture
from cen_core.model.results import Bucket

LISTS: Final[Mapping[str, str]] = {
    "kind": "",
    "conveyance_type": "conveyance_type",
    "concealment": "concealment",
    "heading": "heading",
    "product": "product",
    "detection_method": "detection_method",
    "detection_aid": "detection_aid",
    "member": "country",
}
"""What pictures are filtered and counted by, with the code list of its words."""
SEVERAL: Final = frozenset({"concealment", "detection_aid"})
"""Of these a picture may have several."""
MAX_PAGE: Final = 96
DEFAULT_PAGE: Final = 24
MAX_VALUES: Final = 50
NOTHING: Final = "-"

BITS: Final = 64
BANDS: Final = 4
BAND_BITS: Final = BITS // BANDS
MAX_APART: Final = 2
"""Bits that one band may differ in to be looked at."""
NEAR: Final = BANDS * (MAX_APART + 1) - 1
"""Eleven: two hashes no further apart than this have a band with at most `MAX_APART` of the differences, so that
looking at near bands finds all of them."""

_VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_CURSOR = re.compile(r"([0-9]{1,15})\.([0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class PictureFilter:
    """Of each named field one of the values; the empty value means that it was not given."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limit: int = DEFAULT_PAGE
    after: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class PictureResults:
    """A page of pictures, the last validated first, with what else could be chosen."""

    pictures: tuple[FoundPicture, ...]
    total: int
    next_after: str
    facets: Mapping[str, tuple[Bucket, ...]]


def picture_filter(given: Mapping[str, Sequence[str]], limit: int = DEFAULT_PAGE, after: str = "") -> PictureFilter:
    """Raises QueryInvalid."""
    values: dict[str, tuple[str, ...]] = {}
    for name, found in given.items():
        if name not in LISTS:
            raise QueryInvalid(field=name[:64], reason="unknown_field")
        if len(found) > MAX_VALUES:
            raise QueryInvalid(field=name, reason="too_many_values")
        if not all(value == NOTHING or _VALUE.fullmatch(value) for value in found):
            raise QueryInvalid(field=name, reason="malformed")
        if found:
            values[name] = tuple("" if value == NOTHING else value for value in found)
    if not 1 <= limit <= MAX_PAGE:
        raise QueryInvalid(field="limit", reason="out_of_range")
    cursor = _CURSOR.fullmatch(after)
    if after and cursor is None:
        raise QueryInvalid(field="after", reason="malformed")
    return PictureFilter(values, limit, None if cursor is None else (int(cursor[1]), cursor[2]))


def bands(dhash: str) -> Iterator[tuple[int, int]]:
    """The hash in pieces: number and value."""
    whole = int(dhash, 16)
    for band in range(BANDS):
        yield band, whole >> (BAND_BITS * band) & ((1 << BAND_BITS) - 1)


def near_values(value: int) -> list[int]:
    """Every value of a band that differs in at most `MAX_APART` bits: 137 of 65,536."""
    return [
        value ^ sum(1 << bit for bit in bits)
        for apart in range(MAX_APART + 1)
        for bits in combinations(range(BAND_BITS), apart)
    ]


def distance(left: str, right: str) -> int:
    """In how many bits two hashes differ."""
    return (int(left, 16) ^ int(right, 16)).bit_count()
