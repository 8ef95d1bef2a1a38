"""One writer per process: takes all that queued while the last transaction ran, and stores it in one (DESIGN §3).

    submit ──> queue (bounded) ──> one transaction ──> every outcome to its sender, then all that was stored, in order,
                  ^                     │                to `on_stored` (the fan-out)
                  └──── the next batch ─┘

Nothing is acknowledged before the transaction is durable. No timer: a batch is as large as the disk is slow.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

import structlog

from cencomm import measures, tracing
from cencomm.groups.errors import NotStored
from cencomm.groups.log import Outcome, Receipt, Submission
from cencomm.store.database import Database
from cencomm.store.event_log import Hooks
from cencomm.store.event_log_postgres import PostgresEventLog
from cencomm.store.event_log_sqlite import SqliteEventLog

MAX_BATCH = 512
MAX_BATCH_BYTES = 4 * 1024 * 1024
MAX_QUEUED = 4096
GIVE_UP_AFTER = 3
MAX_QUEUED_BYTES = 32 * 1024 * 1024

log = structlog.get_logger(__name__)

Told = Callable[[Outcome], None]
Stored = Callable[[Sequence[tuple[Submission, Receipt]]], None]


class EventLog(Protocol):
    """A database that stores a batch in one transaction, or raises."""

    async def store(self, batch: Sequence[Submission], now_ms: int) -> list[Outcome]: ...
    async def close(self) -> None: ...


def event_log_for(database: Database, hooks: Hooks) -> EventLog:
    """The event log of that database."""
    if database.is_sqlite:
        return SqliteEventLog(database.sqlite_path, hooks)
    return PostgresEventLog(database.postgres_address, hooks)


class LogWriter:
    """`tell` and `on_stored` are called in the event loop and must not block or raise."""

    def __init__(self, event_log: EventLog, *, now_ms: Callable[[], int], on_stored: Stored) -> None:
        self._event_log = event_log
        self._now_ms = now_ms
        self._on_stored = on_stored
        self._queue: deque[tuple[Submission, Told]] = deque()
        self._queued_bytes = 0
        self._work = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._task: asyncio.Task[None] | None = None
        self._waiting_since = 0.0
        """When the oldest event was queued that no batch has taken."""
        self._running_since = 0.0
        """When the oldest event was queued of the batch that is being stored; 0 where none is."""

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="log-writer")
        measures.WRITERS.add(self)

    async def stop(self) -> None:
        """Ends after the running batch; what is still queued is told that it was not stored."""
        measures.WRITERS.discard(self)
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        while self._queue:
            _, tell = self._queue.popleft()
            tell(NotStored())
        await self._event_log.close()

    @property
    def has_room(self) -> bool:
        return self._room.is_set()

    @property
    def queued(self) -> int:
        return len(self._queue)

    @property
    def queued_bytes(self) -> int:
        return self._queued_bytes

    @property
    def lag_seconds(self) -> float:
        """How long the oldest event has been waiting that is not durable yet."""
        since = self._running_since or (self._waiting_since if self._queue else 0.0)
        return time.monotonic() - since if since else 0.0

    async def wait_for_room(self) -> None:
        """Senders wait here when the backlog is full, and stop reading from their sockets meanwhile."""
        await self._room.wait()

    def submit(self, submission: Submission, tell: Told) -> None:
        """Queue `submission`; `tell` gets its outcome, once."""
        if not self._queue:
            self._waiting_since = time.monotonic()
        self._queue.append((submission, tell))
        self._queued_bytes += len(submission.body)
        self._work.set()
        if len(self._queue) >= MAX_QUEUED or self._queued_bytes >= MAX_QUEUED_BYTES:
            self._room.clear()

    async def outcome_of(self, submission: Submission) -> Outcome:
        """As `submit`, for one who waits."""
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        await self.wait_for_room()
        self.submit(submission, lambda outcome: None if answer.done() else answer.set_result(outcome))
        return await answer

    async def _run(self) -> None:
        while True:
            await self._work.wait()
            batch = self._take()
            # Shielded, so that stopping cannot leave a transaction half told.
            running = asyncio.ensure_future(self._store_or_refuse(batch))
            try:
                await asyncio.shield(running)
            except asyncio.CancelledError:
                await running
                raise
            measures.BATCH_WAIT_SECONDS.observe(self.lag_seconds)
            self._running_since = 0.0

    def _take(self) -> list[tuple[Submission, Told]]:
        batch: list[tuple[Submission, Told]] = []
        size = 0
        while self._queue and len(batch) < MAX_BATCH and size < MAX_BATCH_BYTES:
            entry = self._queue.popleft()
            size += len(entry[0].body)
            batch.append(entry)
        self._queued_bytes -= size
        self._running_since, self._waiting_since = self._waiting_since, time.monotonic()
        if not self._queue:
            self._work.clear()
        if len(self._queue) < MAX_QUEUED // 2 and self._queued_bytes < MAX_QUEUED_BYTES // 2:
            self._room.set()
        return batch

    async def _store(self, batch: list[tuple[Submission, Told]]) -> bool:
        """Whether the transaction went through; each of `batch` was told then."""
        began = time.monotonic()
        try:
            with tracing.span("batch") as span:
                span.set_attribute("cencomm.batch.events", len(batch))
                outcomes = await self._event_log.store([submission for submission, _ in batch], self._now_ms())
        except Exception as failure:  # noqa: BLE001  (the writer's outermost loop: no batch may end it)
            measures.BATCHES_FAILED.inc()
            log.error("log_writer.batch_failed", size=len(batch), reason=type(failure).__name__)
            return False
        seconds = time.monotonic() - began
        stored = [
            (submission, outcome)
            for (submission, _), outcome in zip(batch, outcomes, strict=True)
            if isinstance(outcome, Receipt) and not outcome.repeated
        ]
        for (_, tell), outcome in zip(batch, outcomes, strict=True):
            _guarded(partial(tell, outcome))
        if stored:
            _guarded(partial(self._on_stored, stored))
        _measure(batch, outcomes, seconds)
        return True

    async def _store_or_refuse(self, batch: list[tuple[Submission, Told]]) -> None:
        """One bad submission must not take the others with it: each is tried alone, once.

        Where several fail in a row it is the database, and the rest is refused without waiting for it.
        """
        if await self._store(batch):
            return
        failed = 0 if len(batch) > 1 else GIVE_UP_AFTER
        for entry in batch:
            if failed < GIVE_UP_AFTER and await self._store([entry]):
                failed = 0
                continue
            failed += 1
            entry[1](NotStored())


def _measure(batch: Sequence[tuple[Submission, Told]], outcomes: Sequence[Outcome], seconds: float) -> None:
    """Once for the whole batch, after everybody has been told."""
    measures.BATCH_EVENTS.observe(len(batch))
    measures.BATCH_SECONDS.observe(seconds)
    counted = Counter(
        (submission.kind, outcome.repeated if isinstance(outcome, Receipt) else outcome.code)
        for (submission, _), outcome in zip(batch, outcomes, strict=True)
    )
    for (kind, became), count in counted.items():
        name = kind.name.lower()
        if became is False:
            measures.EVENTS_STORED.labels(name).inc(count)
        elif became is True:
            measures.EVENTS_REPEATED.labels(name).inc(count)
        else:
            measures.EVENTS_REFUSED.labels(name, became).inc(count)


def _guarded(call: Callable[[], None]) -> None:
    """What goes wrong at one listener must not end the writer, nor keep the others from being told."""
    try:
        call()
    except Exception:
        log.exception("log_writer.listener_failed")
