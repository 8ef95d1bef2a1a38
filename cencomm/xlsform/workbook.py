"""The cells of a form's workbook, every one as text: xlsx and xls, within bounds, whoever made the file.

An xlsx is measured before its parser sees it (`bulk/workbook_file.py`). An xls is read in Python by xlrd, row by row
and only the sheets of a form: it makes no room for cells that are not there.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import xlrd
from xlrd.compdoc import CompDoc, CompDocError
from xlrd.xldate import XLDateError, xldate_as_datetime

from cencomm.bulk.errors import TableTooLarge, TableUnreadable
from cencomm.bulk.workbook_file import cell_text, open_sheets
from cencomm.xlsform.errors import SheetMissing, XlsformTooLarge, XlsformUnreadable

MAX_BYTES = 16 * 1024 * 1024
MAX_XLS_BYTES = 4 * 1024 * 1024
MAX_ROWS = 50_000
MAX_COLUMNS = 500
MAX_CELL = 32_767
MAX_CELLS = 300_000
"""Cells with something in them, in all sheets of the form together."""

TABLES: Final = "cencomm_tables"
"""A sheet of our own, for the look-up tables of a template; other programs pass over it."""
SHEETS: Final = frozenset({"survey", "choices", "settings", "external_choices", TABLES})
OTHER_SHEETS: Final = frozenset({"entities", "osm"})
"""Sheets of XLSForm that have no counterpart here."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BEGINNING = b"\t"
"""The first byte of every workbook stream: that of its record BOF."""
_DAMAGED_XLS: Final = (
    xlrd.XLRDError,
    CompDocError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)
"""What xlrd raises over a file that is not as it was written; only the first two are its own."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The header, and each row that has a cell: its number as the spreadsheet shows it, and its cells."""

    name: str
    header: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]]


Book = Mapping[str, Sheet]
"""The sheets of a form by their names in small letters."""


def read_workbook(path: Path) -> Book:
    """The sheets of the form in `path`.

    Raises:
        XlsformUnreadable, XlsformTooLarge; SheetMissing: there is no `survey`.
    """
    with path.open("rb") as file:
        is_xls = file.read(len(_OLE)) == _OLE
    size, limit = path.stat().st_size, MAX_XLS_BYTES if is_xls else MAX_BYTES
    if size > limit:
        raise XlsformTooLarge(what="bytes", limit=limit)
    book = _read_xls(path) if is_xls else _read_xlsx(path)
    if sum(bool(cell) for sheet in book.values() for _, cells in sheet.rows for cell in cells) > MAX_CELLS:
        raise XlsformTooLarge(what="cells", limit=MAX_CELLS)
    if "survey" not in book or not any(book["survey"].header):
        raise SheetMissing(sheet="survey")
    return book


def _read_xlsx(path: Path) -> Book:
    try:
        with open_sheets(path) as sheets:
            return _of_form(
                sheets.names, lambda name: ((row, map(cell_text, cells)) for row, cells in sheets.rows(name))
            )
    except TableUnreadable as error:
        raise XlsformUnreadable(reason=error.facts["reason"]) from None
    except TableTooLarge as error:
        raise XlsformTooLarge(**error.facts) from None


class _BoundedDocument(CompDoc):  # type: ignore[misc]  # xlrd ships no types
    """The container of an xls. In xlrd a chain of sectors that comes back to itself would be followed for ever."""

    def _get_stream(
        self, mem: bytes, base: int, sat: Sequence[int], size: int, start: int, *more: Any, **named: Any
    ) -> Any:
        sector, left = start, len(sat)
        while sector >= 0:
            if not left:
                raise CompDocError("a chain without an end")
            sector, left = sat[sector], left - 1
        return super()._get_stream(mem, base, sat, size, start, *more, **named)


def _xls_stream(data: bytes) -> bytes:
    """The workbook in its container, which xlrd takes without it, too."""
    document = _BoundedDocument(data, logfile=io.StringIO())
    for name in ("Workbook", "Book"):
        found, base, length = document.locate_named_stream(name)
        stream = bytes(found[base : base + length]) if found else b""
        if stream.startswith(_BEGINNING):  # nothing else: in here xlrd would open another container, or an archive
            return stream
    raise CompDocError("no workbook in it")


def _read_xls(path: Path) -> Book:
    try:
        stream = _xls_stream(path.read_bytes())
        with xlrd.open_workbook(
            file_contents=stream, logfile=io.StringIO(), on_demand=True, ragged_rows=True
        ) as workbook:
            return _of_form(workbook.sheet_names(), lambda name: _xls_rows(workbook, name))
    except _DAMAGED_XLS:
        raise XlsformUnreadable(reason="not_a_workbook") from None


def _xls_rows(workbook: Any, name: str) -> Iterator[tuple[int, Iterator[str]]]:
    sheet = workbook.sheet_by_name(name)
    for row in range(sheet.nrows):
        yield row + 1, (_xls_text(cell, workbook.datemode) for cell in sheet.row(row))
    workbook.unload_sheet(name)


def _xls_text(cell: Any, datemode: int) -> str:
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return ""
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "true" if cell.value else "false"
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return cell_text(xldate_as_datetime(cell.value, datemode))
        except (XLDateError, OverflowError):
            return cell_text(cell.value)
    return cell_text(cell.value)


_Rows = Callable[[str], Iterator[tuple[int, Iterator[str]]]]


def _of_form(names: Sequence[str], rows: _Rows) -> Book:
    """The sheets that belong to a form; a workbook of one sheet is its survey, whatever the name."""
    known = {name.strip().lower(): name for name in names if name.strip().lower() in SHEETS | OTHER_SHEETS}
    if not known and len(names) == 1:
        known = {"survey": names[0]}
    return {key: _sheet(key, rows(name)) for key, name in known.items()}


def _sheet(name: str, rows: Iterator[tuple[int, Iterator[str]]]) -> Sheet:
    found: list[tuple[int, list[str]]] = []
    for number, cells in rows:
        row = [cell.strip() for cell in cells]
        while row and not row[-1]:
            row.pop()
        if len(row) > MAX_COLUMNS:
            raise XlsformTooLarge(what="columns", limit=MAX_COLUMNS)
        if any(len(cell) > MAX_CELL for cell in row):
            raise XlsformTooLarge(what="cell", limit=MAX_CELL)
        if row:
            found.append((number, row))
        if len(found) > MAX_ROWS:
            raise XlsformTooLarge(what="rows", limit=MAX_ROWS)
    header = found.pop(0)[1] if found and found[0][0] == 1 else []
    return Sheet(name, header, found)
