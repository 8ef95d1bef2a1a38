"""One SQLite database of all tables: primary and foreign keys, and views that an analyst would write first.

Tables are STRICT. Text stays text; a number that a double would round is stored as text; moments are ISO 8601 in UTC,
truth values 0 and 1. Every table with a parent has a view `<table>_whole` that puts the parent's columns beside its
own, and a table whose rows can be superseded has a view `<table>_current` of those that are not.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path

from cencomm.export.table import Cell, Kind, Progress, Table, as_text, counted, unique_keys
from cencomm.export.whole_file import whole_file

SUPERSEDED = "superseded_by"
_ROWS_AT_ONCE = 500
_LARGEST_INTEGER = 2**63
_EXACT_DIGITS = 15
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_]+")
_Value = str | int | float | None


def write_sqlite(path: Path, tables: Iterable[Table], *, on_progress: Progress | None = None) -> None:
    """Write every table into the database `path`, whole or not at all; a parent comes before its children."""
    with whole_file(path) as partial, contextlib.closing(sqlite3.connect(partial, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA foreign_keys = ON")
        written: dict[str, Table] = {}
        taken: set[str] = set()
        for given in tables:
            table = replace(given, key=_free_name(given.key, taken))
            parent = written.get(given.parent)
            database.execute("BEGIN")
            _create(database, table, parent)
            _fill(database, table, on_progress)
            _create_views(database, table, parent, taken)
            database.execute("COMMIT")
            written[given.key] = table


def _free_name(wanted: str, taken: set[str]) -> str:
    """A name for a table or view that none has yet, nor differs from another by its case only."""
    base = _NOT_IN_NAMES.sub("_", wanted)
    name, number = base, 1
    while name.lower() in taken:
        number += 1
        name = f"{base}_{number}"
    taken.add(name.lower())
    return name


def _create(database: sqlite3.Connection, table: Table, parent: Table | None) -> None:
    names = unique_keys(table.columns)
    lines = [
        f"{_quoted(name)} {'TEXT' if column.kind is Kind.TEXT else 'ANY'}"
        for name, column in zip(names, table.columns, strict=True)
    ]
    if table.keys:
        lines.append(f"PRIMARY KEY ({_list(table.keys)})")
    if parent is not None:
        own = table.keys[: len(parent.keys)]
        lines.append(f"FOREIGN KEY ({_list(own)}) REFERENCES {_quoted(parent.key)} ({_list(parent.keys)})")
    database.execute(f"CREATE TABLE {_quoted(table.key)} ({', '.join(lines)}) STRICT")


def _fill(database: sqlite3.Connection, table: Table, on_progress: Progress | None) -> None:
    is_text = [column.kind is Kind.TEXT for column in table.columns]
    places = ", ".join("?" * len(table.columns))
    insert = f"INSERT INTO {_quoted(table.key)} VALUES ({places})"  # noqa: S608  the name is quoted
    rows = iter(counted(table.rows, on_progress))
    while portion := list(islice(rows, _ROWS_AT_ONCE)):
        database.executemany(insert, ([*_values(row, is_text)] for row in portion))


def _values(row: Sequence[Cell], is_text: Sequence[bool]) -> Iterator[_Value]:
    for value, text in zip(row, is_text, strict=True):
        if value is None or isinstance(value, str):
            yield value
        else:
            yield as_text(value) if text else _stored(value)


def _stored(value: int | bool | Decimal | date | datetime) -> _Value:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value if -_LARGEST_INTEGER <= value < _LARGEST_INTEGER else str(value)
    if isinstance(value, Decimal):
        return float(value) if _is_exact(value) else as_text(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat()


def _is_exact(value: Decimal) -> bool:
    """Whether a double gives the same digits back."""
    return len(value.as_tuple().digits) <= _EXACT_DIGITS and Decimal(repr(float(value))) == value


def _create_views(database: sqlite3.Connection, table: Table, parent: Table | None, taken: set[str]) -> None:
    names = unique_keys(table.columns)
    if parent is not None:
        of_parent = [name for name in unique_keys(parent.columns) if name not in names]
        both = [f"own.{_quoted(name)}" for name in names] + [f"parent.{_quoted(name)}" for name in of_parent]
        joined = " AND ".join(
            f"own.{_quoted(own)} = parent.{_quoted(theirs)}"
            for own, theirs in zip(table.keys, parent.keys, strict=False)
        )
        _create_view(
            database,
            _free_name(f"{table.key}_whole", taken),
            f"SELECT {', '.join(both)} FROM {_quoted(table.key)} AS own "  # noqa: S608  names are quoted
            f"JOIN {_quoted(parent.key)} AS parent ON {joined}",
        )
    if SUPERSEDED in names:
        _create_view(
            database,
            _free_name(f"{table.key}_current", taken),
            f"SELECT * FROM {_quoted(table.key)} WHERE {_quoted(SUPERSEDED)} IS NULL",  # noqa: S608  names are quoted
        )


def _create_view(database: sqlite3.Connection, name: str, select: str) -> None:
    database.execute(f"CREATE VIEW {_quoted(name)} AS {select}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _list(names: Iterable[str]) -> str:
    return ", ".join(map(_quoted, names))


def same_rows(one: Path, other: Path) -> str:
    """In what two databases differ, whichever version of SQLite wrote them; empty where they hold the same.

    Raises:
        sqlite3.DatabaseError: `one` is no database, or not to be read.
    """
    with _reading(one) as first, _reading(other) as second:
        schema = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid"
        if first.execute(schema).fetchall() != second.execute(schema).fetchall():
            return "schema"
        for (name,) in second.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid").fetchall():
            select = f"SELECT * FROM {_quoted(name)} ORDER BY rowid"  # noqa: S608  the name is quoted
            ours, theirs = second.execute(select), first.execute(select)
            for row in ours:
                if _typed(row) != _typed(theirs.fetchone()):
                    return f"table {name}"
            if theirs.fetchone() is not None:
                return f"table {name}"
    return ""


def _typed(row: tuple[object, ...] | None) -> list[tuple[type, object]] | None:
    """1 and 1.0 are the same to Python, but not in the file."""
    return None if row is None else [(type(value), value) for value in row]


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        yield database
