"""CSV that a spreadsheet opens without running anything in it, and that gives back exactly what went in.

UTF-8 with a byte order mark (spreadsheets guess wrongly without), RFC 4180. A text that a spreadsheet could take for
a formula gets an apostrophe in front (OWASP, "CSV injection"); so does a text that starts with an apostrophe, so that
`read_csv` can take one away and lose nothing. The first line holds the columns' keys.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from cencomm.export.table import Cell, Kind, Progress, Table, as_text, counted
from cencomm.export.whole_file import whole_file

_GUARD = "'"
_DANGEROUS = frozenset("=+-@\t\r\n＝＋－＠|%'")
_FIELD_BYTES = 16 * 1024 * 1024


def write_csv(path: Path, table: Table, *, on_progress: Progress | None = None) -> frozenset[int]:
    """Write `table` to `path`, whole or not at all; gives the places of columns with a value of another kind."""
    plain = [column.kind is not Kind.TEXT for column in table.columns]
    mixed: set[int] = set()
    with whole_file(path) as partial, partial.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.key for column in table.columns])
        for row in counted(table.rows, on_progress):
            writer.writerow([_written(value, number) for value, number in zip(row, plain, strict=True)])
            for place, value in enumerate(row):
                if isinstance(value, str) and plain[place]:
                    mixed.add(place)
    return frozenset(mixed)


def _written(value: Cell, is_plain_column: bool) -> str:
    text = as_text(value)
    if is_plain_column and not isinstance(value, str):
        return text
    return _GUARD + text if text[:1] in _DANGEROUS else text


def read_csv(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a file that `write_csv` wrote, by column key, every value as its text."""
    previous = csv.field_size_limit(_FIELD_BYTES)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                yield {key: text.removeprefix(_GUARD) for key, text in row.items()}
    finally:
        csv.field_size_limit(previous)
