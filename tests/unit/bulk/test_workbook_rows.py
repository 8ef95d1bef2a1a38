"""A filled-in workbook becomes records with their lines; every wrong cell is named, and no line is passed over."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]  # it brings no types

from cencomm.bulk import layout, workbook_rows
from cencomm.bulk.errors import TableTooLarge, TableUnreadable, WorkbookOfOther
from cencomm.bulk.layout import MAIN
from cencomm.bulk.workbook import write_workbook
from cencomm.bulk.workbook_rows import FilledWorkbook, about_workbook, marked_sheets, read_workbook
from cencomm.templates_forms.model import Template, standard
from cencomm.templates_forms.samples import sample_records
from tests.unit.bulk.filling import Rows, fill, sheet_of
from tests.unit.bulk.test_layout import NESTED

TEMPLATE = standard("simplified_seizure")
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def rows_of(count: int) -> tuple[list[dict[str, object]], list[dict[str, object]], list[dict[str, object]]]:
    """Valid records, as answers and as the rows of both sheets."""
    answers = [sample.answers for sample in sample_records(count, seed=5)]
    records, items = [], []
    for number, one in enumerate(answers, 1):
        plain = {key: value for key, value in one.items() if key != "item"}
        plain["sharing_targets"] = "; ".join(one["sharing_targets"])
        records.append({"#RECORD": number, **plain})
        items += [{"#RECORD": number, **item} for item in one["item"]]
    return answers, records, items


@pytest.fixture
def blank(tmp_path: Path) -> Path:
    write_workbook(tmp_path / "a.xlsx", TEMPLATE, "en")
    return tmp_path / "a.xlsx"


def read(path: Path, records: Rows, items: Rows) -> FilledWorkbook:
    return read_workbook(fill(path, {MAIN: records, "item": items}), TEMPLATE, now=NOW)


def test_what_is_filled_in_is_what_is_sent(blank: Path) -> None:
    answers, records, items = rows_of(20)
    found = read(blank, records, items)
    assert found.judged.errors == []
    sent = [
        row.answers | {"offence_at": str(row.answers["offence_at"]).replace(":00Z", "Z")} for row in found.judged.rows
    ]
    assert sent == [one | {"offence_at": str(one["offence_at"]).replace(":00Z", "Z")} for one in answers]
    assert [row.line for row in found.judged.rows] == list(range(3, 23))


def test_words_in_any_language_are_codes_and_the_order_of_lines_is_that_of_the_sheet(blank: Path) -> None:
    _, records, items = rows_of(1)
    line = items[0] | {"heading": "Drogues", "product": "cocaine", "unit": "килограмм", "quantity": 2}
    found = read(blank, records, [line, line | {"quantity": 3}])
    assert found.judged.errors == []
    assert [item["quantity"] for item in found.judged.rows[0].answers["item"]] == ["2", "3"]
    assert found.judged.rows[0].answers["item"][0]["unit"] == "KGM"


def test_each_wrong_cell_is_named_and_its_record_is_not_sent(blank: Path) -> None:
    _, records, items = rows_of(3)
    records[0]["offence_at"] = "01/02/2026"
    del records[1]["direction"]
    items[-1]["unit"] = "furlong"
    found = read(blank, records, items)
    assert found.judged.rows == []
    assert {(error.sheet, error.line, error.rule, error.path.rpartition(".")[2]) for error in found.judged.errors} == {
        (MAIN, 3, "wrong_type", "offence_at"),
        (MAIN, 4, "required", "direction"),
        ("item", 2 + len(items), "unknown_code", "unit"),
    }
    marked = marked_sheets(found, TEMPLATE, "fr")
    assert marked["item"].notes != {}
    write_workbook(blank.with_name("m.xlsx"), TEMPLATE, "en", marked)
    again = read_workbook(blank.with_name("m.xlsx"), TEMPLATE, now=NOW)
    assert again.judged.errors == found.judged.errors


def test_lines_of_no_record_and_numbers_given_twice_are_errors(blank: Path) -> None:
    _, records, items = rows_of(2)
    found = read(blank, [*records, records[0]], [*items, items[0] | {"#RECORD": 77}, items[0] | {"#RECORD": None}])
    rules = [(error.sheet, error.rule) for error in found.judged.errors]
    assert rules == [(MAIN, "number_twice"), ("item", "no_record"), ("item", "no_record")]


def test_numbers_alone_are_no_record(blank: Path) -> None:
    assert read_workbook(blank, TEMPLATE, now=NOW).judged.total == 0


def test_lists_in_lists_find_their_way(tmp_path: Path) -> None:
    template = Template.decode_unchecked(NESTED)
    write_workbook(tmp_path / "n.xlsx", template, "en")
    boxes = [{"#RECORD": 1, "#box": "A", "colour": "red"}, {"#RECORD": 1, "#box": "B"} | {"colour": "blue"}]
    things = [{"#RECORD": 1, "#box": "B", "weight": 1.5}, {"#RECORD": 1, "#box": "A", "weight": 2}]
    fill(tmp_path / "n.xlsx", {MAIN: [{"name": "x"}], "box": boxes, "thing": things})
    (row,) = read_workbook(tmp_path / "n.xlsx", template, now=NOW).judged.rows
    assert row.answers == {
        "name": "x",
        "box": [{"colour": "red", "thing": [{"weight": "2"}]}, {"colour": "blue", "thing": [{"weight": "1.5"}]}],
    }


def test_moved_columns_and_renamed_sheets_do_not_matter(blank: Path) -> None:
    answers, records, items = rows_of(1)
    fill(blank, {MAIN: records, "item": items})
    book = load_workbook(blank)
    for sheet in book.worksheets[:2]:
        sheet.title = f"_{sheet.title}"
        for row in range(1, 4):
            first, last = sheet.cell(row, 2), sheet.cell(row, sheet.max_column)
            first.value, last.value = last.value, first.value
    book.save(blank)
    (record,) = read_workbook(blank, TEMPLATE, now=NOW).judged.rows
    assert record.answers["national_case_ref"] == answers[0]["national_case_ref"]


def test_a_sheet_that_nobody_would_read_is_refused(blank: Path) -> None:
    for reason in ("unknown_sheet", "no_sheet"):
        book = load_workbook(blank)
        if reason == "unknown_sheet":
            book.copy_worksheet(book.worksheets[1])
        else:
            book.remove(book.worksheets[0])
        book.save(blank.with_name("b.xlsx"))
        with pytest.raises(TableUnreadable, match=reason):
            read_workbook(blank.with_name("b.xlsx"), TEMPLATE, now=NOW)


def test_a_column_that_is_no_question_is_refused(blank: Path) -> None:
    book = load_workbook(blank)
    book.worksheets[0].cell(2, book.worksheets[0].max_column + 1).value = "password"
    book.save(blank)
    with pytest.raises(TableUnreadable, match="columns"):
        read_workbook(blank, TEMPLATE, now=NOW)


def test_a_workbook_of_another_form_or_version_is_refused(blank: Path, tmp_path: Path) -> None:
    about = about_workbook(blank)
    assert about is not None
    assert (about.template_id, about.template_hash, about.language) == (TEMPLATE.id, TEMPLATE.hash.hex(), "en")
    with pytest.raises(WorkbookOfOther):
        read_workbook(blank, standard("warning"), now=NOW)
    book = load_workbook(blank)
    book.remove(book["_cencomm"])
    book.save(tmp_path / "other.xlsx")
    assert about_workbook(tmp_path / "other.xlsx") is None
    with pytest.raises(WorkbookOfOther):
        read_workbook(tmp_path / "other.xlsx", TEMPLATE, now=NOW)


def test_rows_beyond_the_bound_are_refused_and_never_cut_off(blank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, records, items = rows_of(3)
    monkeypatch.setattr(workbook_rows, "LAST_ROW", 4)
    with pytest.raises(TableTooLarge):
        read(blank, records, items)
    assert layout.LAST_ROW > 4
    assert sheet_of(blank, MAIN).max_row > 4
