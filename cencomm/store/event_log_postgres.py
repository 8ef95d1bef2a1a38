"""The hot path's transaction on PostgreSQL: one dedicated connection, whole columns as arrays.

Several server processes may do the same: whoever locks a CUG's row assigns its next `seq`. Rows are locked in the
order of their ids, so that two batches cannot wait for each other.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import asyncpg

from cencomm.groups.log import Outcome, Submission
from cencomm.store.event_log import Hooks, LookFirst, Row, Step, Transaction, is_plain, store_batch

CONNECT_SECONDS = 5.0
COMMAND_SECONDS = 30.0
"""Longer than any lock is held; a database that does not answer must not hold the senders for ever."""


class PostgresEventLog:
    """`address` as `postgresql://…`. Connects when first used, and again after the connection broke."""

    def __init__(self, address: str, hooks: Hooks) -> None:
        self._address = address
        self._hooks = hooks
        self._connection: asyncpg.Connection | None = None

    async def store(self, batch: Sequence[Submission], now_ms: int) -> list[Outcome]:
        """All of `batch` in one transaction. Raises where it could not: nothing of it is stored, or, where the
        connection broke while committing, it is not known whether it is."""
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(
                self._address, timeout=CONNECT_SECONDS, command_timeout=COMMAND_SECONDS
            )
        if is_plain(batch):
            with contextlib.suppress(LookFirst, asyncpg.UniqueViolationError):
                return await self._attempt(self._connection, batch, now_ms, looks=False)
        return await self._attempt(self._connection, batch, now_ms, looks=True)

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def _attempt(
        self, connection: asyncpg.Connection, batch: Sequence[Submission], now_ms: int, *, looks: bool
    ) -> list[Outcome]:
        async with connection.transaction():
            return await self._run(connection, store_batch(batch, now_ms, self._hooks, looks=looks))

    async def _run(self, connection: asyncpg.Connection, transaction: Transaction) -> list[Outcome]:
        step = next(transaction)
        while True:
            try:
                step = transaction.send(await _carry_out(connection, step))
            except StopIteration as finished:
                outcomes: list[Outcome] = finished.value
                return outcomes


async def _carry_out(connection: asyncpg.Connection, step: Step) -> list[Row]:
    if not step.rows:
        return []
    sql = step.statement.postgres
    if step.statement.arrays is not None:
        return list(await connection.fetch(sql, *map(list, zip(*step.rows, strict=True))))
    if not sql.startswith("SELECT"):
        await connection.executemany(sql, step.rows)
        return []
    return [row for values in step.rows for row in await connection.fetch(sql, *values)]
