"""Tables of what a CUG holds become files that analysts open: nothing is lost, nothing is executed (DESIGN §4)."""

from cencomm.export.csv import read_csv, write_csv
from cencomm.export.sqlite import write_sqlite
from cencomm.export.table import Cell, Column, Kind, Table
from cencomm.export.xlsx import write_xlsx

__all__ = ["Cell", "Column", "Kind", "Table", "read_csv", "write_csv", "write_sqlite", "write_xlsx"]
