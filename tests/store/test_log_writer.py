"""The writer: natural batches, answers only after the commit, and one bad event that takes nobody with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from cencomm.groups.log import Outcome, Receipt, Submission
from cencomm.ids import ClientRef, CugId, DeviceId
from cencomm.store import log_writer
from cencomm.store.log_writer import LogWriter
from cencomm.wire.frames import EventKind


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
