"""`schema.ini` says how the text drivers of Windows read each file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from cencomm.export import write_csv
from cencomm.export.schema_ini import Section, write_schema_ini
from cencomm.export.table import Cell, Column, Kind, Table

COLUMNS = (
    Column("seq", "No.", Kind.NUMBER),
    Column("day", "Day", Kind.DATE),
    Column("other_day", "Day", Kind.DATE),
    Column("at", "At", Kind.TIME),
    Column("said", "Said"),
    Column("said", "Said"),
)


def test_each_column_has_its_type_and_one_with_a_misfit_is_text(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [[Decimal(1), date(2024, 1, 1), "soon", None, "=1", "x"]]
    mixed = write_csv(tmp_path / "a.csv", Table("a", COLUMNS, rows))
    write_schema_ini(tmp_path / "schema.ini", [Section("a.csv", COLUMNS, mixed), Section("b.csv", COLUMNS[:1])])
    lines = (tmp_path / "schema.ini").read_bytes().decode("ascii").split("\r\n")
    assert lines[:7] == [
        "[a.csv]",
        "ColNameHeader=True",
        "Format=CSVDelimited",
        "CharacterSet=65001",
        "MaxScanRows=0",
        "DecimalSymbol=.",
        "DateTimeFormat=yyyy-mm-dd",
    ]
    assert lines[7:13] == [
        'Col1="seq" Double',
        'Col2="day" DateTime',
        'Col3="other_day" LongChar',
        'Col4="at" LongChar',
        'Col5="said" LongChar',
        'Col6="said_2" LongChar',
    ]
    assert lines[14] == "[b.csv]"
