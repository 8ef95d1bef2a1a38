"""Clients write, read, commit and reconnect while the nemesis injects faults; in the end everything must be there once.

clients ──> proxy ──> three processes ──┬─> proxy ──> PostgreSQL
                                        └─> proxy ──> Redis
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from sqlalchemy.engine import make_url

from cencomm.client.cug import Cug
from tests.e2e.world import World, operation
from tests.postgres import OwnPostgres
from tests.redis_server import RedisServer
from tests.servers import RunningServer
from tests.soak.checking import stored_events, violations
from tests.soak.nemesis import Lines, Nemesis
from tests.tcp_proxy import TcpProxy

NAMES = ("NL/organiser", "KE/otieno", "BR/silva", "CN/li")
PROCESSES = 3
OUTSTANDING = 8
COMMIT_SHARE = 0.01
PATIENCE_SECONDS = 180


@dataclass
class Outcome:
    """What was done and what was found."""

    faults: Counter[str] = field(default_factory=Counter)
    operations: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    healed_seconds: float = 0.0
    """From the last fault until every client had everything."""

    def __str__(self) -> str:
        lines = [f"  {count:6} {name}" for name, count in sorted(self.faults.items())]
        done = [f"  {count:6} {name}" for name, count in sorted(self.operations.items())]
        heads = f"{self.faults.total()} faults", f"{self.operations.total()} operations"
        found = "\n".join(f"  {one}" for one in self.violations)
        end = f"{len(self.violations)} violations; all had everything {self.healed_seconds:.1f} s after the last fault"
        return "\n".join([heads[0], *lines, heads[1], *done, end, found]).rstrip()


@contextlib.asynccontextmanager
async def _lines(postgres_port: int, redis_port: int) -> AsyncIterator[Lines]:
    async with (
        TcpProxy([]) as clients,
        TcpProxy([("127.0.0.1", postgres_port)]) as postgres,
        TcpProxy([("127.0.0.1", redis_port)]) as redis,
    ):
        yield Lines(clients, postgres, redis)


async def soak(
    postgres: OwnPostgres, redis: RedisServer, database_url: str, folder: Path, *, faults: int, seed: int
) -> Outcome:
    """A whole run; `database_url` is a fresh database of `postgres`."""
    address = make_url(database_url)
    assert address.port is not None
    outcome, random = Outcome(), Random(seed)
    async with _lines(address.port, redis.port) as lines, contextlib.AsyncExitStack() as stack:
        shown = address.set(port=lines.postgres.port).render_as_string(hide_password=False)
        front = f"http://127.0.0.1:{lines.clients.port}"
        environment = {"CENCOMM_REDIS_URL": f"redis://127.0.0.1:{lines.redis.port}", "CENCOMM_PUBLIC_URL": front}
        servers = [
            RunningServer(folder / f"server-{number}", shown, environment=environment) for number in range(PROCESSES)
        ]
        for server in servers:
            stack.push_async_callback(_end, server)
        lines.clients.targets = [("127.0.0.1", server.port) for server in servers]
        world = await World.found(folder, servers[0], server_url=front)
        for server in servers[1:]:
            await server.start_async()
        clients = [await stack.enter_async_context(world.officer(name)) for name in NAMES]
        cugs = dict(zip(NAMES, await operation(*clients), strict=True))
        nemesis = Nemesis(servers, postgres, redis, lines, Random(random.random()))
        stop = asyncio.Event()
        sent: dict[str, list[str]] = {name: [] for name in NAMES}
        tasks = [
            asyncio.create_task(_talk(cug, name, stop, sent[name], outcome.operations, Random(random.random())))
            for name, cug in cugs.items()
        ]
        await nemesis.rounds(faults)
        healed_at = time.monotonic()
        stop.set()
        await asyncio.gather(*tasks)
        await _all_have_everything(list(cugs.values()))
        outcome.healed_seconds = time.monotonic() - healed_at
        outcome.faults = nemesis.injected
        [cug_id] = {cug.id for cug in cugs.values()}
        stored = await stored_events(database_url, cug_id)
        outcome.operations["events stored and read by everybody"] = len(stored)
        outcome.violations = violations(cugs, sent, stored)
    return outcome


async def _talk(
    cug: Cug, name: str, stop: asyncio.Event, sent: list[str], operations: Counter[str], random: Random
) -> None:
    while not stop.is_set():
        if cug.waiting() >= OUTSTANDING:
            await asyncio.sleep(0.01)
        elif random.random() < COMMIT_SHARE:
            await cug.renew()
            operations["commits"] += 1
        else:
            text = f"{name} {len(sent)}"
            sent.append(text)
            await cug.send_text(text)
            operations["records"] += 1
            await asyncio.sleep(0)


async def _all_have_everything(cugs: list[Cug]) -> None:
    for cug in cugs:
        await cug.flush(PATIENCE_SECONDS)
    last = max([await cug.caught_up(PATIENCE_SECONDS) for cug in cugs])
    for cug in cugs:
        await cug.wait_seq(last, PATIENCE_SECONDS)


async def _end(server: RunningServer) -> None:
    if server.is_running:
        await server.kill_async()
