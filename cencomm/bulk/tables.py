"""A table from a file, every cell as text, within bounds: CSV, a sheet of a workbook, or a list of JSON objects.

Formulas are not calculated and macros are never run: of a workbook only the values are read that it holds.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cencomm.bulk.errors import ColumnMissing, TableTooLarge, TableUnreadable
from cencomm.bulk.workbook_file import cell_text, open_sheets

MAX_BYTES = 128 * 1024 * 1024
MAX_ROWS = 500_000
MAX_COLUMNS = 500
MAX_CELL = 32_767


@dataclass(frozen=True, slots=True)
class TableForm:
    """How the file is written."""

    kind: Literal["csv", "workbook", "json"] = "csv"
    delimiter: str = ","
    encoding: Literal["utf-8", "latin-1", "cp1252"] = "utf-8"
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row: its number from 1, the line or row where it stands in the file, and its cells by header."""

    number: int
    line: int
    cells: Mapping[str, str]


def read_table(path: Path, form: TableForm, wanted: Iterable[str] = ()) -> Iterator[SourceRow]:
    """The rows, one by one; empty ones are left out.

    Raises:
        TableUnreadable, TableTooLarge; ColumnMissing: a wanted header is not there.
    """
    if path.stat().st_size > MAX_BYTES:
        raise TableTooLarge(what="bytes", limit=MAX_BYTES)
    readers = {"csv": _csv_rows, "workbook": _sheet_rows, "json": _json_rows}
    return _checked(readers[form.kind](path, form), tuple(wanted))


def _checked(rows: Iterator[tuple[int, Sequence[str]]], wanted: Sequence[str]) -> Iterator[SourceRow]:
    header: list[str] = []
    number = 0
    for line, cells in rows:
        if len(cells) > MAX_COLUMNS:
            raise TableTooLarge(what="columns", limit=MAX_COLUMNS)
        if any(len(cell) > MAX_CELL for cell in cells):
            raise TableTooLarge(what="cell", limit=MAX_CELL)
        if not any(cells):
            continue
        if not header:
            header = _header(line, cells, wanted)
        else:
            number += 1
            if number > MAX_ROWS:
                raise TableTooLarge(what="rows", limit=MAX_ROWS)
            if len(cells) > len(header) and any(cells[len(header) :]):
                raise TableUnreadable(line=line, reason="cell_count")
            padded = [*cells, *[""] * (len(header) - len(cells))]
            yield SourceRow(number, line, {name: cell for name, cell in zip(header, padded, strict=False) if name})
    if not header:
        raise TableUnreadable(line=0, reason="empty")


def _header(line: int, cells: Sequence[str], wanted: Sequence[str]) -> list[str]:
    header = [cell.strip() for cell in cells]
    named = [name for name in header if name]
    if len(set(named)) < len(named):
        raise TableUnreadable(line=line, reason="header_twice")
    for name in wanted:
        if name not in named:
            raise ColumnMissing(column=name[:100])
    return header


def _csv_rows(path: Path, form: TableForm) -> Iterator[tuple[int, Sequence[str]]]:
    encoding = "utf-8-sig" if form.encoding == "utf-8" else form.encoding
    previous = csv.field_size_limit(MAX_CELL + 1)
    reader = csv.reader(_lines(path, encoding), delimiter=form.delimiter, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error:
        raise TableUnreadable(line=reader.line_num, reason="quoting") from None
    finally:
        csv.field_size_limit(previous)


def _lines(path: Path, encoding: str) -> Iterator[str]:
    """Each line by itself, so that one that is in another encoding can be named."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                yield line.decode(encoding if number == 1 else encoding.removesuffix("-sig"))
            except UnicodeDecodeError:
                raise TableUnreadable(line=number, reason="encoding") from None


def _sheet_rows(path: Path, form: TableForm) -> Iterator[tuple[int, Sequence[str]]]:
    with open_sheets(path) as sheets:
        name = form.sheet or next(iter(sheets.names), "")
        for line, cells in sheets.rows(name):
            yield line, [cell_text(cell) for cell in cells]


def _json_rows(path: Path, _form: TableForm) -> Iterator[tuple[int, Sequence[str]]]:
    """A list of flat objects; the headers are the keys of all of them, in the order in which they come."""
    try:
        document = json.loads(path.read_bytes(), parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        raise TableUnreadable(line=0, reason="not_json") from None
    if not isinstance(document, list) or not all(isinstance(one, dict) for one in document):
        raise TableUnreadable(line=0, reason="not_a_list")
    header = list(dict.fromkeys(key for one in document for key in one))
    yield 0, header
    for number, one in enumerate(document, 1):
        yield number, [_json_cell(number, one.get(key)) for key in header]


def _json_cell(number: int, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    raise TableUnreadable(line=number, reason="not_flat")
