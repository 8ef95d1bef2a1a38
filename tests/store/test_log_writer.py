"""The writer: natural batches, answers only after the commit, and one bad event that takes nobody with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from cencomm.groups.errors import StaleEpoch
from cencomm.groups.log import Outcome, Receipt, Submission
from cencomm.ids import ClientRef, CugId, DeviceId
from cencomm.store import log_writer
from cencomm.store.log_writer import LogWriter
from cencomm.wire.frames import EventKind
from tests.measured import since_now
from tests.unit.test_tracing import exporter

__all__ = ["exporter"]


def record(number: int, body: bytes = b"x") -> Submission:
    ref = ClientRef(number.to_bytes(16, "big"))
    return Submission(CugId(b"c" * 16), DeviceId("KE/otieno/laptop"), ref, EventKind.RECORD, body)


class FakeLog:
    """Stores in memory when `gate` is open; a body `bad` fails its whole batch."""

    def __init__(self) -> None:
        self.batches: list[list[Submission]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.closed = False
        self.seq = 0

    async def store(self, batch: Sequence[Submission], now_ms: int) -> list[Outcome]:
        self.batches.append(list(batch))
        await self.gate.wait()
        if any(submission.body == b"bad" for submission in batch):
            raise OSError
        outcomes: list[Outcome] = []
        for _ in batch:
            self.seq += 1
            outcomes.append(Receipt(self.seq, now_ms))
        return outcomes

    async def close(self) -> None:
        self.closed = True


class Stand:
    def __init__(self) -> None:
        self.log = FakeLog()
        self.order: list[str] = []
        self.outcomes: dict[int, Outcome] = {}
        self.writer = LogWriter(self.log, now_ms=lambda: 1000, on_stored=self._stored)

    def _stored(self, batch: Sequence[tuple[Submission, Receipt]]) -> None:
        self.order += [f"fan-out {receipt.seq}" for _, receipt in batch]

    def submit(self, number: int, body: bytes = b"x") -> None:
        def tell(outcome: Outcome) -> None:
            self.outcomes[number] = outcome
            self.order.append(f"told {number}")

        self.writer.submit(record(number, body), tell)


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    made = Stand()
    made.writer.start()
    yield made
    made.log.gate.set()
    await made.writer.stop()


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_all_that_queued_while_one_transaction_ran_is_in_the_next(stand: Stand) -> None:
    stand.log.gate.clear()
    stand.submit(1)
    await settle()
    for number in range(2, 8):
        stand.submit(number)
    stand.log.gate.set()
    await settle()
    assert [len(batch) for batch in stand.log.batches] == [1, 6]
    assert stand.outcomes == {number: Receipt(number, 1000) for number in range(1, 8)}


async def test_nobody_is_told_before_the_transaction_is_durable(stand: Stand) -> None:
    stand.log.gate.clear()
    stand.submit(1)
    await settle()
    assert stand.order == []
    stand.log.gate.set()
    await settle()
    assert stand.order == ["told 1", "fan-out 1"]


async def test_a_batch_is_bounded_in_number_and_bytes(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_writer, "MAX_BATCH", 3)
    monkeypatch.setattr(log_writer, "MAX_BATCH_BYTES", 10)
    for number in range(4):
        stand.submit(number)
    for number in range(4, 7):
        stand.submit(number, b"x" * 9)
    await settle()
    assert [len(batch) for batch in stand.log.batches] == [3, 2, 2]


async def test_one_bad_event_is_not_stored_and_the_others_are(stand: Stand) -> None:
    stand.submit(1)
    stand.submit(2, b"bad")
    stand.submit(3)
    await settle()
    assert isinstance(stand.outcomes[1], Receipt)
    assert isinstance(stand.outcomes[3], Receipt)
    assert getattr(stand.outcomes[2], "code", None) == "groups.not_stored"
    assert stand.order.count("fan-out 1") == 1
    stand.submit(4)
    await settle()
    assert isinstance(stand.outcomes[4], Receipt)


async def test_where_the_database_is_gone_nobody_waits_for_each_alone(stand: Stand) -> None:
    for number in range(50):
        stand.submit(number, b"bad")
    stand.submit(50)
    await settle()
    assert len(stand.log.batches) == 1 + log_writer.GIVE_UP_AFTER
    assert {getattr(outcome, "code", None) for outcome in stand.outcomes.values()} == {"groups.not_stored"}
    assert len(stand.outcomes) == 51


async def test_a_listener_that_fails_ends_nothing(stand: Stand) -> None:
    def fail(outcome: Outcome) -> None:
        raise LookupError

    stand.writer.submit(record(1), fail)
    stand.submit(2)
    await settle()
    stand.submit(3)
    await settle()
    assert stand.order == ["told 2", "fan-out 1", "fan-out 2", "told 3", "fan-out 3"]


async def test_the_backlog_is_bounded(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_writer, "MAX_QUEUED", 4)
    stand.log.gate.clear()
    for number in range(6):
        stand.submit(number)
    assert not stand.writer.has_room
    waiting = asyncio.create_task(stand.writer.wait_for_room())
    await settle()
    stand.log.gate.set()
    await asyncio.wait_for(waiting, 1)
    assert stand.writer.has_room


async def test_stopping_tells_what_was_still_queued_that_it_is_not_stored() -> None:
    stand = Stand()
    stand.submit(1)
    await stand.writer.stop()
    assert getattr(stand.outcomes[1], "code", None) == "groups.not_stored"
    assert stand.log.closed


async def test_stopping_waits_for_the_running_transaction() -> None:
    stand = Stand()
    stand.writer.start()
    stand.log.gate.clear()
    stand.submit(1)
    await settle()
    stopping = asyncio.create_task(stand.writer.stop())
    await settle()
    stand.log.gate.set()
    await stopping
    assert isinstance(stand.outcomes[1], Receipt)


async def test_who_waits_gets_the_outcome(stand: Stand) -> None:
    assert await stand.writer.outcome_of(record(1)) == Receipt(1, 1000)


async def test_a_batch_is_counted_as_a_whole_by_kind_and_reason(stand: Stand) -> None:
    stored = since_now("cencomm_events_stored_total", kind="record")
    batches = since_now("cencomm_batch_events_count")
    events = since_now("cencomm_batch_events_sum")
    waited = since_now("cencomm_batch_wait_seconds_count")
    for number in range(5):
        stand.submit(number)
    await settle()
    assert (stored(), batches(), events(), waited()) == (5, 1, 5, 1)


async def test_refusals_and_resends_are_counted_apart(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes: list[Outcome] = [Receipt(1, 1000, repeated=True), StaleEpoch(), StaleEpoch()]

    async def judged(_batch: Sequence[Submission], _now_ms: int) -> list[Outcome]:
        return outcomes

    monkeypatch.setattr(stand.log, "store", judged)
    refused = since_now("cencomm_events_refused_total", kind="record", code="groups.stale_epoch")
    repeated = since_now("cencomm_events_repeated_total", kind="record")
    for number in range(3):
        stand.submit(number)
    await settle()
    assert (refused(), repeated()) == (2, 1)


async def test_a_database_that_fails_is_counted(stand: Stand) -> None:
    failed = since_now("cencomm_batches_failed_total")
    stand.submit(1, b"bad")
    await settle()
    assert failed() == 1


async def test_lag_grows_while_the_database_stands_still(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr("cencomm.store.log_writer.time.monotonic", lambda: clock[0])
    stand.log.gate.clear()
    assert (stand.writer.queued, stand.writer.lag_seconds) == (0, 0.0)
    stand.submit(1, b"12345")
    await settle()
    clock[0] = 101.0
    stand.submit(2, b"123")
    await settle()
    clock[0] = 107.0
    assert (stand.writer.queued, stand.writer.queued_bytes, stand.writer.lag_seconds) == (1, 3, 7.0)
    stand.log.gate.set()
    await settle()
    assert (stand.writer.queued, stand.writer.lag_seconds) == (0, 0.0)


async def test_a_batch_is_one_span_that_says_how_many(stand: Stand, exporter: InMemorySpanExporter) -> None:
    stand.submit(1)
    stand.submit(2)
    await settle()
    (span,) = exporter.get_finished_spans()
    assert (span.name, dict(span.attributes or {})) == ("batch", {"cencomm.batch.events": 2})
