"""The encrypted state of one device on disk (DESIGN §2, "devices hold only their own key and epoch keys").

A folder with one SQLite file. Every value is sealed with XChaCha20-Poly1305 under the profile key, which is wrapped
under Argon2id of the password; the associated data binds a value to its table and name, so that rows cannot be
swapped. Names are keyed hashes: the file shows how many rows of a kind there are and nothing else.

Two processes may use one profile: every transition is a read-modify-write inside one BEGIN IMMEDIATE transaction, and
`generation()` tells a holder of decoded state that somebody else wrote meanwhile.
"""

from __future__ import annotations

import os
import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NewType

from cencomm.client.errors import ProfileAbsent, ProfileDamaged, ProfileExists, ProfileUnsupported, WrongPassword
from cencomm.crypto.primitives import (
    OpenFailed,
    Secret,
    argon2id,
    hkdf_expand,
    hmac_sha256,
    random_bytes,
    xchacha_open,
    xchacha_seal,
)

FORMAT = 1
FILE_NAME = "profile.sqlite3"
_NONCE_BYTES = 24
_NAME_BYTES = 16
_KEY_LENGTH_BYTES = 2
_BUSY_TIMEOUT_MS = 30_000

Table = NewType("Table", str)
"""The name of one kind of rows, for example `account`; tables need no declaration."""

_SCHEMA = """
CREATE TABLE header (one INTEGER PRIMARY KEY CHECK (one = 1), format INTEGER NOT NULL, ops INTEGER NOT NULL,
                     memory INTEGER NOT NULL, salt BLOB NOT NULL, nonce BLOB NOT NULL, wrapped BLOB NOT NULL);
CREATE TABLE value (space BLOB NOT NULL, name BLOB NOT NULL, number INTEGER NOT NULL, sealed BLOB NOT NULL,
                    PRIMARY KEY (space, name)) WITHOUT ROWID;
CREATE INDEX value_number ON value (space, number);
"""
_NEXT_SCHEMA = """
CREATE TABLE IF NOT EXISTS next_header (one INTEGER PRIMARY KEY CHECK (one = 1), format INTEGER NOT NULL,
    ops INTEGER NOT NULL, memory INTEGER NOT NULL, salt BLOB NOT NULL, nonce BLOB NOT NULL, wrapped BLOB NOT NULL)
"""
"""While a password changes: how the profile key is wrapped under the new one."""
_READ = "SELECT format, ops, memory, salt, nonce, wrapped FROM header"
_READ_NEXT = "SELECT format, ops, memory, salt, nonce, wrapped FROM next_header"
_WRITE = "INSERT OR REPLACE INTO header VALUES (1, ?, ?, ?, ?, ?, ?)"
_WRITE_NEXT = "INSERT OR REPLACE INTO next_header VALUES (1, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class PasswordCost:
    """Argon2id parameters for wrapping the profile key; the defaults take about a quarter of a second."""

    ops_limit: int = 3
    memory_bytes: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Row:
    """One opened value: its name, its number (0 where the table is not ordered) and its bytes."""

    key: bytes
    number: int
    value: bytes = field(repr=False)


