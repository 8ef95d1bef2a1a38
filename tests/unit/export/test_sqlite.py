"""SQLite: what went in comes out, keys hold, views join, and a changed value is found whoever wrote the file."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from cencomm.export.sqlite import same_rows, write_sqlite
from cencomm.export.table import Cell, Column, Kind, Table
from tests.unit.export.hostile import HOSTILE, bad_lines

AT = datetime(2024, 3, 1, 12, 0, tzinfo=UTC)
EVENTS = Table("Events", (Column("seq", "No.", Kind.NUMBER),), [[1], [2]], "events", ("seq",))


def forms(*rows: list[Cell]) -> Table:
    columns = (
        Column("seq", "No.", Kind.NUMBER),
        Column("amount", "Amount", Kind.NUMBER),
        Column("at", "At", Kind.TIME),
        Column("day", "Day", Kind.DATE),
        Column("ok", "Fine", Kind.TRUTH),
        Column("said", "Said"),
        Column("superseded_by", "Superseded", Kind.NUMBER),
    )
    return Table("Forms", columns, rows, "form.a", ("seq",), "events")


def items(*rows: list[Cell]) -> Table:
    columns = (
        Column("seq", "No.", Kind.NUMBER),
        Column("item.row", "#", Kind.NUMBER),
        Column("said", "Said"),
    )
    return Table("Items", columns, rows, "form.a.item", ("seq", "item.row"), "form.a")


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(path)) as database:
        yield database


def test_values_keep_their_type_and_what_a_double_would_round_stays_text(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [
        [1, Decimal("12.50"), AT, date(2016, 2, 29), True, "0012", None],
        [2, Decimal("0.12345678901234567890"), "soon", "later", "maybe", None, 2**70],
    ]
    write_sqlite(tmp_path / "a.sqlite", [EVENTS, forms(*rows)])
    with opened(tmp_path / "a.sqlite") as database:
        assert database.execute("SELECT * FROM form_a").fetchall() == [
            (1, 12.5, "2024-03-01T12:00:00+00:00", "2016-02-29", 1, "0012", None),
            (2, "0.12345678901234567890", "soon", "later", "maybe", None, str(2**70)),
        ]
        assert database.execute("SELECT seq FROM form_a_current").fetchall() == [(1,)]


def test_hostile_text_comes_back_as_it_went_in(tmp_path: Path) -> None:
    texts = [*HOSTILE, *bad_lines()]
    table = Table("t", (Column("text", "T"),), ([text] for text in texts), "t")
    write_sqlite(tmp_path / "a.sqlite", [table])
    with opened(tmp_path / "a.sqlite") as database:
        assert [text for (text,) in database.execute("SELECT text FROM t ORDER BY rowid")] == texts


def test_a_row_belongs_to_its_record_and_a_view_shows_both(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    write_sqlite(path, [EVENTS, forms([1, None, AT, None, None, "whole", None]), items([1, 1, "x"], [1, 2, "y"])])
    with opened(path) as database:
        database.execute("PRAGMA foreign_keys = ON")
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        with pytest.raises(sqlite3.IntegrityError):
            database.execute("INSERT INTO form_a_item VALUES (9, 1, 'z')")
        with pytest.raises(sqlite3.IntegrityError):
            database.execute("INSERT INTO form_a_item VALUES (1, 2, 'twice')")
        shown = database.execute('SELECT seq, "item.row", said, at FROM form_a_item_whole').fetchall()
        assert shown == [(1, 1, "x", AT.isoformat()), (1, 2, "y", AT.isoformat())]


def test_names_never_collide(tmp_path: Path) -> None:
    columns = (Column("A", "1"), Column("a", "2"), Column('q"uote', "3"))
    tables = [Table(key, columns, [["x", "y", "z"]], key) for key in ("form.a_b", "form.a.b", "FORM-A-B", "")]
    write_sqlite(tmp_path / "a.sqlite", tables)
    with opened(tmp_path / "a.sqlite") as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        assert names == ["form_a_b", "form_a_b_2", "FORM_A_B_3", ""]
        assert database.execute("SELECT * FROM form_a_b_2").fetchall() == [("x", "y", "z")]


def test_a_failure_leaves_no_file(tmp_path: Path) -> None:
    def rows() -> Iterator[list[Cell]]:
        yield [1]
        raise ValueError

    with pytest.raises(ValueError):
        write_sqlite(tmp_path / "a.sqlite", [Table("t", EVENTS.columns, rows(), "t")])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("UPDATE form_a SET said = 'other'", "table form_a"),
        ("UPDATE form_a SET amount = CAST(amount AS REAL) WHERE seq = 1", "table form_a"),
        ("INSERT INTO events VALUES (3)", "table events"),
        ("DELETE FROM events WHERE seq = 2", "table events"),
        ("DROP VIEW form_a_current", "schema"),
        ("VACUUM", ""),
    ],
)
def test_a_difference_in_what_it_holds_is_found(tmp_path: Path, changed: str, said: str) -> None:
    made = [EVENTS, forms([1, 7, AT, None, None, "whole", None])]
    write_sqlite(tmp_path / "a.sqlite", made)
    write_sqlite(tmp_path / "b.sqlite", made)
    with opened(tmp_path / "b.sqlite") as database:
        database.isolation_level = None
        database.execute(changed)
    assert same_rows(tmp_path / "b.sqlite", tmp_path / "a.sqlite") == said


def test_what_is_no_database_is_an_error(tmp_path: Path) -> None:
    write_sqlite(tmp_path / "a.sqlite", [EVENTS])
    (tmp_path / "b.sqlite").write_bytes(b"x" * 4096)
    with pytest.raises(sqlite3.DatabaseError):
        same_rows(tmp_path / "b.sqlite", tmp_path / "a.sqlite")
