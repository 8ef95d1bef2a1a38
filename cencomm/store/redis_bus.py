"""The way from one server process to all others: one Redis channel, sharded pub/sub, one publish per commit batch.

    publish ──> pending (one entry per CUG, so bounded) ──> SPUBLISH ──> every process ──> heard
                        ^ what queues while a publish is on its way goes out with the next one

Losing Redis loses nothing but speed: every process also polls (`server.feeds`, `server.neighbours`). A process that
does not hear its own signs of life for QUIET_SECONDS takes its connection for dead and makes another one.
"""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from cencomm.ids import CugId
from cencomm.store.node_messages import MAX_REACHED, Look, NodeMessage, decode_message, encode_message
from cencomm.wire.encoding import Malformed

BEAT_SECONDS = 2.0
"""So often a process that has nothing to say gives a sign of life."""
QUIET_SECONDS = 7.0
FIRST_DELAY_SECONDS = 0.1
LONGEST_DELAY_SECONDS = 5.0
ANSWER_SECONDS = 3.0
CANCEL_AGAIN_SECONDS = 0.1
NODE_ID_BYTES = 8

log = structlog.get_logger(__name__)

Heard = Callable[[NodeMessage], None]
Faults = (RedisError, OSError, TimeoutError)


def connect(url: str) -> Redis:
    """A client that tries once: whoever uses it knows when to try again. Connects when first used."""
    return Redis.from_url(url, retry=None, socket_connect_timeout=ANSWER_SECONDS, socket_timeout=ANSWER_SECONDS)


def backoff_seconds(attempt: int, uniform: Callable[[float, float], float] = random.uniform) -> float:
    """How long to wait before the attempt of that number (from 0): doubles, with full jitter."""
    ceiling = min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** min(attempt, 16))
    return uniform(FIRST_DELAY_SECONDS / 2, ceiling)


class RedisBus:
    """`heard` gets what other processes say; `joined` is called whenever listening begins (again): what was said before
    that was missed. Both are called in the event loop and must not block or raise."""

    def __init__(self, url: str, deployment_id: bytes, *, heard: Heard, joined: Callable[[], None]) -> None:
        self._url = url
        self._channel = f"cencomm:{{{deployment_id.hex()}}}"  # the braces keep a deployment in one slot of a cluster
        self._heard = heard
        self._joined = joined
        self._node_id = secrets.token_bytes(NODE_ID_BYTES)
        self._reached: dict[CugId, int] = {}
        self._looks: set[Look] = set()
        self._work = asyncio.Event()
        self._heard_at: float | None = None
        self._stopped = False
        self._tasks: list[asyncio.Task[None]] = []
        self.published = 0
        """Messages that Redis took, signs of life among them."""

    @property
    def is_connected(self) -> bool:
        """Whether what is said has lately come back."""
        return self._heard_at is not None and time.monotonic() - self._heard_at < QUIET_SECONDS

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._for_ever("publish", self._publish_all), name="redis-publish"),
            asyncio.create_task(self._for_ever("listen", self._listen), name="redis-listen"),
        ]

    async def stop(self) -> None:
        self._stopped = True
        await end(self._tasks)
        self._heard_at = None

    def publish(self, reached: Mapping[CugId, int], looks: tuple[Look, ...] = ()) -> None:
        """Say it soon; never waits. While Redis is away the newest of each CUG is kept."""
        for cug_id, seq in reached.items():
            if cug_id in self._reached or len(self._reached) < MAX_REACHED:
                self._reached[cug_id] = seq
        self._looks.update(looks)
        self._work.set()

    async def _publish_all(self, redis: Redis) -> None:
        while True:
            try:
                async with asyncio.timeout(BEAT_SECONDS):
                    await self._work.wait()
            except TimeoutError:
                pass
            self._work.clear()
            reached, self._reached = self._reached, {}
            looks, self._looks = self._looks, set()
            message = NodeMessage(self._node_id, {bytes(name): seq for name, seq in reached.items()}, tuple(looks))
            try:
                await redis.spublish(self._channel, encode_message(message))
            except BaseException:
                self.publish({**reached, **self._reached}, tuple(looks))
                raise
            self.published += 1

    async def _listen(self, redis: Redis) -> None:
        async with redis.pubsub() as pubsub:
            await pubsub.ssubscribe(self._channel)
            while True:
                message = await pubsub.get_message(timeout=QUIET_SECONDS)
                if message is None:
                    raise TimeoutError
                if message["type"] == "ssubscribe":
                    log.info("redis.joined")
                    self._heard_at = time.monotonic()
                    self._joined()
                elif message["type"] == "smessage":
                    self._take(message["data"])

    def _take(self, data: bytes) -> None:
        try:
            message = decode_message(data)
        except Malformed:
            log.warning("redis.malformed_message")
            return
        if message.node_id == self._node_id:
            self._heard_at = time.monotonic()
        elif message.reached or message.looks:
            self._heard(message)

    async def _for_ever(self, what: str, work: Callable[[Redis], Awaitable[Any]]) -> None:
        attempt = 0
        while not self._stopped:
            began = time.monotonic()
            redis = connect(self._url)
            try:
                await work(redis)
            except Faults as fault:
                # Neither the address nor what the fault says: they may hold a password.
                log.warning("redis.lost", what=what, reason=type(fault).__name__)
            finally:
                await _close(redis)
            if not self._stopped:
                attempt = 0 if time.monotonic() - began > LONGEST_DELAY_SECONDS else attempt + 1
                await asyncio.sleep(backoff_seconds(attempt))


async def end(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancel until they have ended: while it connects, the library takes a cancellation for a timeout of its own."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=CANCEL_AGAIN_SECONDS)


async def _close(redis: Redis) -> None:
    try:
        await redis.aclose()
    except Faults as fault:
        log.debug("redis.not_closed", reason=type(fault).__name__)
