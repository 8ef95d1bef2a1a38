"""Tables in every form, every cell as text: what a reader would turn into something else stays what it is."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from xlsxwriter import Workbook

from cencomm.bulk import tables
from cencomm.bulk.errors import ColumnMissing, TableTooLarge, TableUnreadable
from cencomm.bulk.tables import SourceRow, TableForm, read_table


def csv_file(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def test_words_that_programs_like_to_change_stay_words(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", "country,case,when\nNA,00123,12-05\nNO,1e5,yes\n\n,,\nNULL,NaN,=1+1\n")
    assert [list(row.cells.values()) for row in read_table(path, TableForm())] == [
        ["NA", "00123", "12-05"],
        ["NO", "1e5", "yes"],
        ["NULL", "NaN", "=1+1"],
    ]


def test_rows_have_numbers_and_the_lines_of_the_file(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", 'a,b\n"two\nlines",x\n\ny\n')
    assert list(read_table(path, TableForm(), ["b"])) == [
        SourceRow(1, 3, {"a": "two\nlines", "b": "x"}),
        SourceRow(2, 5, {"a": "y", "b": ""}),
    ]


@pytest.mark.parametrize(("encoding", "said"), [("latin-1", "latin-1"), ("cp1252", "cp1252"), ("utf-8-sig", "utf-8")])
def test_the_encoding_is_the_one_that_the_mapping_says(tmp_path: Path, encoding: str, said: str) -> None:
    path = csv_file(tmp_path / "a.csv", "evento;n\nTráfico;1\n", encoding)
    (row,) = read_table(path, TableForm(delimiter=";", encoding=said))  # type: ignore[arg-type]
    assert row.cells == {"evento": "Tráfico", "n": "1"}


def test_a_workbook_gives_numbers_and_dates_as_they_are(tmp_path: Path) -> None:
    with Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet("Other")
        sheet = book.add_worksheet("Data")
        sheet.write_row(2, 1, ["n", "day", "text", "truth"])
        sheet.write_row(3, 1, [31863811.9, 43831, "00123", True])
        sheet.write_datetime(4, 2, date(2020, 1, 2), book.add_format({"num_format": "d/m/yy"}))
    (first, second) = read_table(tmp_path / "a.xlsx", TableForm("workbook", sheet="Data"))
    assert first == SourceRow(1, 4, {"n": "31863811.9", "day": "43831", "text": "00123", "truth": "true"})
    assert (second.line, second.cells["day"]) == (5, "2020-01-02")


def test_json_objects_are_rows_with_every_figure_kept(tmp_path: Path) -> None:
    document = '[{"a": 0.10, "b": "x"}, {"b": null, "c": true}]'
    (tmp_path / "a.json").write_text(document)
    assert [dict(row.cells) for row in read_table(tmp_path / "a.json", TableForm("json"))] == [
        {"a": "0.10", "b": "x", "c": ""},
        {"a": "", "b": "", "c": "true"},
    ]


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("", "empty", 0),
        ("a,a\n1,2\n", "header_twice", 1),
        ("a,b\n1,2,3\n", "cell_count", 2),
        ('a,b\n"1"x,2\n', "quoting", 2),
        ("a,b\n1,\xe9\n", "encoding", 2),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(tmp_path: Path, text: str, reason: str, line: int) -> None:
    path = csv_file(tmp_path / "a.csv", text, "latin-1")
    with pytest.raises(TableUnreadable) as refused:
        list(read_table(path, TableForm()))
    assert refused.value.facts == {"line": line, "reason": reason}


@pytest.mark.parametrize("document", ["{}", "[1]", '[{"a": [1]}]', "no", "[" * 100_000])
def test_json_that_is_no_list_of_flat_objects_is_refused(tmp_path: Path, document: str) -> None:
    (tmp_path / "a.json").write_text(document)
    with pytest.raises(TableUnreadable):
        list(read_table(tmp_path / "a.json", TableForm("json")))


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(ColumnMissing) as refused:
        list(read_table(csv_file(tmp_path / "a.csv", "a,b\n1,2\n"), TableForm(), ["a", "DATA"]))
    assert refused.value.facts == {"column": "DATA"}


@pytest.mark.parametrize(("bound", "limit"), [("MAX_BYTES", 10), ("MAX_ROWS", 1), ("MAX_COLUMNS", 1), ("MAX_CELL", 5)])
def test_a_table_beyond_a_bound_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str, limit: int
) -> None:
    monkeypatch.setattr(tables, bound, limit)
    (tmp_path / "a.json").write_text(json.dumps([{"a": "123456"[: limit + 1], "b": "2"}] * 2))
    with pytest.raises(TableTooLarge):
        list(read_table(tmp_path / "a.json", TableForm("json")))
