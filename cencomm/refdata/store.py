"""Code lists in one SQLite file: a list is replaced whole, in one transaction, and searched by prefix.

`entries` is found by code; `words` (FTS5, rows in the order in which they are offered) by the beginnings of words of
any name. The rows of one list have numbers of its own range, so that a search looks at no other list.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from cencomm.refdata.entry import Entry, folded
from cencomm.refdata.errors import RefdataDamaged, RefdataTooLarge, RefdataUnknownList
from cencomm.refdata.lists import LIST_NAME

MAX_ENTRIES = 500_000
MAX_FOUND = 200
MAX_QUERY = 200
_RANGE = 1 << 32
_JSON = json.JSONEncoder(ensure_ascii=False).encode
_PORTION = 5_000
_CACHE = "PRAGMA cache_size = -65536"
"""64 MB: an import then writes each page once."""
_LAST = "\U0010ffff"
_APPLICATION = 0x43454E52  # "CENR"
_WAIT_SECONDS = 30.0

_SCHEMA = f"""
PRAGMA application_id = {_APPLICATION};
CREATE TABLE lists (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, source TEXT NOT NULL, edition TEXT NOT NULL,
    imported TEXT NOT NULL, entries INTEGER NOT NULL
);
CREATE TABLE entries (
    number INTEGER PRIMARY KEY, list INTEGER NOT NULL, code TEXT NOT NULL, plain TEXT NOT NULL, names TEXT NOT NULL,
    attributes TEXT NOT NULL
);
CREATE UNIQUE INDEX entries_by_code ON entries (list, code);
CREATE INDEX entries_by_plain_code ON entries (list, plain);
CREATE VIRTUAL TABLE words USING fts5 (
    word, prefix = '1 2 3', tokenize = "unicode61 remove_diacritics 0"
);
"""


@dataclass(frozen=True, slots=True)
class ListInfo:
    """What is known of a list that is here."""

    name: str
    source: str
    edition: str
    imported: str
    entries: int


@dataclass(frozen=True, slots=True)
class Found:
    """An entry that a search found."""

    entry: Entry
    by_code: bool


class Refdata:
    """The code lists of this device. Not secret, and not part of the profile: any account of the machine may use it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    @contextlib.contextmanager
    def open(cls, path: Path) -> Iterator[Refdata]:
        """The lists in `path`; an absent file is made.

        Raises:
            RefdataDamaged: the file is something else.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.closing(_connected(path)) as connection:
            yield cls(connection)

    def lists(self) -> list[ListInfo]:
        """Every list that is here, by name."""
        rows = self._connection.execute("SELECT name, source, edition, imported, entries FROM lists ORDER BY name")
        return [ListInfo(*row) for row in rows]

    def replace(self, name: str, entries: Sequence[Entry], *, source: str, edition: str, imported: str) -> ListInfo:
        """Put `entries` in the place of what the list held; whole, or nothing changes.

        Raises:
            RefdataUnknownList: no name of a list; RefdataTooLarge.
        """
        if LIST_NAME.fullmatch(name) is None:
            raise RefdataUnknownList(name=name[:64])
        if len(entries) > MAX_ENTRIES:
            raise RefdataTooLarge(what="entries", limit=MAX_ENTRIES)
        with _transaction(self._connection):
            known = self._connection.execute("SELECT id FROM lists WHERE name = ?", (name,)).fetchone()
            if known is not None:
                bounds = _numbers(known[0])
                self._connection.execute("DELETE FROM entries WHERE number BETWEEN ? AND ?", bounds)
                self._connection.execute("DELETE FROM words WHERE rowid BETWEEN ? AND ?", bounds)
                self._connection.execute("DELETE FROM lists WHERE id = ?", known)
            number = self._connection.execute(
                "INSERT INTO lists (name, source, edition, imported, entries) VALUES (?, ?, ?, ?, ?) RETURNING id",
                (name, source, edition, imported, len(entries)),
            ).fetchone()[0]
            first, _ = _numbers(number)
            self._add(number, first, sorted(entries, key=_offered))
        return ListInfo(name, source, edition, imported, len(entries))

    def _add(self, list_id: int, first: int, entries: Iterable[Entry]) -> None:
        """In portions, so that neither list is in memory twice."""
        insert = "INSERT INTO entries (number, list, code, plain, names, attributes) VALUES (?, ?, ?, ?, ?, ?)"
        numbered = enumerate(entries, first)
        while portion := list(islice(numbered, _PORTION)):
            self._connection.executemany(insert, (_row(number, list_id, entry) for number, entry in portion))
            words = ((number, _words(entry)) for number, entry in portion)
            self._connection.executemany("INSERT INTO words (rowid, word) VALUES (?, ?)", words)

    def get(self, name: str, code: str) -> Entry | None:
        """The entry with exactly this code. Raises RefdataUnknownList."""
        select = "SELECT code, names, attributes FROM entries WHERE list = ? AND code = ?"
        row = self._connection.execute(select, (self._id(name), code)).fetchone()
        return None if row is None else _entry(row)

    def search(self, name: str, text: str, limit: int = 20) -> list[Found]:
        """Entries whose code begins with `text`, then those that begin a name with it, then those of which every word
        of `text` begins a word of a name.

        Raises:
            RefdataUnknownList.
        """
        number = self._id(name)
        typed = folded(text[:MAX_QUERY])
        limit = max(1, min(limit, MAX_FOUND))
        if not typed:
            return []
        found = {row[0]: Found(_entry(row), by_code=True) for row in self._by_code(number, typed, limit)}
        for query in _queries(typed):
            if len(found) >= limit:
                break
            for row in self._by_name(number, query, limit):
                found.setdefault(row[0], Found(_entry(row), by_code=False))
        return list(found.values())[:limit]

    def _by_code(self, number: int, typed: str, limit: int) -> list[tuple[str, str, str]]:
        select = (
            "SELECT code, names, attributes FROM entries WHERE list = ? AND plain >= ? AND plain < ?"
            " ORDER BY plain LIMIT ?"
        )
        return self._connection.execute(select, (number, typed, typed + _LAST, limit)).fetchall()

    def _by_name(self, number: int, query: str, limit: int) -> list[tuple[str, str, str]]:
        select = (
            "SELECT code, names, attributes FROM words JOIN entries ON entries.number = words.rowid"
            " WHERE words MATCH ? AND words.rowid BETWEEN ? AND ? ORDER BY words.rowid LIMIT ?"
        )
        return self._connection.execute(select, (query, *_numbers(number), limit)).fetchall()

    def _id(self, name: str) -> int:
        row = self._connection.execute("SELECT id FROM lists WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise RefdataUnknownList(name=name[:64])
        return int(row[0])


def _queries(typed: str) -> tuple[str, ...]:
    """From the narrow to the wide: whole words are found without looking at all that begin with them."""
    words = typed.split()
    whole = [f'"{word}"' for word in words[:-1]]
    last = f'"{words[-1]}" *'
    beginnings = " AND ".join([f"{word} *" for word in whole] + [last])
    return (f'^ "{typed}" *', " AND ".join([*whole, last]), *([beginnings] if whole else []))


def _numbers(list_id: int) -> tuple[int, int]:
    return list_id * _RANGE, list_id * _RANGE + _RANGE - 1


def _offered(entry: Entry) -> tuple[int, str, str]:
    """Short names first: of what begins alike, one mostly means the place itself and not a part of it."""
    name = entry.names[0][1] if entry.names else entry.code
    return len(name), name, entry.code


def _entry(row: tuple[str, str, str]) -> Entry:
    code, names, attributes = row
    return Entry(code, tuple((language, name) for language, name in json.loads(names)), json.loads(attributes))


def _row(number: int, list_id: int, entry: Entry) -> tuple[int, int, str, str, str, str]:
    names = _JSON(entry.names)
    said = _JSON(dict(entry.attributes))
    return number, list_id, entry.code, folded(entry.code), names, said


def _words(entry: Entry) -> str:
    return " ".join(dict.fromkeys(folded(name) for _, name in entry.names))


def _connected(path: Path) -> sqlite3.Connection:
    connection: sqlite3.Connection | None = None
    try:
        connection = sqlite3.connect(path, isolation_level=None, timeout=_WAIT_SECONDS)
        connection.execute(_CACHE)
        _prepare(connection)
    except (sqlite3.Error, RefdataDamaged):
        if connection is not None:
            connection.close()
        raise RefdataDamaged from None
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the tables in a new file; refuse a file that is another program's."""
    with _transaction(connection):
        made = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if not made:
            for statement in filter(str.strip, _SCHEMA.split(";")):
                connection.execute(statement)
    if connection.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION:
        raise RefdataDamaged


@contextlib.contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
