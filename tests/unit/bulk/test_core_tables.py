"""Tables for the CEN core: its workbook, and foreign tables by a mapping."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]  # it brings no types

from cencomm.bulk.core_tables import CoreTables
from cencomm.bulk.errors import ColumnMissing, MappingUnknown, TableUnreadable, WorkbookOfOther
from cencomm.bulk.layout import MAIN
from cencomm.bulk.workbook import write_workbook
from cencomm.templates_forms.model import standard
from tests.unit.bulk.filling import fill, sheet_of
from tests.unit.bulk.test_workbook_rows import rows_of

HEADER = "FY,Month (abbv),Component,Region,Land Filter,Area of Responsibility,Drug Type,Count of Event,Sum Qty (lbs)\n"
ROW = "{year},OCT,Office of Field Operations,Coastal,Other,Area,Cocaine,3,12.5\n"


def test_the_workbook_comes_back_as_records(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    CoreTables().write_blank(path, "en")
    _, records, items = rows_of(2)
    found = CoreTables().read(fill(path, {MAIN: records, "item": items}), "")
    assert (found.total, found.errors, [row.line for row in found.rows]) == (2, [], [3, 4])


def test_wrong_cells_and_notes_of_the_core_are_marked(tmp_path: Path) -> None:
    path, marked = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    CoreTables().write_blank(path, "en")
    _, records, items = rows_of(2)
    records[0]["detection_method"] = "guess"
    found = CoreTables().read(fill(path, {MAIN: records, "item": items}), "")
    assert found.says(found.errors[0], "en")
    found.write_marked(marked, [(4, "offence_country", "Lies elsewhere.")], "What is wrong", "en")
    cells = [cell for row in sheet_of(marked, MAIN).iter_rows(min_row=3) for cell in row]
    notes = {cell.row: cell.comment.text for cell in cells if cell.comment}
    assert (set(notes), notes[4]) == ({3, 4}, "Lies elsewhere.")


def test_a_mapped_table_is_returned_with_a_column_that_says_what_is_wrong(tmp_path: Path) -> None:
    path, marked = tmp_path / "a.csv", tmp_path / "b.xlsx"
    path.write_text(HEADER + ROW.format(year="2023") + ROW.format(year="soon"))
    found = CoreTables().read(path, "us_cbp")
    assert ([row.line for row in found.rows], {error.line for error in found.errors}) == ([2], {3})
    found.write_marked(marked, [(2, "direction", "=1+1")], "What is wrong", "en")
    rows = list(load_workbook(marked).worksheets[0].iter_rows(values_only=True))
    assert (rows[1][1], rows[1][2], rows[2][2]) == ("=1+1", "2023", "soon")
    assert str(rows[2][1]).startswith("FY: ")
    assert "<f>" not in ZipFile(marked).read("xl/worksheets/sheet1.xml").decode(), "text stays text"


def test_a_table_without_its_columns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ColumnMissing):
        CoreTables().read(tmp_path / "a.csv", "us_cbp")


@pytest.mark.parametrize(
    ("mapping", "error"), [("", TableUnreadable), ("none", MappingUnknown)], ids=["no workbook", "no mapping"]
)
def test_refused(tmp_path: Path, mapping: str, error: type[Exception]) -> None:
    (tmp_path / "a").write_bytes(b"x")
    with pytest.raises(error):
        CoreTables().read(tmp_path / "a", mapping)


def test_a_workbook_of_another_form_is_refused(tmp_path: Path) -> None:
    write_workbook(tmp_path / "a.xlsx", standard("warning"), "en")
    with pytest.raises(WorkbookOfOther):
        CoreTables().read(tmp_path / "a.xlsx", "")


def test_the_mappings_of_the_form_are_named() -> None:
    assert {"us_cbp", "unodc_ids"} <= {name for name, _ in CoreTables().mappings}
