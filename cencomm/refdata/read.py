"""A code list from a file of whatever known form, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from cencomm.refdata import table, unlocode
from cencomm.refdata.entry import Entry, merged
from cencomm.refdata.errors import RefdataMalformed
from cencomm.refdata.files import rows_of


def read_list(name: str, path: Path, *, code_column: str = "", name_column: str = "") -> list[Entry]:
    """The entries of the list `name` in the file `path` (CSV, or CSV in a ZIP archive).

    Raises:
        RefdataMalformed, RefdataTooLarge.
    """
    rows = rows_of(path)
    first = next(rows, None)
    if first is None:
        raise RefdataMalformed(line=0, column="", reason="empty")
    found = merged(_entries(name, chain([first], rows), first[1], code_column, name_column))
    if not found:
        raise RefdataMalformed(line=first[0], column="", reason="empty")
    return found


def _entries(
    name: str, rows: Iterator[tuple[int, list[str]]], first: list[str], code_column: str, name_column: str
) -> Iterator[Entry]:
    if name == "location" and not code_column and unlocode.is_unlocode(first):
        return unlocode.entries_of(rows)
    return table.entries_of(name, rows, code_column=code_column, name_column=name_column)
