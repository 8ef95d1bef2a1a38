"""What reads tables for the server has what the edge asks for."""

from __future__ import annotations

from pathlib import Path

from cen_core.edge.tables import ReadTable, TableRow, Tables
from cencomm.bulk.core_tables import CoreTables
from tests.unit.bulk.test_core_tables import HEADER, ROW


def test_the_wired_reader_fits(tmp_path: Path) -> None:
    tables: Tables = CoreTables()
    path = tmp_path / "a.csv"
    path.write_text(HEADER + ROW.format(year="2023"))
    table: ReadTable = tables.read(path, "us_cbp")
    row: TableRow = table.rows[0]
    assert (row.line, row.answers["reporting_country"], table.total) == (2, "US", 1)
