"""The way between processes, over a real Redis that may die and come back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
import structlog
from structlog.processors import JSONRenderer
from structlog.testing import CapturingLogger

from cencomm.ids import CugId, new_cug_id
from cencomm.store import redis_bus
from cencomm.store.node_messages import MAX_REACHED, Look, NodeMessage
from cencomm.store.redis_bus import RedisBus, backoff_seconds, connect
from tests.redis_server import RedisServer

DEPLOYMENT = b"d" * 16


@dataclass
class Node:
    bus: RedisBus
    said: asyncio.Queue[NodeMessage]
    joined: asyncio.Queue[None]

    async def hears(self) -> NodeMessage:
        return await asyncio.wait_for(self.said.get(), 20)

    async def joins(self) -> None:
        await asyncio.wait_for(self.joined.get(), 20)


@asynccontextmanager
async def node(url: str, deployment_id: bytes = DEPLOYMENT) -> AsyncIterator[Node]:
    said: asyncio.Queue[NodeMessage] = asyncio.Queue()
    joined: asyncio.Queue[None] = asyncio.Queue()
    bus = RedisBus(url, deployment_id, heard=said.put_nowait, joined=lambda: joined.put_nowait(None))
    made = Node(bus, said, joined)
    made.bus.start()
    try:
        yield made
    finally:
        await made.bus.stop()


@pytest.fixture
def deployment(request: pytest.FixtureRequest) -> bytes:
    """A channel of its own for each test."""
    return new_cug_id()


async def test_others_hear_what_one_says_and_he_does_not_hear_himself(redis_url: str, deployment: bytes) -> None:
    async with (
        node(redis_url, deployment) as one,
        node(redis_url, deployment) as two,
        node(redis_url, deployment) as three,
    ):
        for each in (one, two, three):
            await each.joins()
        cug_id = new_cug_id()
        one.bus.publish({cug_id: 7}, (Look.MEMBERS,))
        for each in (two, three):
            message = await each.hears()
            assert (message.reached, message.looks) == ({cug_id: 7}, (Look.MEMBERS,))
        two.bus.publish({cug_id: 8})
        assert (await one.hears()).reached == {cug_id: 8}
        assert one.said.empty()
        assert one.bus.is_connected


async def test_other_deployments_on_the_same_redis_hear_nothing(redis_url: str, deployment: bytes) -> None:
    async with (
        node(redis_url, deployment) as one,
        node(redis_url, deployment) as two,
        node(redis_url, new_cug_id()) as other,
    ):
        for each in (one, two, other):
            await each.joins()
        one.bus.publish({new_cug_id(): 1})
        await two.hears()
        assert other.said.empty()


async def test_what_queues_goes_out_as_one_message_with_the_newest_seq(redis_url: str, deployment: bytes) -> None:
    async with node(redis_url, deployment) as one, node(redis_url, deployment) as two:
        await one.joins()
        await two.joins()
        cug_id, other = new_cug_id(), new_cug_id()
        for seq in range(1, 100):
            one.bus.publish({cug_id: seq})
        one.bus.publish({other: 1}, (Look.SESSIONS,))
        message = await two.hears()
        assert (message.reached, message.looks) == ({cug_id: 99, other: 1}, (Look.SESSIONS,))
        assert two.said.empty()


async def test_redis_may_die_and_come_back(mortal_redis: RedisServer) -> None:
    async with node(mortal_redis.url) as one, node(mortal_redis.url) as two:
        await one.joins()
        await two.joins()
        await asyncio.to_thread(mortal_redis.kill)
        cug_id = new_cug_id()
        for seq in range(1, 50):
            one.bus.publish({cug_id: seq})
        await asyncio.to_thread(mortal_redis.start)
        await one.joins()
        await two.joins()
        one.bus.publish({cug_id: 50})
        while (await two.hears()).reached != {cug_id: 50}:
            pass
        two.bus.publish({cug_id: 51})
        while (await one.hears()).reached != {cug_id: 51}:
            pass


async def test_a_process_starts_before_its_redis(mortal_redis: RedisServer) -> None:
    await asyncio.to_thread(mortal_redis.kill)
    async with node(mortal_redis.url) as one:
        assert not one.bus.is_connected
        await asyncio.to_thread(mortal_redis.start)
        await one.joins()
        assert one.bus.is_connected


async def test_a_redis_that_answers_nothing_is_taken_for_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_bus, "ANSWER_SECONDS", 0.05)
    tried: asyncio.Queue[None] = asyncio.Queue()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tried.put_nowait(None)
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with node(f"redis://127.0.0.1:{port}") as one:
            for _ in range(6):
                await asyncio.wait_for(tried.get(), 20)
            assert not one.bus.is_connected


async def test_ending_while_it_connects_does_not_wait_for_others_to_fall_silent(
    redis_url: str, deployment: bytes
) -> None:
    async with node(redis_url, deployment) as other:
        await other.joins()
        for turns in range(12):  # whatever it is doing at that moment
            bus = RedisBus(redis_url, deployment, heard=lambda _: None, joined=lambda: None)
            bus.start()
            for _ in range(turns):
                await asyncio.sleep(0)
            async with asyncio.timeout(5):
                await bus.stop()


async def test_foreign_messages_on_the_channel_change_nothing(redis_url: str, deployment: bytes) -> None:
    async with node(redis_url, deployment) as one, node(redis_url, deployment) as two:
        await one.joins()
        await two.joins()
        redis = connect(redis_url)
        await redis.spublish(f"cencomm:{{{deployment.hex()}}}", b"\xc1 nonsense")
        await redis.aclose()
        two.bus.publish({new_cug_id(): 3})
        assert list((await one.hears()).reached.values()) == [3]


async def test_what_waits_for_redis_is_bounded() -> None:
    bus = RedisBus("redis://127.0.0.1:1", DEPLOYMENT, heard=lambda _: None, joined=lambda: None)
    names = [CugId(number.to_bytes(16, "big")) for number in range(MAX_REACHED + 10)]
    for seq in (1, 2):
        for name in names:
            bus.publish({name: seq})
    assert len(bus._reached) == MAX_REACHED
    assert bus._reached[names[0]] == 2


async def test_neither_password_nor_address_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    logger = CapturingLogger()  # a logger of its own: what is configured for all may have been left by another test
    log = structlog.wrap_logger(logger, processors=[JSONRenderer()], wrapper_class=structlog.BoundLogger)
    monkeypatch.setattr(redis_bus, "log", log)
    async with asyncio.timeout(10), node("redis://user:p4ss@127.0.0.1:1"):
        while not logger.calls:
            await asyncio.sleep(0)
    said = str(logger.calls)
    assert "redis.lost" in said
    assert "p4ss" not in said
    assert "127.0.0.1" not in said


def test_waits_grow_with_jitter_and_are_bounded() -> None:
    longest = [backoff_seconds(attempt, lambda _, high: high) for attempt in range(20)]
    assert longest == sorted(longest)
    assert (longest[0], longest[-1]) == (redis_bus.FIRST_DELAY_SECONDS, redis_bus.LONGEST_DELAY_SECONDS)
    assert backoff_seconds(20, lambda low, _: low) == redis_bus.FIRST_DELAY_SECONDS / 2
