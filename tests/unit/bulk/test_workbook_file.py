"""Workbooks that anybody may have made: bombs, huge sheets, macros and formulas cost little and run never."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from xlsxwriter import Workbook

from cencomm.bulk import workbook_file
from cencomm.bulk.errors import TableTooLarge, TableUnreadable
from cencomm.bulk.workbook_file import Value, cell_text, open_sheets

DAY = datetime(2020, 1, 2)  # noqa: DTZ001  spreadsheets know no zones


@pytest.fixture
def book(tmp_path: Path) -> Path:
    with Workbook(str(tmp_path / "a.xlsx")) as made:
        sheet = made.add_worksheet("Data")
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_formula(1, 0, '=HYPERLINK("http://127.0.0.1/","x")', value="shown")
        sheet.write_formula(1, 1, "=1+1", value=7)
    return tmp_path / "a.xlsx"


def added(book: Path, name: str, data: bytes, target: Path) -> Path:
    """The workbook with one member more."""
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            if member.filename != name:
                new.writestr(member.filename, old.read(member))
        new.writestr(name, data)
    return target


def rows(path: Path, sheet: str = "Data") -> list[list[object]]:
    with open_sheets(path) as sheets:
        return [list(cells) for _, cells in sheets.rows(sheet)]


def test_of_a_formula_the_value_that_it_holds_is_read(book: Path) -> None:
    assert rows(book) == [["a", "b"], ["shown", 7.0]]


def test_a_bomb_ends_at_the_bound_before_a_parser_sees_it(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook_file, "MAX_UNPACKED", 1_000_000)
    bomb = added(book, "xl/media/zeros.bin", bytes(2_000_000), tmp_path / "bomb.xlsx")
    assert bomb.stat().st_size < 20_000
    with pytest.raises(TableTooLarge, match="bytes"):
        rows(bomb)


def test_a_sheet_that_claims_more_cells_than_the_bound_is_refused(tmp_path: Path) -> None:
    with Workbook(str(tmp_path / "a.xlsx")) as made:
        sheet = made.add_worksheet("Data")
        sheet.write(0, 0, "a")
        sheet.write(1_048_575, 16_383, "far")
    with pytest.raises(TableTooLarge, match="cells"):
        rows(tmp_path / "a.xlsx")


def test_a_row_far_below_alone_costs_nothing(book: Path, tmp_path: Path) -> None:
    for far in (b'<c r="XFD1048576"><v>1</v></c>', b"<c r = 'XFD1048576'><v>1</v></c>", b'<c r="zzzzzz9"><v>1</v></c>'):
        rows_of_sheet = b"<worksheet><sheetData><row>" + b" " * 2_000_000 + far + b"</row></sheetData></worksheet>"
        huge = added(book, "xl/worksheets/sheet1.xml", rows_of_sheet, tmp_path / "far.xlsx")
        with pytest.raises(TableTooLarge, match="cells"):
            rows(huge)


EMPTY = b'<row r="1048576" ht="12.8" hidden="false">%s</row>'


@pytest.mark.parametrize("chunk", [64, 1024 * 1024])
def test_the_last_row_of_all_which_spreadsheets_write_empty_is_no_cell(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(workbook_file, "_CHUNK", chunk)
    start = b'<worksheet><sheetData><row r="1"><c r="XFD1"><v>1</v></c></row>'
    empty = start + EMPTY % b"" + b"</sheetData></worksheet>"
    far = added(book, "xl/worksheets/sheet1.xml", empty, tmp_path / "e.xlsx")
    assert rows(far)[0][-1] == 1.0
    for hidden in (EMPTY % b"<c><v>1</v></c>", b'<row r="1048576" x="/>"><c><v>1</v></c></row>'):
        data = start + hidden + b"</sheetData></worksheet>"
        with pytest.raises(TableTooLarge, match="cells"):
            rows(added(book, "xl/worksheets/sheet1.xml", data, tmp_path / "h.xlsx"))


def test_macros_are_refused(book: Path, tmp_path: Path) -> None:
    with pytest.raises(TableUnreadable, match="macros"):
        rows(added(book, "xl/vbaProject.bin", b"macro", tmp_path / "m.xlsm"))


def test_too_many_members_or_sheets_are_refused(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_file, "MAX_SHEETS", 0)
    with pytest.raises(TableTooLarge, match="sheets"):
        rows(book)
    monkeypatch.setattr(workbook_file, "MAX_MEMBERS", 3)
    with pytest.raises(TableTooLarge, match="files"):
        rows(book)


@pytest.mark.parametrize("data", [b"", b"text", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0" + bytes(600)])
def test_what_is_no_workbook_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.xlsx").write_bytes(data)
    with pytest.raises(TableUnreadable):
        rows(tmp_path / "a.xlsx")


def test_a_broken_sheet_and_an_absent_one_are_refused(book: Path, tmp_path: Path) -> None:
    broken = added(book, "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row", tmp_path / "b.xlsx")
    for path, sheet in ((broken, "Data"), (book, "Nothing")):
        with pytest.raises(TableUnreadable):
            rows(path, sheet)


def test_cells_become_text_without_rounding() -> None:
    values: list[Value] = [7.0, 0.1, 1e-7, 1e22, 12, True, "x", DAY.date(), DAY, DAY.replace(hour=3, minute=4)]
    assert [cell_text(value) for value in values] == [
        "7",
        "0.1",
        "0.0000001",
        "10000000000000000000000",
        "12",
        "true",
        "x",
        "2020-01-02",
        "2020-01-02",
        "2020-01-02 03:04:00",
    ]
    assert cell_text(float("nan")) == ""
