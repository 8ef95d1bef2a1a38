"""The faults: processes killed, paused, replaced; clocks moved; lines cut, held, slowed; databases ended; disks filled.

Faults come in bursts, their order from a seed: one after the other or two at once where they hit different things, each
healed after a moment. A process that cannot start is started again, as a supervisor would.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from random import Random

from tests.postgres import OwnPostgres
from tests.redis_server import RedisServer
from tests.servers import RunningServer, ServerDidNotStart
from tests.soak.disk import Disk
from tests.soak.shifted_server import Shift
from tests.tcp_proxy import Side, TcpProxy

DELAY_SECONDS = 0.05
START_AGAIN_SECONDS = 90.0
TWO_AT_ONCE = 0.3
SHIFTS_MS = tuple(sign * ms for ms in (90_000, 20 * 60_000, 13 * 3_600_000) for sign in (1, -1))
"""Within what a commit's time may be apart, beyond it, and beyond the life of a session."""


@dataclass
class Process:
    """One server and the clock that it has."""

    server: RunningServer
    shift: Shift


@dataclass(frozen=True)
class Fault:
    name: str
    hits: str
    """Two faults that hit the same thing do not come at once."""
    inject: Callable[[], AbstractAsyncContextManager[None]]


@dataclass
class Nemesis:
    """`faults` come from the stand (`process_faults`, `line_faults` …); none lasts longer than `longest_seconds`."""

    faults: Sequence[Fault]
    processes: Sequence[Process]
    random: Random
    longest_seconds: float
    injected: Counter[str] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)
    """What must not happen and did: a process that ended by itself."""
    _left: list[Fault] = field(default_factory=list)

    async def burst(self, count: int) -> None:
        """So many faults, every kind once before any comes again."""
        while count > 0:
            chosen = [self._next(set())]
            if count > 1 and self.random.random() < TWO_AT_ONCE:
                chosen.append(self._next({chosen[0].hits}))
            count -= len(chosen)
            await asyncio.gather(*[self._inject(fault) for fault in chosen])
            await self._revive()
            await asyncio.sleep(self.random.uniform(0, self.longest_seconds / 4))

    def _next(self, but: set[str]) -> Fault:
        for _ in range(2):
            found = next((fault for fault in self._left if fault.hits not in but), None)
            if found is not None:
                self._left.remove(found)
                return found
            fresh = list(self.faults)
            self.random.shuffle(fresh)
            self._left += fresh
        raise AssertionError("there are faults of several kinds")

    async def _inject(self, fault: Fault) -> None:
        self.injected[fault.name] += 1
        async with fault.inject():
            await asyncio.sleep(self.random.uniform(0.1, self.longest_seconds))

    async def _revive(self) -> None:
        for process in self.processes:
            if not process.server.is_running:
                self.found.append(f"a process ended by itself: {process.server.log()[-600:]}")
                await start_again(process.server)


async def start_again(server: RunningServer) -> None:
    """Until it is ready; what it needs may be away itself."""
    deadline = time.monotonic() + START_AGAIN_SECONDS
    while True:
        try:
            await server.start_async()
        except ServerDidNotStart:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.2)
        else:
            return


def process_faults(processes: Sequence[Process], random: Random) -> list[Fault]:
    return [
        Fault("process killed", "process", lambda: _away(random.choice(processes), RunningServer.kill)),
        Fault("process paused", "process", lambda: _paused(random.choice(processes))),
        Fault("process replaced", "process", lambda: _away(random.choice(processes), RunningServer.stop)),
        Fault("clock moved", "clock", lambda: _moved(random.choice(processes), random.choice(SHIFTS_MS))),
    ]


def client_faults(line: TcpProxy, random: Random) -> list[Fault]:
    return [
        Fault("clients cut off", "clients", lambda: _at_once(line.cut)),
        Fault("clients half closed", "clients", lambda: _at_once(line.half_close)),
        Fault("clients' line dead", "clients", lambda: _held(line)),
        Fault("cut in a frame to the clients", "clients", lambda: _at_once(lambda: line.cut_short("client", random))),
        Fault("cut in a frame to the server", "clients", lambda: _at_once(lambda: line.cut_short("target", random))),
    ]


def line_faults(name: str, line: TcpProxy, random: Random) -> list[Fault]:
    def cut_short(towards: Side) -> None:
        line.cut_short(towards, random)

    return [
        Fault(f"{name} cut off", name, lambda: _at_once(line.cut)),
        Fault(f"{name} cut in an answer", name, lambda: _at_once(lambda: cut_short("client"))),
        Fault(f"{name} line dead", name, lambda: _held(line)),
        Fault(f"{name} line slow", name, lambda: _slow(line)),
    ]


def postgres_faults(postgres: OwnPostgres, disk: Disk | None) -> list[Fault]:
    faults = [
        Fault("PostgreSQL restarted", "PostgreSQL", lambda: _restarted(postgres.stop, postgres.start)),
        Fault("PostgreSQL crashed", "PostgreSQL", lambda: _restarted(postgres.crash, postgres.start)),
    ]
    if disk is not None:
        faults.append(Fault("PostgreSQL's disk full", "PostgreSQL", lambda: _full(disk, lambda: _started(postgres))))
    return faults


def redis_faults(redis: RedisServer) -> list[Fault]:
    return [Fault("Redis away", "Redis", lambda: _restarted(redis.kill, redis.start))]


def disk_faults(disk: Disk) -> list[Fault]:
    return [Fault(disk.kind, "disk", lambda: _full(disk, lambda: None))]


def _started(postgres: OwnPostgres) -> None:
    """PostgreSQL may have ended for want of room for its write-ahead log."""
    if not postgres.is_running:
        postgres.start()


@asynccontextmanager
async def _away(process: Process, end: Callable[[RunningServer], object]) -> AsyncIterator[None]:
    await asyncio.to_thread(end, process.server)
    try:
        yield
    finally:
        await start_again(process.server)


@asynccontextmanager
async def _paused(process: Process) -> AsyncIterator[None]:
    process.server.pause()
    try:
        yield
    finally:
        process.server.resume()


@asynccontextmanager
async def _moved(process: Process, milliseconds: int) -> AsyncIterator[None]:
    process.shift.set(milliseconds)
    try:
        yield
    finally:
        process.shift.set(0)


@asynccontextmanager
async def _restarted(end: Callable[[], None], start: Callable[[], None]) -> AsyncIterator[None]:
    await asyncio.to_thread(end)
    try:
        yield
    finally:
        await asyncio.to_thread(start)


@asynccontextmanager
async def _full(disk: Disk, afterwards: Callable[[], None]) -> AsyncIterator[None]:
    await asyncio.to_thread(disk.fill)
    try:
        yield
    finally:
        await asyncio.to_thread(disk.free)
        await asyncio.to_thread(afterwards)


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
