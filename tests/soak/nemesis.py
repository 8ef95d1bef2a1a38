"""The faults: processes killed, paused, replaced; lines cut, held, slowed; PostgreSQL and Redis ended and restarted.

Each fault is injected, lasts for a moment, and is healed before the next one. The order comes from a seed.
"""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from random import Random

from tests.postgres import OwnPostgres
from tests.redis_server import RedisServer
from tests.servers import RunningServer
from tests.tcp_proxy import TcpProxy

LONGEST_SECONDS = 2.0
DELAY_SECONDS = 0.05


@dataclass
class Lines:
    """The proxies that everything flows through."""

    clients: TcpProxy
    postgres: TcpProxy
    redis: TcpProxy


@dataclass
class Nemesis:
    servers: list[RunningServer]
    postgres: OwnPostgres
    redis: RedisServer
    lines: Lines
    random: Random
    injected: Counter[str] = field(default_factory=Counter)

    @property
    def faults(self) -> dict[str, Callable[[], AbstractAsyncContextManager[None]]]:
        lines = self.lines
        return {
            "process killed": self._killed,
            "process paused": self._paused,
            "process replaced": self._replaced,
            "PostgreSQL restarted": self._postgres_restarted,
            "Redis away": self._redis_away,
            "clients cut off": lambda: _at_once(lines.clients.cut),
            "clients half closed": lambda: _at_once(lines.clients.half_close),
            "PostgreSQL cut off": lambda: _at_once(lines.postgres.cut),
            "PostgreSQL line dead": lambda: _held(lines.postgres),
            "PostgreSQL line slow": lambda: _slow(lines.postgres),
            "Redis cut off": lambda: _at_once(lines.redis.cut),
            "Redis line dead": lambda: _held(lines.redis),
            "Redis line slow": lambda: _slow(lines.redis),
        }

    async def rounds(self, count: int) -> None:
        """So many faults, every kind once before any comes again."""
        order: list[str] = []
        for _ in range(count):
            if not order:
                order = sorted(self.faults)
                self.random.shuffle(order)
            await self.inject(order.pop())
            await asyncio.sleep(self.random.uniform(0, LONGEST_SECONDS / 2))

    async def inject(self, name: str) -> None:
        self.injected[name] += 1
        async with self.faults[name]():
            await asyncio.sleep(self.random.uniform(0.1, LONGEST_SECONDS))

    @asynccontextmanager
    async def _killed(self) -> AsyncIterator[None]:
        server = self.random.choice(self.servers)
        await server.kill_async()
        try:
            yield
        finally:
            await server.start_async()

    @asynccontextmanager
    async def _paused(self) -> AsyncIterator[None]:
        process = self.random.choice(self.servers).process
        assert process is not None
        process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            process.send_signal(signal.SIGCONT)

    @asynccontextmanager
    async def _replaced(self) -> AsyncIterator[None]:
        server = self.random.choice(self.servers)
        await asyncio.to_thread(server.stop)
        try:
            yield
        finally:
            await server.start_async()

    @asynccontextmanager
    async def _postgres_restarted(self) -> AsyncIterator[None]:
        await asyncio.to_thread(self.postgres.stop)
        try:
            yield
        finally:
            await asyncio.to_thread(self.postgres.start)

    @asynccontextmanager
    async def _redis_away(self) -> AsyncIterator[None]:
        await asyncio.to_thread(self.redis.kill)
        try:
            yield
        finally:
            await asyncio.to_thread(self.redis.start)


@asynccontextmanager
async def _at_once(fault: Callable[[], None]) -> AsyncIterator[None]:
    fault()
    yield


@asynccontextmanager
async def _held(line: TcpProxy) -> AsyncIterator[None]:
    line.hold()
    try:
        yield
    finally:
        line.release()


@asynccontextmanager
async def _slow(line: TcpProxy) -> AsyncIterator[None]:
    line.delay = DELAY_SECONDS
    try:
        yield
    finally:
        line.delay = 0.0