class Transaction:
    """Reads and writes inside one transaction; never outlives the `with` block that made it."""

    def __init__(self, connection: sqlite3.Connection, keys: _Keys) -> None:
        self._connection = connection
        self._keys = keys

    def get(self, table: Table, key: bytes) -> bytes | None:
        """The value of `key`, or None."""
        space, name = self._keys.space(table), self._keys.name(table, key)
        found = self._connection.execute(
            "SELECT sealed FROM value WHERE space = ? AND name = ?", (space, name)
        ).fetchone()
        return None if found is None else self._keys.open(table, name, found[0])[1]

    def has(self, table: Table, key: bytes) -> bool:
        """Whether there is a value of `key`; it is not opened."""
        return (
            self._connection.execute(
                "SELECT 1 FROM value WHERE space = ? AND name = ?",
                (self._keys.space(table), self._keys.name(table, key)),
            ).fetchone()
            is not None
        )

    def put(self, table: Table, key: bytes, value: bytes, *, number: int = 0) -> None:
        """Write or replace the value of `key`; `number` orders it for `rows`."""
        name = self._keys.name(table, key)
        self._connection.execute(
            "INSERT INTO value VALUES (?, ?, ?, ?) ON CONFLICT (space, name) DO UPDATE SET number = excluded.number,"
            " sealed = excluded.sealed",
            (self._keys.space(table), name, number, self._keys.seal(table, name, key, value)),
        )

    def add(self, table: Table, key: bytes, value: bytes, *, number: int = 0) -> bool:
        """Write the value of `key` unless there is one; whether it was written."""
        name = self._keys.name(table, key)
        done = self._connection.execute(
            "INSERT INTO value VALUES (?, ?, ?, ?) ON CONFLICT (space, name) DO NOTHING",
            (self._keys.space(table), name, number, self._keys.seal(table, name, key, value)),
        )
        return done.rowcount == 1

    def delete(self, table: Table, key: bytes) -> None:
        """Forget `key`; the pages are overwritten (`secure_delete`)."""
        self._connection.execute(
            "DELETE FROM value WHERE space = ? AND name = ?", (self._keys.space(table), self._keys.name(table, key))
        )

    def clear(self, table: Table) -> None:
        """Forget every row of `table`."""
        self._connection.execute("DELETE FROM value WHERE space = ?", (self._keys.space(table),))

    def count(self, table: Table) -> int:
        found = self._connection.execute("SELECT count(*) FROM value WHERE space = ?", (self._keys.space(table),))
        return int(found.fetchone()[0])

    def rows(self, table: Table, *, after: int = -1, limit: int = -1) -> Iterator[Row]:
        """Rows with `number` greater than `after`, by number; all of them when `limit` is negative."""
        found = self._connection.execute(
            "SELECT name, number, sealed FROM value WHERE space = ? AND number > ? ORDER BY number, name LIMIT ?",
            (self._keys.space(table), after, limit),
        ).fetchall()
        for name, number, sealed in found:
            key, value = self._keys.open(table, name, sealed)
            yield Row(key, number, value)

    def last_rows(self, table: Table, limit: int) -> list[Row]:
        """The `limit` rows with the highest numbers, in ascending order."""
        found = self._connection.execute(
            "SELECT name, number, sealed FROM value WHERE space = ? ORDER BY number DESC, name LIMIT ?",
            (self._keys.space(table), limit),
        ).fetchall()
        opened = [(number, *self._keys.open(table, name, sealed)) for name, number, sealed in reversed(found)]
        return [Row(key, number, value) for number, key, value in opened]


class _Keys:
    """The profile key's two uses: sealing values and hashing names."""

    def __init__(self, profile_key: Secret) -> None:
        self._value_key = hkdf_expand(profile_key, b"CENcomm profile value", 32)
        self._name_key = hkdf_expand(profile_key, b"CENcomm profile name", 32)
        self._spaces: dict[Table, bytes] = {}

    def space(self, table: Table) -> bytes:
        known = self._spaces.get(table)
        if known is None:
            known = self._spaces[table] = hmac_sha256(self._name_key, table.encode())[:_NAME_BYTES]
        return known

    def name(self, table: Table, key: bytes) -> bytes:
        return hmac_sha256(self._name_key, self.space(table) + key)[:_NAME_BYTES]

    def seal(self, table: Table, name: bytes, key: bytes, value: bytes) -> bytes:
        nonce = random_bytes(_NONCE_BYTES)
        plaintext = len(key).to_bytes(_KEY_LENGTH_BYTES, "big") + key + value
        return nonce + xchacha_seal(self._value_key, nonce, self.space(table) + name, plaintext)

    def open(self, table: Table, name: bytes, sealed: bytes) -> tuple[bytes, bytes]:
        try:
            plaintext = xchacha_open(
                self._value_key, sealed[:_NONCE_BYTES], self.space(table) + name, sealed[_NONCE_BYTES:]
            )
        except OpenFailed:
            raise ProfileDamaged(table=table) from None
        end = _KEY_LENGTH_BYTES + int.from_bytes(plaintext[:_KEY_LENGTH_BYTES], "big")
        return plaintext[_KEY_LENGTH_BYTES:end], plaintext[end:]


