"""Measures what a second server process costs: CPU per accepted record, and how long a record takes to the other one.

    python -m tests.bench.nodes            50 connections, half of them at each of two processes, against all at one

Both run on a PostgreSQL and a Redis of their own, at the same even pace, in turns; the middle of the rounds counts.
CPU is that of the server processes alone. A hop is the time from a record's arrival at a member of the process that
accepted it to its arrival at a member of the other.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from cencomm.ids import GroupId
from cencomm.wire.frames import Events, decode_server_frame
from tests.bench.delivery import Officer, pace
from tests.bench.figures import Figure, below, table, told, write
from tests.bench.stand import form_group, people_of, run
from tests.delivery_stand import Server, prepare, running
from tests.postgres import Postgres, running_postgres
from tests.redis_server import running_redis

ROUNDS = 3
WARM_UP_SECONDS = 1.0
MAX_RATIO = 1.25
MAX_HOP_MS = 3.0
HOP_RATE = 50
EVENTS_TAG = 66


@dataclass(eq=False)
class Watcher(Officer):
    """Notes when each seq arrived."""

    arrived: dict[int, float] = field(default_factory=dict)

    def payload(self, payload: bytes) -> None:
        if payload[1] == EVENTS_TAG:
            now = time.perf_counter()
            frame = decode_server_frame(payload)
            assert isinstance(frame, Events)
            for event in frame.events:
                self.arrived.setdefault(event.seq, now)


@dataclass
class Load:
    officers: list[Watcher]
    processes: list[psutil.Process]
    rate: int
    seconds: float

    def cpu_seconds(self) -> float:
        return sum(times.user + times.system for times in (process.cpu_times() for process in self.processes))

    async def cpu_us_per_record(self) -> float:
        pacing = asyncio.create_task(pace(list(self.officers), self.rate))
        await asyncio.sleep(WARM_UP_SECONDS)
        before, counted = self.cpu_seconds(), self._acknowledged()
        await asyncio.sleep(self.seconds)
        used, accepted = self.cpu_seconds() - before, self._acknowledged() - counted
        await _end(pacing)
        return 1e6 * used / accepted

    async def hops_ms(self) -> list[float]:
        """From the first member, at the first process, to the last one, at the second."""
        here, there = self.officers[0], self.officers[-1]
        for watcher in (here, there):
            watcher.watch = watcher.payload
        pacing = asyncio.create_task(pace([here], HOP_RATE))
        await asyncio.sleep(self.seconds)
        await _end(pacing)
        await asyncio.sleep(WARM_UP_SECONDS)
        return [1000 * (there.arrived[seq] - at) for seq, at in here.arrived.items() if seq in there.arrived]

    def _acknowledged(self) -> int:
        return sum(len(officer.latencies) for officer in self.officers)


async def _end(pacing: asyncio.Task[None]) -> None:
    pacing.cancel()
    await asyncio.gather(pacing, return_exceptions=True)


async def connected(addresses: Sequence[str], processes: list[psutil.Process], options: argparse.Namespace) -> Load:
    """Everybody in one CUG, the first half at the first address."""
    people = people_of(options.connections)
    organiser = await form_group(Server(addresses[0], None, None), people)  # type: ignore[arg-type]  # it has no process of its own here
    leaves = {leaf.credential.identity.decode(): index for index, leaf in organiser.state.public.tree.leaves()}
    group_id, epoch = GroupId(organiser.state.group_id), organiser.state.epoch
    officers = [
        Watcher(person, leaves[person.device_id], organiser.cug_id, group_id, epoch, window=0) for person in people
    ]
    loop = asyncio.get_running_loop()
    for number, officer in enumerate(officers):
        parts = urlsplit(addresses[number * len(addresses) // len(officers)])
        await loop.create_connection(partial(_same, officer), str(parts.hostname), int(parts.port or 0))
    async with asyncio.timeout(60):
        await asyncio.gather(*(officer.ready.wait() for officer in officers))
    return Load(officers, processes, options.rate, options.seconds)


def _same(officer: Watcher) -> Watcher:
    return officer


async def measure(addresses: Sequence[str], pids: Sequence[int], options: argparse.Namespace) -> tuple[float, float]:
    """CPU microseconds per record, and the hop's median in milliseconds (0 where there is one process)."""
    load = await connected(addresses, [psutil.Process(pid) for pid in pids], options)
    cpu = await load.cpu_us_per_record()
    hop = statistics.median(await load.hops_ms()) if len(addresses) > 1 else 0.0
    for officer in load.officers:
        officer.transport.abort()
    return cpu, hop


def one_round(postgres: Postgres, redis_url: str, count: int, options: argparse.Namespace) -> tuple[float, float]:
    database = postgres.new_database()
    run(prepare(database, people_of(options.connections)))
    command = [sys.executable, "-m", "tests.bench.nodes", "--serve", database]
    if count > 1:
        command += ["--redis", redis_url]
    with ExitStack() as stack:
        servers = []
        for _ in range(count):
            server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            stack.callback(_stop, server)
            servers.append(server)
        addresses = [_address(server) for server in servers]
        return run(measure(addresses, [server.pid for server in servers], options))


def _address(server: subprocess.Popen[bytes]) -> str:
    """What it says first, but for its log."""
    assert server.stdout is not None
    while not (line := server.stdout.readline().decode().strip()).startswith("http"):
        if not line:
            raise RuntimeError("the server did not start")
    return line


def _stop(server: subprocess.Popen[bytes]) -> None:
    assert server.stdin is not None
    server.stdin.close()
    server.wait(30)


async def serve(database_url: str, redis_url: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with running(database_url, Path(folder), redis_url=redis_url) as server:
            print(server.address, flush=True)
            await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)


def figures(options: argparse.Namespace) -> list[Figure]:
    with running_postgres() as postgres, running_redis() as redis:
        rounds = [
            (one_round(postgres, redis.url, 1, options)[0], *one_round(postgres, redis.url, 2, options))
            for _ in range(options.rounds)
        ]
    one, two, hop = (statistics.median(column) for column in zip(*rounds, strict=True))
    ratio = two / one
    name = f"Two processes, PostgreSQL and Redis, {options.connections} connections, {options.rate} records/s"
    return [
        Figure(
            f"{name}: CPU per record against one process",
            float(f"{two:.4g}"),
            "µs",
            float(f"{one:.4g}"),
            round(ratio, 3),
            f"ratio ≤ {MAX_RATIO:g}",
            ratio <= MAX_RATIO,
        ),
        below(f"{name}: hop, half within", hop, "ms", MAX_HOP_MS),
        told(f"{name}: rounds", options.rounds, "rounds"),
    ]


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--connections", type=int, default=50)
    made.add_argument("--rate", type=int, default=400, help="records a second over all connections")
    made.add_argument("--seconds", type=float, default=4.0)
    made.add_argument("--rounds", type=int, default=ROUNDS)
    made.add_argument("--serve", default="", help=argparse.SUPPRESS)
    made.add_argument("--redis", default="", help=argparse.SUPPRESS)
    return made


def main() -> None:
    options = parser().parse_args()
    if options.serve:
        run(serve(options.serve, options.redis))
        return
    found = figures(options)
    write(found)
    print(table(found))


if __name__ == "__main__":
    main()
