"""Excel workbooks that hold exactly what went in: text stays text, numbers that Excel would round stay text.

A cell of Excel holds 32,767 UTF-16 units. What is longer stands in the sheet "Long text" in pieces, and its cell says
where. A text that XlsxWriter would take for its own rich-text markup goes the same way, cut apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from cencomm.export.table import Cell, Column, Progress, Table, as_text, counted
from cencomm.export.whole_file import whole_file

MAX_CELL_CHARACTERS = 32_767
LONG_TEXT = "Long text"
_PIECE_CHARACTERS = 16_000
"""Half of what a cell takes: a character outside the basic plane counts twice."""
_EXACT_DIGITS = 15
"""Excel keeps numbers as binary doubles: more digits would be rounded."""
_EXACT_PLACES = 30
"""Further behind the point nothing is measured, and a double may lose it."""
_FIRST_DATE = date(1900, 3, 1)
"""Excel's calendar before has a day that never was."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HEADER_COLOUR = "#DCE6F1"
_MAX_SHEET_NAME = 31
_NOT_IN_SHEET_NAMES = str.maketrans(dict.fromkeys([*"[]:*?/\\'\ufffe\uffff", *map(chr, range(32))], " "))


@dataclass(slots=True)
class _Book:
    """A workbook that is being written and the texts that no cell can take."""

    workbook: Workbook
    header: Format
    name: Format
    prose: Format
    date: Format
    time: Format
    names: set[str] = field(default_factory=lambda: {LONG_TEXT.lower()})
    long_texts: list[str] = field(default_factory=list)


def write_xlsx(
    path: Path,
    tables: Iterable[Table],
    *,
    right_to_left: bool = False,
    on_progress: Progress | None = None,
    made_at_ms: int | None = None,
) -> None:
    """Write each table as one sheet of the workbook `path`, whole or not at all.

    The first row holds the titles, frozen and with a filter; memory does not grow with the number of rows. The same
    tables with the same `made_at_ms` give the same bytes, where the library is the same.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with whole_file(path) as partial, Workbook(str(partial), options) as workbook:
        if made_at_ms is not None:
            workbook.set_properties({"created": _EPOCH + timedelta(milliseconds=made_at_ms)})
        book = _Book(
            workbook,
            header=workbook.add_format(
                {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": _HEADER_COLOUR}
            ),
            name=workbook.add_format({"bold": True, "valign": "top"}),
            prose=workbook.add_format({"text_wrap": True, "valign": "top"}),
            date=workbook.add_format({"num_format": "yyyy-mm-dd"}),
            time=workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        )
        for table in tables:
            _write_table(book, table, right_to_left, on_progress)
        if book.long_texts:
            _write_long_texts(book)


def _write_table(book: _Book, table: Table, right_to_left: bool, on_progress: Progress | None) -> None:
    sheet = book.workbook.add_worksheet(_sheet_name(book, table.name))
    if right_to_left:
        sheet.right_to_left()
    if not table.is_list:
        _write_prose(book, sheet, table)
        return
    _write_titles(book, sheet, table.columns)
    last = 0
    for number, row in enumerate(counted(table.rows, on_progress), start=1):
        _write_row(book, sheet, number, row)
        last = number
    if table.columns:
        sheet.autofilter(0, 0, last, len(table.columns) - 1)


def _write_prose(book: _Book, sheet: Worksheet, table: Table) -> None:
    """A sheet to read: names at the beginning of each line, no filter, one page wide in print."""
    sheet.hide_gridlines(2)
    sheet.fit_to_pages(1, 0)
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, column.width)
    for number, row in enumerate(table.rows):
        for place, value in enumerate(row):
            look = book.name if place == 0 else book.prose
            sheet.write_string(number, place, _cell_text(book, as_text(value)), look)


def _write_titles(book: _Book, sheet: Worksheet, columns: Sequence[Column]) -> None:
    sheet.freeze_panes(1, 1)
    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.width)
        sheet.write_string(0, number, _cell_text(book, column.title), book.header)


def _write_row(book: _Book, sheet: Worksheet, number: int, row: Sequence[Cell]) -> None:
    for position, value in enumerate(row):
        if value is None or value == "":
            continue
        if isinstance(value, datetime) and value.astimezone(UTC).date() >= _FIRST_DATE:
            sheet.write_datetime(number, position, value.astimezone(UTC).replace(tzinfo=None), book.time)
        elif isinstance(value, date) and not isinstance(value, datetime) and value >= _FIRST_DATE:
            sheet.write_datetime(number, position, value, book.date)
        elif isinstance(value, bool):
            sheet.write_boolean(number, position, value)
        elif isinstance(value, int | Decimal) and _is_exact(Decimal(value)):
            sheet.write_number(number, position, value)
        else:
            sheet.write_string(number, position, _cell_text(book, as_text(value)))


def _is_exact(value: Decimal) -> bool:
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or exponent < -_EXACT_PLACES:
        return False
    return len("".join(map(str, digits)).strip("0")) <= _EXACT_DIGITS and abs(value) < 10**15


def _cell_text(book: _Book, text: str) -> str:
    if not _needs_pieces(text):
        return text
    book.long_texts.append(text)
    return f"[{LONG_TEXT} {len(book.long_texts)}]"


def _needs_pieces(text: str) -> bool:
    is_markup = text.startswith("<r>") and text.endswith("</r>")
    return is_markup or (len(text) > _PIECE_CHARACTERS and len(text.encode("utf-16-le")) // 2 > MAX_CELL_CHARACTERS)


def _write_long_texts(book: _Book) -> None:
    sheet = book.workbook.add_worksheet(LONG_TEXT)
    columns = (
        Column("number", "Number", width=10),
        Column("piece", "Piece", width=10),
        Column("text", "Text", width=80),
    )
    _write_titles(book, sheet, columns)
    row = 0
    for number, text in enumerate(book.long_texts, start=1):
        for piece, part in enumerate(_pieces(text), start=1):
            row += 1
            sheet.write_number(row, 0, number)
            sheet.write_number(row, 1, piece)
            sheet.write_string(row, 2, part)


def _pieces(text: str) -> list[str]:
    """Parts that each fit a cell; the first one is short where the whole would be markup."""
    size = _PIECE_CHARACTERS if len(text) > _PIECE_CHARACTERS else 2
    return [
        text[:size],
        *(text[start : start + _PIECE_CHARACTERS] for start in range(size, len(text), _PIECE_CHARACTERS)),
    ]


def _sheet_name(book: _Book, wanted: str) -> str:
    """A name that Excel takes and that is not used yet."""
    base = wanted.translate(_NOT_IN_SHEET_NAMES).strip(" ")
    base = _cut(base, _MAX_SHEET_NAME) or "Sheet"
    name, number = base, 1
    while name.lower() in book.names:
        number += 1
        suffix = f" {number}"
        name = _cut(base, _MAX_SHEET_NAME - len(suffix)) + suffix
    book.names.add(name.lower())
    return name


def _cut(text: str, units: int) -> str:
    """As much of the text as so many UTF-16 units hold, which is how Excel counts."""
    text = text[:units]
    while len(text.encode("utf-16-le")) // 2 > units:
        text = text[:-1]
    return text
