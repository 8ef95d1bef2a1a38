"""A workbook that anybody may have made, opened within bounds (threat: bombs, huge sheets, things that run).

An archive is measured by what it really unpacks to before the parser sees it, and each sheet by the farthest cell that
it names: the parser makes room for all cells before that one, and would end the process where there is none. Only xlsx
is taken, the one form whose cells can be measured so.
"""

from __future__ import annotations

import contextlib
import math
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, WorksheetNotFound

from cencomm.bulk.errors import TableTooLarge, TableUnreadable
from cencomm.damaged_zip import DAMAGED_ZIP

Value = int | float | str | bool | time | date | datetime | timedelta

MAX_UNPACKED = 256 * 1024 * 1024
MAX_MEMBERS = 2_000
MAX_CELLS = 8_000_000
MAX_SHEETS = 200
_CHUNK = 1024 * 1024
_MACROS = "vbaproject.bin"
_WORKBOOK = "xl/workbook.xml"
_PLACE = re.compile(rb"""\sr\s*=\s*["']\s*([A-Za-z]{0,6})([0-9]{1,9})""")
"""Where a cell or row says that it stands."""
_LONGEST_PLACE = 64
_EMPTY_ROW = re.compile(rb"""<row(?:\s+[\w:.-]+="[^"<>&]*")*\s*(?:/>|>\s*</row\s*>)""")
"""A row without cells: spreadsheets write one for the last row of all, which takes no room."""
_LONGEST_ROW = 2_048


class Sheets:
    """The sheets of one open workbook."""

    def __init__(self, workbook: CalamineWorkbook) -> None:
        self._workbook = workbook
        self.names = tuple(sheet.name for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet)

    def rows(self, name: str) -> Iterator[tuple[int, list[Value]]]:
        """The rows of a sheet with their numbers as the spreadsheet shows them.

        Raises:
            TableUnreadable: there is no such sheet, or it is broken; TableTooLarge.
        """
        try:
            sheet = self._workbook.get_sheet_by_name(name)
        except WorksheetNotFound:
            raise TableUnreadable(line=0, reason="no_sheet") from None
        except CalamineError:
            raise TableUnreadable(line=0, reason="broken") from None
        _, first_column = sheet.start or (0, 0)
        for number, row in enumerate(sheet.iter_rows(), 1):
            yield number, [*[""] * first_column, *row]


@contextlib.contextmanager
def open_sheets(path: Path) -> Iterator[Sheets]:
    """The workbook at `path` (xlsx).

    Raises:
        TableUnreadable: it is none, is encrypted, or holds macros; TableTooLarge.
    """
    _measure(path)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
    except PasswordError:
        raise TableUnreadable(line=0, reason="password") from None
    except (CalamineError, OSError, ValueError):
        raise TableUnreadable(line=0, reason="not_a_workbook") from None
    if len(workbook.sheet_names) > MAX_SHEETS:
        raise TableTooLarge(what="sheets", limit=MAX_SHEETS)
    yield Sheets(workbook)


def _measure(path: Path) -> None:
    """Raises what `open_sheets` raises, before the parser has seen anything."""
    if not zipfile.is_zipfile(path):
        raise TableUnreadable(line=0, reason="not_a_workbook")
    left = MAX_UNPACKED
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS:
                raise TableTooLarge(what="files", limit=MAX_MEMBERS)
            names = {member.filename.lower() for member in members}
            if any(name.endswith(_MACROS) for name in names):
                raise TableUnreadable(line=0, reason="macros")
            if _WORKBOOK not in names:
                raise TableUnreadable(line=0, reason="not_a_workbook")
            for member in members:
                left -= _measure_member(archive, member, left)
    except (*DAMAGED_ZIP, OSError):
        raise TableUnreadable(line=0, reason="not_a_workbook") from None


def _measure_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> int:
    """How many bytes the member is, and whether its cells are within the bound; any member may be a sheet."""
    size, rows, columns, rest = 0, 1, 1, b""
    with archive.open(member) as opened:
        while chunk := opened.read(_CHUNK):
            size += len(chunk)
            if size > left:
                raise TableTooLarge(what="bytes", limit=MAX_UNPACKED)
            rest += chunk
            begun = rest.rfind(b"<row", -_LONGEST_ROW)
            data, rest = (rest[:begun], rest[begun:]) if begun > 0 else (rest, rest[-_LONGEST_PLACE:])
            rows, columns = _farthest(data, rows, columns)
        _farthest(rest, rows, columns)
    return size


def _farthest(data: bytes, rows: int, columns: int) -> tuple[int, int]:
    for letters, number in _PLACE.findall(_EMPTY_ROW.sub(b"", data)):
        rows, columns = max(rows, int(number)), max(columns, _column(letters))
    if rows * columns > MAX_CELLS:
        raise TableTooLarge(what="cells", limit=MAX_CELLS)
    return rows, columns


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def cell_text(value: Value) -> str:
    """A cell as text: whole numbers without a point, decimals with every digit, dates year first."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def number_text(value: float) -> str:
    """The shortest decimal that is this number."""
    if not math.isfinite(value):
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(Decimal(repr(value)), "f")
