"""Several real server processes on one PostgreSQL and one Redis, behind a balancer: replaced, killed, cut off."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from cencomm.client.cug import Cug
from tests.e2e.talkers import PATIENCE_SECONDS, have_one_view, talking
from tests.e2e.world import World, messages, operation
from tests.redis_server import RedisServer
from tests.servers import RunningServer
from tests.tcp_proxy import TcpProxy

NAMES = ("NL/organiser", "KE/otieno", "BR/silva", "CN/li")


@dataclass
class Deployment:
    """`servers` behind `proxy`, with people who know only the proxy's address."""

    servers: list[RunningServer]
    proxy: TcpProxy
    world: World
    sent: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture
async def deployment(postgres_url: str, mortal_redis: RedisServer, tmp_path: Path) -> AsyncIterator[Deployment]:
    proxy = TcpProxy([])
    async with proxy:
        public = {"CENCOMM_REDIS_URL": mortal_redis.url, "CENCOMM_PUBLIC_URL": f"http://127.0.0.1:{proxy.port}"}
        servers = [
            RunningServer(tmp_path / f"server-{number}", postgres_url, environment=public) for number in range(3)
        ]
        proxy.targets = [("127.0.0.1", server.port) for server in servers]
        try:
            world = await found(tmp_path, servers, proxy)
            yield Deployment(servers, proxy, world)
        finally:
            for server in servers:
                if server.is_running:
                    await server.kill_async()


async def found(folder: Path, servers: list[RunningServer], proxy: TcpProxy) -> World:
    """As `World.found`; every sheet names the balancer."""
    world = await World.found(folder, servers[0], server_url=f"http://127.0.0.1:{proxy.port}")
    for server in servers[1:]:
        await server.start_async()
    return world


@contextlib.asynccontextmanager
async def talk(deployment: Deployment) -> AsyncIterator[Sequence[Cug]]:
    """Everybody sends as fast as he may while the block runs; afterwards all must have the same, complete view."""
    async with contextlib.AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(deployment.world.officer(name)) for name in NAMES]
        cugs = await operation(*clients)
        async with talking(cugs, NAMES) as sent:
            yield cugs
        await have_one_view(cugs, sent)


async def some_more(cugs: Sequence[Cug], count: int = 5) -> None:
    """Until everybody has seen so many further messages of each of the others' making."""
    start = [len(messages(cug)) for cug in cugs]
    async with asyncio.timeout(PATIENCE_SECONDS):
        while any(len(messages(cug)) < before + count * len(cugs) for cug, before in zip(cugs, start, strict=True)):
            await asyncio.sleep(0.02)


async def test_processes_are_replaced_one_after_the_other_and_no_request_fails(deployment: Deployment) -> None:
    stop = asyncio.Event()
    answers: list[int] = []

    async def ask() -> None:
        while not stop.is_set():
            async with httpx2.AsyncClient(
                trust_env=False, verify=False
            ) as http:  # a connection each, as a browser's page load
                answers.append((await http.get(f"{deployment.world.server_url}/v1/deployment")).status_code)

    async with talk(deployment) as cugs:
        asking = asyncio.create_task(ask())
        for server in deployment.servers:
            await some_more(cugs)
            assert await asyncio.to_thread(server.stop) == 0
            await server.start_async()
        await some_more(cugs)
        stop.set()
        await asking
    assert set(answers) == {200}
    assert deployment.proxy.unserved == 0
    assert all("Traceback" not in server.log() for server in deployment.servers)


async def test_processes_that_die_in_the_middle_of_a_batch_lose_and_double_nothing(deployment: Deployment) -> None:
    async with talk(deployment) as cugs:
        for server in deployment.servers:
            await some_more(cugs)
            await server.kill_async()
            await some_more(cugs)
            await server.start_async()


async def test_redis_may_die_and_lines_may_break_while_everybody_talks(
    deployment: Deployment, mortal_redis: RedisServer
) -> None:
    async with talk(deployment) as cugs:
        await some_more(cugs)
        await asyncio.to_thread(mortal_redis.kill)
        await some_more(cugs)
        deployment.proxy.cut()
        await some_more(cugs)
        await asyncio.to_thread(mortal_redis.start)
        deployment.proxy.half_close()
        await some_more(cugs)
