"""The hot path's transaction on SQLite: one thread with its own connection, WAL, every commit on disk first."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cencomm.groups.log import Outcome, Submission
from cencomm.store.database import SQLITE_BUSY_SECONDS
from cencomm.store.event_log import Hooks, LookFirst, Row, Step, Transaction, is_plain, store_batch


class SqliteEventLog:
    """`store` runs in the writer's thread; the event loop never waits for the disk."""

    def __init__(self, path: Path, hooks: Hooks) -> None:
        self._path = path
        self._hooks = hooks
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="event-log")
        self._connection: sqlite3.Connection | None = None

    async def store(self, batch: Sequence[Submission], now_ms: int) -> list[Outcome]:
        """All of `batch` in one transaction. Raises sqlite3.Error: nothing of it is stored."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._store, batch, now_ms)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown()

    def _store(self, batch: Sequence[Submission], now_ms: int) -> list[Outcome]:
        if self._connection is None:
            self._connection = connect(self._path)
        if is_plain(batch):
            with contextlib.suppress(LookFirst, sqlite3.IntegrityError):
                return self._attempt(self._connection, batch, now_ms, looks=False)
        return self._attempt(self._connection, batch, now_ms, looks=True)

    def _attempt(
        self, connection: sqlite3.Connection, batch: Sequence[Submission], now_ms: int, *, looks: bool
    ) -> list[Outcome]:
        connection.execute("BEGIN IMMEDIATE")
        try:
            outcomes = self._run(connection, store_batch(batch, now_ms, self._hooks, looks=looks))
            connection.execute("COMMIT")
        except BaseException:
            connection.rollback()
            raise
        return outcomes

    def _run(self, connection: sqlite3.Connection, transaction: Transaction) -> list[Outcome]:
        step = next(transaction)
        while True:
            try:
                step = transaction.send(_carry_out(connection, step))
            except StopIteration as finished:
                outcomes: list[Outcome] = finished.value
                return outcomes

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def connect(path: Path) -> sqlite3.Connection:
    """A connection that makes a commit durable before it returns."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=SQLITE_BUSY_SECONDS)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _carry_out(connection: sqlite3.Connection, step: Step) -> list[Row]:
    if not step.statement.sql.startswith("SELECT"):
        connection.executemany(step.statement.sql, step.rows)
        return []
    return [row for values in step.rows for row in connection.execute(step.statement.sql, values)]