class Profile:
    """An open profile. Use `create` once per device, `open` afterwards, and `close` when done."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, profile_key: Secret) -> None:
        self.folder = folder
        self._connection = connection
        self._profile_key = profile_key
        self._keys = _Keys(profile_key)
        self._depth = 0

    @classmethod
    def exists(cls, folder: Path) -> bool:
        return (folder / FILE_NAME).exists()

    @classmethod
    def create(cls, folder: Path, password: str, *, cost: PasswordCost | None = None) -> Profile:
        """Make an empty profile in `folder`, readable by its owner only.

        Raises:
            ProfileExists: there is one already; it is left alone.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / FILE_NAME
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            raise ProfileExists(folder=str(folder)) from None
        connection = _connect(path)
        profile_key = Secret(random_bytes(32))
        with _immediate(connection):
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)
            _write_header(connection, profile_key, password, cost or PasswordCost())
        return cls(folder, connection, profile_key)

    @classmethod
    def open(cls, folder: Path, password: str) -> Profile:
        """Open the profile in `folder`.

        Raises:
            ProfileAbsent, ProfileUnsupported, WrongPassword.
        """
        path = folder / FILE_NAME
        if not path.exists():
            raise ProfileAbsent(folder=str(folder))
        connection = _connect(path)
        try:
            profile_key = _profile_key_in(connection, password)
        except (WrongPassword, ProfileUnsupported, ProfileDamaged):
            connection.close()
            raise
        return cls(folder, connection, profile_key)

    def close(self) -> None:
        self._connection.close()

    def prepare_password(self, old: str, new: str, *, cost: PasswordCost | None = None) -> None:
        """The profile opens with `new`, too, until `adopt_password` or `keep_password`: nobody is locked out whatever
        happens between here and the server.

        Raises:
            WrongPassword: `old` is not the password; nothing is changed.
        """
        _read_header(self._connection, old)
        with self.transaction(durable=True):
            self._connection.execute(_NEXT_SCHEMA)
            _write_header(self._connection, self._profile_key, new, cost or PasswordCost(), statement=_WRITE_NEXT)

    def adopt_password(self) -> None:
        """From now on only the new password opens the profile; harmless where none was prepared."""
        with self.transaction(durable=True):
            if _has_next(self._connection):
                self._connection.execute("INSERT OR REPLACE INTO header SELECT * FROM next_header")
                self._connection.execute("DELETE FROM next_header")

    def keep_password(self) -> None:
        """The old password stays the only one."""
        with self.transaction(durable=True):
            if _has_next(self._connection):
                self._connection.execute("DELETE FROM next_header")

    def change_password(self, old: str, new: str, *, cost: PasswordCost | None = None) -> None:
        """Wrap the profile key under `new`; the rows stay as they are. Raises WrongPassword, nothing changed then."""
        self.prepare_password(old, new, cost=cost)
        self.adopt_password()

    def generation(self) -> int:
        """Changes whenever another connection has written: decoded state kept since is then out of date."""
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[Transaction]:
        """All or nothing, alone among all processes. `durable` waits for the disk (for pending commits).

        A nested call joins the outer transaction.
        """
        if self._depth:
            yield Transaction(self._connection, self._keys)
            return
        self._connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        self._depth += 1
        try:
            with _immediate(self._connection):
                yield Transaction(self._connection, self._keys)
        finally:
            self._depth -= 1

    def read(self) -> Transaction:
        """For single reads outside a transaction."""
        return Transaction(self._connection, self._keys)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_TIMEOUT_MS / 1000, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


@contextmanager
def _immediate(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _profile_key_in(connection: sqlite3.Connection, password: str) -> Secret:
    """While a password changes, both open. Raises WrongPassword, ProfileDamaged, ProfileUnsupported."""
    try:
        return _read_header(connection, password)
    except WrongPassword:
        if not _has_next(connection):
            raise
        return _read_header(connection, password, statement=_READ_NEXT)


def _has_next(connection: sqlite3.Connection) -> bool:
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'next_header'").fetchone()
    return known is not None and connection.execute("SELECT 1 FROM next_header").fetchone() is not None


def _write_header(
    connection: sqlite3.Connection, profile_key: Secret, password: str, cost: PasswordCost, *, statement: str = _WRITE
) -> None:
    salt, nonce = random_bytes(16), random_bytes(_NONCE_BYTES)
    wrapping_key = _wrapping_key(password, salt, cost.ops_limit, cost.memory_bytes)
    wrapped = xchacha_seal(wrapping_key, nonce, _header_aad(FORMAT, cost.ops_limit, cost.memory_bytes), profile_key)
    connection.execute(
        statement,
        (FORMAT, cost.ops_limit, cost.memory_bytes, salt, nonce, wrapped),
    )


def _read_header(connection: sqlite3.Connection, password: str, *, statement: str = _READ) -> Secret:
    try:
        row = connection.execute(statement).fetchone()
    except sqlite3.DatabaseError:
        raise ProfileDamaged(table="header") from None
    if row is None:
        raise ProfileDamaged(table="header")
    file_format, ops, memory, salt, nonce, wrapped = row
    if file_format != FORMAT:
        raise ProfileUnsupported(found=file_format, supported=FORMAT)
    try:
        key = xchacha_open(
            _wrapping_key(password, salt, ops, memory), nonce, _header_aad(file_format, ops, memory), wrapped
        )
    except OpenFailed:
        raise WrongPassword() from None
    return Secret(key)


def _wrapping_key(password: str, salt: bytes, ops_limit: int, memory_bytes: int) -> Secret:
    typed = unicodedata.normalize("NFC", password).encode()  # keyboards differ in how they compose
    return argon2id(typed, salt, ops_limit=ops_limit, memory_bytes=memory_bytes, length=32)


def _header_aad(file_format: int, ops: int, memory: int) -> bytes:
    return b"CENcomm profile" + file_format.to_bytes(2, "big") + ops.to_bytes(4, "big") + memory.to_bytes(8, "big")
