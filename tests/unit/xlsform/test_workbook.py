"""Files that anybody may have made: read in bounds, or refused as what they are."""

from __future__ import annotations

import contextlib
import json
import random
from pathlib import Path

import pytest
from xlsxwriter import Workbook

from cencomm.errors import DomainError
from cencomm.xlsform import workbook
from cencomm.xlsform.convert import import_form
from cencomm.xlsform.errors import SheetMissing, XlsformTooLarge, XlsformUnreadable
from cencomm.xlsform.workbook import read_workbook
from tests.shared_data import shared_path
from tests.unit.xlsform.books import made, real_forms, text, written

ARABIC = ("kpi_tutorial_arabic_labels.xls", "onadata_tutorial_arabic_labels.xlsx")


def test_the_same_form_as_xls_and_as_xlsx_has_the_same_cells() -> None:
    old, new = (read_workbook(real_forms()[name]) for name in ARABIC)
    assert old["survey"].rows == new["survey"].rows
    assert old["choices"].rows == new["choices"].rows


def test_names_of_sheets_in_any_case_and_a_single_sheet_of_any_name(tmp_path: Path) -> None:
    rows = [["type", "name"], ["text", "a\u00a0b "]]
    assert read_workbook(written(tmp_path / "a.xlsx", {"SURVEY ": rows, "Notes": rows})).keys() == {"survey"}
    book = read_workbook(written(tmp_path / "b.xlsx", {"Sheet1": rows}))
    assert book["survey"].rows == [(2, ["text", "a\u00a0b"])]


def test_rows_have_the_numbers_that_the_spreadsheet_shows(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", {"survey": [["type"], [], [], ["text"], ["end"]]})
    assert [number for number, _ in read_workbook(path)["survey"].rows] == [4, 5]


def test_numbers_dates_and_truths_are_written_as_one_reads_them(tmp_path: Path) -> None:
    with Workbook(str(tmp_path / "a.xlsx")) as book:
        book.add_worksheet("survey").write_row(0, 0, ["type"])
        book.worksheets()[0].write_row(1, 0, [7.0, 0.1, True])
    assert read_workbook(tmp_path / "a.xlsx")["survey"].rows == [(2, ["7", "0.1", "true"])]


@pytest.mark.parametrize("data", [b"", b"text", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)])
def test_what_is_no_workbook_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.xlsx").write_bytes(data)
    with pytest.raises(XlsformUnreadable):
        read_workbook(tmp_path / "a.xlsx")


def test_a_workbook_without_a_survey_is_refused(tmp_path: Path) -> None:
    for sheets in ({"choices": [["name"]], "survey": []}, {"a": [["type"]], "b": []}):
        with pytest.raises(SheetMissing, match="survey"):
            read_workbook(written(tmp_path / "a.xlsx", sheets))


@pytest.mark.parametrize("bound", ["MAX_BYTES", "MAX_ROWS", "MAX_COLUMNS", "MAX_CELL", "MAX_CELLS"])
def test_beyond_a_bound_the_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str) -> None:
    path = made(tmp_path / "a.xlsx", [text("abc"), text("def"), text("ghi")])
    monkeypatch.setattr(workbook, bound, 2)
    with pytest.raises(XlsformTooLarge):
        read_workbook(path)


def test_an_xls_that_is_cut_or_turned_over_in_places_gives_its_own_error_or_a_form(tmp_path: Path) -> None:
    """A fixed seed: the same bytes every time."""
    chance = random.Random(5)
    data = real_forms()["kpi_nested_repeats.xls"].read_bytes()
    damaged = [data[: len(data) * part // 12] for part in range(12)]
    for _ in range(60):
        broken = bytearray(data)
        for _ in range(chance.randrange(1, 30)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        damaged.append(bytes(broken))
    assert sum(_is_refused(tmp_path / "broken.xls", data) for data in damaged) >= 12


def test_naughty_strings_in_every_cell_give_a_form_or_a_typed_refusal(tmp_path: Path) -> None:
    strings = json.loads(shared_path("data", "badinput", "blns", "blns.json").read_text(encoding="utf-8"))
    strings = [one for one in strings if one.strip()][:150]
    rows = [["type", "name", "label::" + strings[7], "relevant", "constraint", "default", "cencomm_max_length"]]
    rows += [["text", f"q{number}", one, one, one, one, one] for number, one in enumerate(strings)]
    found = import_form(written(tmp_path / "a.xlsx", {"survey": rows}))
    assert len(found.template.fields) == len(strings)
    for one in strings[:5]:
        for row in ([one, "q", "Label"], ["text", one, "Label"]):
            path = written(tmp_path / "a.xlsx", {"survey": [["type", "name", "label"], row]})
            with contextlib.suppress(DomainError):
                import_form(path)


def test_a_chain_of_sectors_that_comes_back_to_itself_ends(tmp_path: Path) -> None:
    data = bytearray(real_forms()["pyxform_bug_blank_second_row.xls"].read_bytes())
    begin = 512 * (int.from_bytes(data[60:64], "little") + 1)
    assert not _is_refused(tmp_path / "a.xls", bytes(data))
    data[begin : begin + 512] = b"".join(number.to_bytes(4, "little") for number in range(128))
    assert _is_refused(tmp_path / "a.xls", bytes(data))


@pytest.mark.parametrize("inner", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"])
def test_a_container_in_the_container_is_not_opened(tmp_path: Path, inner: bytes) -> None:
    data = real_forms()["pyxform_bug_blank_second_row.xls"].read_bytes()
    place = data.index(b"\x09\x08", 512)
    assert _is_refused(tmp_path / "a.xls", data[:place] + inner + data[place + len(inner) :])


def _is_refused(path: Path, data: bytes) -> bool:
    path.write_bytes(data)
    try:
        read_workbook(path)
    except DomainError:
        return True
    return False
