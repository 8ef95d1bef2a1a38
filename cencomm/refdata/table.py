"""Any table with a header: one column of codes, columns of names, and the rest as what else is said of a code.

The headers of UNECE's Recommendations (`Common Code`, `Code`, `Name`), of UN/LOCODE's re-publishers and of ours
(`code`, `name`, `name_fr`) are known; any other column can be named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cencomm.refdata.entry import ANY, Entry, folded
from cencomm.refdata.errors import RefdataMalformed
from cencomm.refdata.lists import kind_of

_CODE_HEADERS = (
    "code",
    "common code",
    "locode",
    "un number",
    "un no",
    "hscode",
    "hs code",
    "iata",
    "full name",
    "taxon",
)
_NAME_HEADERS = ("name", "description", "label", "title", "full name", "taxon", "proper shipping name")
_OTHER_NAMES = frozenset({"namewodiacritics", "synonym", "synonyms", "alias"})
_LANGUAGE = re.compile(r"(?:name|label|title)\s([a-z]{2,3})")
_DELETED = "X"
_MAX_ATTRIBUTES = 30


@dataclass(frozen=True, slots=True)
class _Header:
    titles: tuple[str, ...]
    code: int
    names: tuple[tuple[int, str], ...]
    """Column and language of each name."""
    status: int


def entries_of(
    name: str, rows: Iterable[tuple[int, list[str]]], *, code_column: str = "", name_column: str = ""
) -> Iterator[Entry]:
    """The entries of the list `name`; rows whose status is X (deleted) are left out.

    Raises:
        RefdataMalformed: with line and column of the first row that cannot be read.
    """
    pattern = kind_of(name).code
    header: _Header | None = None
    for line, raw in rows:
        cells = [" ".join(cell.split()) for cell in raw]
        if header is None:
            header = _header(line, cells, code_column, name_column)
            continue
        if len(cells) > len(header.titles):
            raise RefdataMalformed(line=line, column="", reason="cell_count")
        cells += [""] * (len(header.titles) - len(cells))
        if header.status >= 0 and cells[header.status] == _DELETED:
            continue
        code = cells[header.code].replace(" ", "") if name == "location" else cells[header.code]
        if name == "location" and len(code) == 2:
            continue  # the row of a country
        if pattern.fullmatch(code) is None:
            raise RefdataMalformed(line=line, column=header.titles[header.code], reason="code")
        names = tuple(dict.fromkeys((language, cells[at]) for at, language in header.names if cells[at]))
        if not names:
            raise RefdataMalformed(line=line, column=header.titles[header.names[0][0]], reason="empty")
        yield Entry(code, names, _attributes(header, cells))


def _header(line: int, cells: Sequence[str], code_column: str, name_column: str) -> _Header:
    titles = tuple(cells)
    plain = [folded(title) for title in titles]
    code = _find(plain, (folded(code_column),) if code_column else _CODE_HEADERS)
    main = _find(plain, (folded(name_column),) if name_column else _NAME_HEADERS)
    names = [(main, ANY)] if main >= 0 else []
    for at, title in enumerate(plain):
        language = _LANGUAGE.fullmatch(title)
        if at not in {code, main} and language is not None:
            names.append((at, language[1]))
        elif at not in {code, main} and title in _OTHER_NAMES:
            names.append((at, ANY))
    if code < 0 or not names:
        missing = (code_column or "code") if code < 0 else (name_column or "name")
        raise RefdataMalformed(line=line, column=missing, reason="columns")
    return _Header(titles, code, tuple(names), _find(plain, ("status", "ch")))


def _find(plain: Sequence[str], wanted: Sequence[str]) -> int:
    return next((plain.index(title) for title in wanted if title in plain), -1)


def _attributes(header: _Header, cells: Sequence[str]) -> dict[str, str]:
    taken = {header.code, *(at for at, _ in header.names)}
    said: dict[str, str] = {}
    for at, title in enumerate(header.titles):
        key = folded(title).replace(" ", "_")
        if at not in taken and key and cells[at] and len(said) < _MAX_ATTRIBUTES:
            said.setdefault(key, cells[at])
    return said
