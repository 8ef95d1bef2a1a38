"""CSV gives back what went in, and no cell starts like a formula."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cencomm.export.csv import read_csv, write_csv
from cencomm.export.table import Column, Kind, Table
from tests.unit.export.hostile import HOSTILE, bad_lines

COLUMNS = (Column("text", "Text"), Column("amount", "Amount", Kind.NUMBER), Column("day", "Day", Kind.DATE))


def _round_trip(path: Path, texts: list[str]) -> list[str]:
    write_csv(path, Table("texts", COLUMNS, ([text, Decimal("-1.50"), date(2016, 2, 29)] for text in texts)))
    rows = list(read_csv(path))
    assert all(row["amount"] == "-1.50" and row["day"] == "2016-02-29" for row in rows)
    return [row["text"] for row in rows]


def _first_characters(path: Path) -> set[str]:
    csv.field_size_limit(10**7)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row[0][:1] for row in csv.reader(file)}


def test_hostile_text_round_trips_and_is_inert(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    assert _round_trip(path, list(HOSTILE)) == list(HOSTILE)
    assert not _first_characters(path) & set("=+-@\t\r＝")


def test_the_collections_of_bad_input_round_trip_and_are_inert(tmp_path: Path) -> None:
    lines = bad_lines()
    path = tmp_path / "table.csv"
    assert _round_trip(path, lines) == lines
    assert not _first_characters(path) & set("=+-@\t\r＝")


def test_a_text_in_a_number_column_is_guarded_too(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    write_csv(path, Table("t", (Column("n", "N", Kind.NUMBER),), [["=1+1"]]))
    assert _first_characters(path) == {"n", "'"}
    assert list(read_csv(path)) == [{"n": "=1+1"}]


def test_spreadsheets_see_that_it_is_utf8(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    write_csv(path, Table("t", (Column("text", "Text"),), [["é"]]))
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_row_of_the_wrong_length_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    with pytest.raises(ValueError, match="zip"):
        write_csv(path, Table("t", COLUMNS, [["only one"]]))
    assert list(tmp_path.iterdir()) == []
