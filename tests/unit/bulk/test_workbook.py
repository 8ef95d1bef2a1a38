"""The workbook of a form: titles, notes and lists in the reader's language, hidden keys, nothing that runs."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path

from openpyxl import load_workbook  # type: ignore[import-untyped]  # it brings no types

from cencomm.bulk.layout import MAIN, layout_of
from cencomm.bulk.workbook import ABOUT, LISTS, Filled, write_workbook
from cencomm.bulk.workbook_file import Value
from cencomm.templates_forms.model import STANDARD, standard
from tests.unit.bulk.filling import sheet_of

TEMPLATE = standard("simplified_seizure")


def test_every_form_has_a_sheet_for_records_and_one_for_each_list(tmp_path: Path) -> None:
    for name in STANDARD:
        template = standard(name)
        write_workbook(tmp_path / f"{name}.xlsx", template, "en")
        book = load_workbook(tmp_path / f"{name}.xlsx")
        assert len(book.worksheets) == len(layout_of(template)) + 2
        assert [book[hidden].sheet_state for hidden in (LISTS, ABOUT)] == ["hidden", "veryHidden"]


def test_titles_notes_and_lists_are_in_the_readers_language(tmp_path: Path) -> None:
    write_workbook(tmp_path / "a.xlsx", TEMPLATE, "ar")
    sheet = sheet_of(tmp_path / "a.xlsx", MAIN)
    assert sheet.sheet_view.rightToLeft
    keys = {sheet.cell(2, at).value: at for at in range(1, sheet.max_column + 1)}
    assert sheet.cell(1, keys["direction"]).value == TEMPLATE.label("direction", "ar")
    assert sheet.cell(1, keys["direction"]).comment is not None
    assert (sheet.row_dimensions[2].hidden, sheet.column_dimensions["A"].hidden) == (True, True)
    words = [cell.value for row in load_workbook(tmp_path / "a.xlsx")[LISTS].iter_rows() for cell in row]
    assert TEMPLATE.code_word("country", "NA", "ar") in words
    assert len(sheet.data_validations.dataValidation) == sum(
        field.type == "code" for field in layout_of(TEMPLATE)[0].fields
    )


def test_text_columns_are_text_so_that_zeros_and_namibia_stay(tmp_path: Path) -> None:
    write_workbook(tmp_path / "a.xlsx", TEMPLATE, "en")
    sheet = sheet_of(tmp_path / "a.xlsx", MAIN)
    columns = {sheet.cell(2, at).value: at for at in range(1, sheet.max_column + 1)}
    for key in ("national_case_ref", "reporting_country"):
        formats = [
            each.number_format for each in sheet.column_dimensions.values() if each.min <= columns[key] <= each.max
        ]
        assert formats == ["@"]


def test_a_marked_copy_keeps_every_cell_and_says_what_is_wrong_where(tmp_path: Path) -> None:
    day = datetime(2026, 1, 2, 3, 4)  # noqa: DTZ001  spreadsheets know no zones
    cells: dict[tuple[int, int], Value] = {
        (2, 1): 1.0,
        (2, 2): '=HYPERLINK("http://127.0.0.1")',
        (2, 3): "007",
        (3, 2): True,
        (3, 3): day,
    }
    keys = ["#RECORD", "national_case_ref", "offence_at"]
    filled = Filled(cells, keys, {(2, 2): "Wrong here.", (4, 3): "Missing."})
    write_workbook(tmp_path / "m.xlsx", TEMPLATE, "en", {MAIN: filled})
    sheet = sheet_of(tmp_path / "m.xlsx", MAIN)
    assert {at: sheet.cell(at[0] + 1, at[1] + 1).value for at in cells} == cells
    assert sheet.cell(3, 3).data_type == "s"
    assert sheet.cell(3, 3).comment.text == "Wrong here."
    assert sheet.cell(5, 4).comment.text == "Missing."
    assert sheet.cell(3, 3).fill.fgColor.rgb == "FFFFC7CE"
    with zipfile.ZipFile(tmp_path / "m.xlsx") as archive:
        assert not [name for name in archive.namelist() if b"<f>" in archive.read(name)]
