"""Who is on line and who types, shared by all server processes through Redis, on connections of its own: the message
path waits for none of this, and what Redis does not take is dropped.

    settle ──> one sorted set: a keyed hash of each officer who shows himself, with the time at which it is forgotten
               unless his process says so again. A process that was killed says nothing: its officers go by themselves.
    say    ──> SPUBLISH "somebody types", "somebody came or went" ──> every process: heard
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from hashlib import blake2b
from typing import Any, Final

import structlog
from redis.asyncio import Redis

from cencomm.ids import CugId, OfficerId
from cencomm.store.passing_messages import (
    MAX_TYPISTS,
    TOKEN_BYTES,
    PassingMessage,
    Typist,
    decode_passing,
    encode_passing,
)
from cencomm.store.redis_bus import (
    BEAT_SECONDS,
    LONGEST_DELAY_SECONDS,
    NODE_ID_BYTES,
    QUIET_SECONDS,
    Faults,
    backoff_seconds,
    connect,
    end,
)
from cencomm.wire.encoding import Malformed

AT_ONCE = 1000
"""Officers in one round trip."""

_SETTLE: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function keep(from, count, ms)
  for place = from, from + count - 1 do
    redis.call('ZADD', KEYS[1], string.format('%d', now + ms), ARGV[place])
  end
end
local here, left = tonumber(ARGV[3]), tonumber(ARGV[4])
keep(5, here, tonumber(ARGV[1]))
keep(5 + here, left, tonumber(ARGV[2]))
for place = 5 + here + left, #ARGV do redis.call('ZREM', KEYS[1], ARGV[place]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%d', now))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return redis.call('ZRANGE', KEYS[1], 0, -1)
"""

log = structlog.get_logger(__name__)

Heard = Callable[[PassingMessage], None]


class RedisPresence:
    """`heard` gets what other processes say; it is called in the event loop and must not block or raise. `secret` hides
    the names."""

    def __init__(self, url: str, deployment_id: bytes, secret: bytes, *, heard: Heard) -> None:
        self._url = url
        slot = f"cencomm:{{{deployment_id.hex()}}}"  # the braces keep a deployment in one slot of a cluster
        self._key, self._channel = f"{slot}:present", f"{slot}:passing"
        self._secret = secret
        self._heard = heard
        self._node_id = secrets.token_bytes(NODE_ID_BYTES)
        self._redis: Redis = connect(url)
        self._typists: list[Typist] = []
        self._moved = self._settings = False
        self._work = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.listens = asyncio.Event()
        """Set while what others say is heard."""

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._for_ever(self._publish_all), name="presence-publish"),
            asyncio.create_task(self._for_ever(self._listen), name="presence-listen"),
        ]

    async def stop(self) -> None:
        await end(self._tasks)
        await _close(self._redis)

    def token(self, officer_id: OfficerId) -> bytes:
        """What Redis knows the officer by."""
        return blake2b(officer_id.encode(), digest_size=TOKEN_BYTES, key=self._secret, person=b"presence").digest()

    def say_typing(self, cug_id: CugId, officer_id: OfficerId) -> None:
        if len(self._typists) < MAX_TYPISTS:
            self._typists.append(Typist(cug_id, self.token(officer_id)))
        self._work.set()

    def say_moved(self, *, settings: bool = False) -> None:
        self._moved, self._settings = True, self._settings or settings
        self._work.set()

    async def settle(
        self,
        here: Collection[OfficerId],
        *,
        left: Collection[OfficerId],
        hidden: Collection[OfficerId],
        hold_ms: int,
        linger_ms: int,
    ) -> frozenset[bytes] | None:
        """Say who is on line here (for so long, if nothing more is said) and who has left or hides himself from now on;
        learn the tokens of all who are on line anywhere. None where Redis does not answer."""
        lines = [(self.token(name), 0) for name in here]
        lines += [(self.token(name), 1) for name in left]
        lines += [(self.token(name), 2) for name in hidden]
        found: Sequence[bytes] = ()
        for start in range(0, max(1, len(lines)), AT_ONCE):
            some = lines[start : start + AT_ONCE]
            counts = [sum(kind == wanted for _, kind in some) for wanted in (0, 1)]
            tokens = [token for token, _ in some]
            arguments: list[int | bytes] = [hold_ms, linger_ms, *counts, *tokens]
            try:
                answer: Any = self._redis.eval(_SETTLE, 1, self._key, *arguments)
                found = await answer
            except Faults as fault:
                log.info("presence.redis_lost", reason=type(fault).__name__)
                return None
        return frozenset(found)

    async def _publish_all(self, redis: Redis) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            message = PassingMessage(self._node_id, tuple(self._typists), self._moved, self._settings)
            self._typists, self._moved, self._settings = [], False, False
            await redis.spublish(self._channel, encode_passing(message))

    async def _listen(self, redis: Redis) -> None:
        """A line that does not even answer a ping is taken for dead."""
        async with redis.pubsub() as pubsub:
            await pubsub.ssubscribe(self._channel)
            heard_at = time.monotonic()
            try:
                while time.monotonic() - heard_at < QUIET_SECONDS:
                    message = await pubsub.get_message(timeout=BEAT_SECONDS)
                    if message is None:
                        await pubsub.ping()
                        continue
                    heard_at = time.monotonic()
                    if message["type"] == "ssubscribe":
                        self.listens.set()
                    elif message["type"] == "smessage":
                        self._take(message["data"])
            finally:
                self.listens.clear()
        raise TimeoutError

    def _take(self, data: bytes) -> None:
        try:
            message = decode_passing(data)
        except Malformed:
            log.warning("presence.malformed_message")
            return
        if message.node_id != self._node_id:
            self._heard(message)

    async def _for_ever(self, work: Callable[[Redis], Awaitable[None]]) -> None:
        attempt = 0
        while True:
            began = time.monotonic()
            redis = connect(self._url)
            try:
                await work(redis)
            except Faults as fault:
                # Neither the address nor what the fault says: they may hold a password.
                log.info("presence.redis_lost", reason=type(fault).__name__)
            finally:
                await _close(redis)
            attempt = 0 if time.monotonic() - began > LONGEST_DELAY_SECONDS else attempt + 1
            await asyncio.sleep(backoff_seconds(attempt))
            self._typists = []


async def _close(redis: Redis) -> None:
    try:
        await redis.aclose()
    except Faults as fault:
        log.debug("redis.not_closed", reason=type(fault).__name__)
