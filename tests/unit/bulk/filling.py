"""Fills in a workbook as a spreadsheet program does: cells by the key of their column, hidden sheets kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import load_workbook  # type: ignore[import-untyped]  # it brings no types

from cencomm.bulk.layout import FIRST_ROW, KEY_ROW, MARK

Rows = Sequence[Mapping[str, object]]


def fill(path: Path, sheets: Mapping[str, Rows]) -> Path:
    """Write `sheets` (rows by key of the sheet) below the titles of the workbook `path`."""
    book = load_workbook(path)
    for sheet in book.worksheets:
        key = str(sheet.cell(KEY_ROW + 1, 1).value or "").removeprefix(MARK)
        columns = {sheet.cell(KEY_ROW + 1, at).value: at for at in range(2, sheet.max_column + 1)}
        for number, row in enumerate(sheets.get(key, ()), FIRST_ROW + 1):
            for name, value in row.items():
                sheet.cell(number, columns[name]).value = value
    book.save(path)
    return path


def sheet_of(path: Path, key: str) -> Any:
    """The sheet with that mark."""
    return next(sheet for sheet in load_workbook(path).worksheets if sheet.cell(KEY_ROW + 1, 1).value == MARK + key)
