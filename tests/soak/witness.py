"""Watches the log in the store while everything runs, and holds the clients against it; keeps only what it needs.

    what the clients have applied  ──first──┐
    what the store has             ──then───┴──> every event that a client has must be durable, with the same head

It asks the database directly, by statements of its own. Each event is looked at once, in its order: no gap, no step
back in time, one commit for each epoch; `doubled` asks of the whole log whether something stands in it twice.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from cencomm.client.cug import Cug
from cencomm.crypto import head as heads
from cencomm.crypto.events import CommitBody
from cencomm.ids import ClientRef, CugId
from cencomm.wire.frames import Event, EventKind

PAGE = 500
ANSWER_SECONDS = 5.0
COLUMNS = "seq, server_time_ms, kind, sender, client_ref, body, event_hash"
AWAY = (sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


class Store:
    """The database as it is on disk, read by plain SQL; every question has a connection of its own."""

    def __init__(self, database_url: str) -> None:
        self._url = make_url(database_url)

    async def ask(self, sqlite: str, postgres: str, *values: object) -> Sequence[Sequence[Any]]:
        """Raises one of AWAY."""
        if self._url.get_backend_name() == "sqlite":
            return await asyncio.to_thread(self._ask_sqlite, sqlite, values)
        connection = await asyncpg.connect(
            self._url.render_as_string(hide_password=False), timeout=ANSWER_SECONDS, command_timeout=ANSWER_SECONDS
        )
        try:
            return [tuple(row) for row in await connection.fetch(postgres, *values)]
        finally:
            connection.terminate()

    def _ask_sqlite(self, statement: str, values: Sequence[object]) -> Sequence[Sequence[Any]]:
        with closing(sqlite3.connect(f"file:{self._url.database}?mode=ro", uri=True, timeout=ANSWER_SECONDS)) as one:
            return one.execute(statement, values).fetchall()

    async def page(self, cug_id: CugId, after_seq: int) -> list[Event]:
        rows = await self.ask(
            f"SELECT {COLUMNS} FROM events WHERE cug_id = ? AND seq > ? ORDER BY seq LIMIT {PAGE}",
            f"SELECT {COLUMNS} FROM events WHERE cug_id = $1 AND seq > $2 ORDER BY seq LIMIT {PAGE}",
            bytes(cug_id),
            after_seq,
        )
        return [Event(row[0], row[1], EventKind(row[2]), row[3], bytes(row[4]), bytes(row[5]), row[6]) for row in rows]

    async def doubled(self, cug_id: CugId) -> int:
        """How many (sender, reference) stand in the log more than once."""
        grouped = "SELECT sender, client_ref FROM events WHERE cug_id = {} GROUP BY 1, 2 HAVING count(*) > 1"
        statement = f"SELECT count(*) FROM ({grouped}) AS twice"
        rows = await self.ask(statement.format("?"), statement.format("$1"), bytes(cug_id))
        return int(rows[0][0])


@dataclass
class Witness:
    store: Store
    cug_id: CugId
    head: heads.Head = field(init=False)
    """The last event that was looked at in the store."""
    heads: dict[int, bytes] = field(default_factory=dict)
    """H_n, as far back as somebody may still speak of it; `forget` shortens it."""
    found: list[str] = field(default_factory=list)
    compared: int = 0
    """How often a client's head was held against the store's."""
    _time_ms: int = 0
    _epoch: int = -1

    def __post_init__(self) -> None:
        self.head = heads.start(self.cug_id)
        self.heads[0] = self.head.hash

    async def look(self, cugs: Mapping[str, Cug]) -> bool:
        """Whether the store answered; where it did not nothing was compared."""
        applied = {name: (cug.last_seq, cug.head_hash) for name, cug in cugs.items()}
        try:
            while page := await self.store.page(self.cug_id, self.head.n):
                for event in page:
                    self._take(event)
        except AWAY:
            return False
        for name, (n, head_hash) in applied.items():
            self.compared += 1
            if n > self.head.n:
                self.found.append(f"{name} has read event {n}, and only {self.head.n} are durable")
            elif self.heads.get(n) != head_hash:
                self.found.append(f"{name} has another head than the store at {n}")
        return True

    def forget(self, before_seq: int) -> None:
        self.heads = {n: head_hash for n, head_hash in self.heads.items() if n >= before_seq}

    def _take(self, event: Event) -> None:
        if event.seq != self.head.n + 1:
            self.found.append(f"the log goes on with {event.seq} after {self.head.n}")
        if event.server_time < self._time_ms:
            self.found.append(f"time goes back in the log at {event.seq}")
        self._time_ms = event.server_time
        if event.kind is EventKind.COMMIT:
            self._take_commit(event)
        event_hash = heads.event_hash(event.kind, event.sender, ClientRef(event.client_ref), event.body)
        self.head = heads.advance(heads.Head(event.seq - 1, self.head.hash), event.seq, event.server_time, event_hash)
        self.heads[event.seq] = self.head.hash

    def _take_commit(self, event: Event) -> None:
        epoch = CommitBody.decode(event.body).epoch
        if epoch != self._epoch + 1:
            self.found.append(f"event {event.seq} commits in epoch {epoch} after {self._epoch}")
        self._epoch = epoch
