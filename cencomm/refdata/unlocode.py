"""UNECE's UN/LOCODE files: the twelve columns of its CSV without a header, or with one as re-publishers give it.

Rows of a country (`.ANDORRA`) and rows that are to be removed are left out; a row `=` gives a place another name
("Vienna = Wien").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cencomm.refdata.entry import ANY, Entry, folded
from cencomm.refdata.errors import RefdataMalformed
from cencomm.refdata.lists import LISTS

_COLUMNS = 12
_CODE = LISTS["location"].code
_COUNTRY = re.compile(r"[A-Z]{2}")
_PLACE = re.compile(r"([0-9]{2})([0-9]{2})([NS])\s+([0-9]{3})([0-9]{2})([EW])")
_CHANGES = frozenset({"", "+", "|", "#", "=", "X", "¦", "!", "*", "@"})


def is_unlocode(cells: list[str]) -> bool:
    """Whether this first row is one of UNECE's table, which has no header."""
    return len(cells) == _COLUMNS and cells[0].strip() in _CHANGES and _COUNTRY.fullmatch(cells[1].strip()) is not None


@dataclass(frozen=True, slots=True)
class _Alias:
    line: int
    country: str
    name: str
    of: str


def entries_of(rows: Iterable[tuple[int, list[str]]]) -> Iterator[Entry]:
    """The places.

    Raises:
        RefdataMalformed: with the line of the first row that cannot be read.
    """
    codes: dict[tuple[str, str], str] = {}
    aliases: list[_Alias] = []
    for line, raw in rows:
        cells = [cell.strip() for cell in raw]
        if len(cells) != _COLUMNS:
            raise RefdataMalformed(line=line, column="", reason="cell_count")
        change, country, place, name, plain = cells[:5]
        if change == "=":
            other, _, real = name.partition("=")
            aliases.append(_Alias(line, country, other.strip(), real.strip()))
        elif place and change != "X":
            entry = _entry(line, country + place, name, plain, cells)
            codes.setdefault((country, folded(plain or name)), entry.code)
            yield entry
    for alias in aliases:
        code = codes.get((alias.country, folded(alias.of)))
        if code is not None and alias.name:
            yield Entry(code, ((ANY, alias.name),))


def _entry(line: int, code: str, name: str, plain: str, cells: list[str]) -> Entry:
    if _CODE.fullmatch(code) is None:
        raise RefdataMalformed(line=line, column="LOCODE", reason="code")
    if not name:
        raise RefdataMalformed(line=line, column="Name", reason="empty")
    names = dict.fromkeys(((ANY, name), (ANY, plain or name)))
    said = {"country": code[:2], "subdivision": cells[5], "function": cells[6].strip("-0"), "status": cells[7]}
    said |= {"iata": cells[9], **_coordinates(cells[10])}
    return Entry(code, tuple(names), {key: value for key, value in said.items() if value})


def _coordinates(text: str) -> dict[str, str]:
    """Degrees with four places from `5155N 00430E`; what does not fit says nothing."""
    found = _PLACE.fullmatch(text)
    if found is None:
        return {}
    latitude = _degrees(found[1], found[2], found[3] == "S")
    longitude = _degrees(found[4], found[5], found[6] == "W")
    return {"lat": latitude, "lon": longitude}


def _degrees(whole: str, minutes: str, negative: bool) -> str:
    ten_thousandths = int(whole) * 10_000 + round(int(minutes) * 10_000 / 60)
    return f"{'-' if negative else ''}{ten_thousandths // 10_000}.{ten_thousandths % 10_000:04d}"
