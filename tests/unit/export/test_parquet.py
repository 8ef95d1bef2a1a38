"""Parquet: exact types, nothing rounded, misfits beside, and a changed value is found."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet
import pytest

from cencomm.export.parquet import MISFITS, is_available, same_rows, write_parquet
from cencomm.export.table import Cell, Column, Kind, Table
from tests.unit.export.hostile import HOSTILE, bad_lines

COLUMNS = (
    Column("n", "N", Kind.NUMBER),
    Column("d", "D", Kind.DATE),
    Column("t", "T", Kind.TIME),
    Column("b", "B", Kind.TRUTH),
    Column("s", "S"),
    Column("S", "S again"),
)
AT = datetime(2024, 3, 1, 12, 0, 0, 5000, tzinfo=UTC)


def table(*rows: list[Cell]) -> Table:
    return Table("t", COLUMNS, rows)


def read(path: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = pyarrow.parquet.read_table(path).to_pylist()
    return found


def test_values_have_the_types_of_their_columns(tmp_path: Path) -> None:
    assert is_available()
    write_parquet(tmp_path / "a.parquet", table([Decimal("12.50"), date(2016, 2, 29), AT, False, "0012", 7]))
    assert read(tmp_path / "a.parquet") == [
        {"n": Decimal("12.50"), "d": date(2016, 2, 29), "t": AT, "b": False, "s": "0012", "S_2": "7", MISFITS: None}
    ]


def test_what_a_column_cannot_hold_stands_beside(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [
        [Decimal("0.1234567890123"), "soon", datetime(1, 1, 1, 0, 0, 0, 1, tzinfo=UTC), "yes", "", None],
        [10**40, AT, date(2024, 1, 1), 1, None, None],
        [True, None, None, None, None, None],
        ["many", None, None, None, None, None],
    ]
    write_parquet(tmp_path / "a.parquet", table(*rows))
    found = read(tmp_path / "a.parquet")
    assert [json.loads(str(row[MISFITS])) for row in found] == [
        {"n": "0.1234567890123", "d": "soon", "t": "0001-01-01T00:00:00.000001+00:00", "b": "yes"},
        {"n": str(10**40), "d": AT.isoformat(), "t": "2024-01-01", "b": "1"},
        {"n": "true"},
        {"n": "many"},
    ]
    assert all(row["n"] is None for row in found)


def test_hostile_text_comes_back_as_it_went_in(tmp_path: Path) -> None:
    texts = [*HOSTILE, *bad_lines()]
    write_parquet(tmp_path / "a.parquet", Table("t", (Column("text", "T"),), ([text] for text in texts)))
    assert [row["text"] for row in read(tmp_path / "a.parquet")] == texts


def test_a_difference_in_what_it_holds_is_found(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [[Decimal(number), None, None, None, "x", None] for number in range(5001)]
    write_parquet(tmp_path / "a.parquet", table(*rows))
    for name, others, said in (
        ("same", rows, ""),
        ("other", [*rows[:-1], [Decimal(9), None, None, None, "x", None]], "rows"),
        ("fewer", rows[:5000], "rows"),
    ):
        write_parquet(tmp_path / name, table(*others))
        assert same_rows(tmp_path / name, tmp_path / "a.parquet") == said
    write_parquet(tmp_path / "narrow", Table("t", COLUMNS[:1], [[Decimal(1)]]))
    assert same_rows(tmp_path / "narrow", tmp_path / "a.parquet") == "schema"
    (tmp_path / "junk").write_bytes(b"PAR1 junk PAR1")
    with pytest.raises((ValueError, OSError)):
        same_rows(tmp_path / "junk", tmp_path / "a.parquet")
