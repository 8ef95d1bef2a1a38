"""What the clients talk to in a soak, with everything between that can break.

nodes    clients ──> proxy ──> three processes ──┬─> proxy ──> PostgreSQL (on a disk of its own)
                                                 └─> proxy ──> Redis
single   clients ──> proxy ──> one process ──> SQLite (on a disk of its own)
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from sqlalchemy.engine import make_url

from tests.postgres import OwnPostgres, mortal_postgres
from tests.redis_server import RedisServer, running_redis
from tests.servers import RunningServer
from tests.soak import shifted_server
from tests.soak.disk import Disk, ForbiddenGrowth, own_file_system
from tests.soak.nemesis import (
    Fault,
    Process,
    client_faults,
    disk_faults,
    line_faults,
    postgres_faults,
    process_faults,
    redis_faults,
)
from tests.soak.shifted_server import Shift
from tests.tcp_proxy import TcpProxy

REPOSITORY = Path(__file__).parents[2]
FORMS = ("nodes", "single")


@dataclass(frozen=True)
class Stand:
    """Nothing is running yet but the database and the lines."""

    processes: tuple[Process, ...]
    faults: tuple[Fault, ...]
    database_url: str
    """Directly, through no proxy."""
    front: str
    """Where the clients find the servers."""


@asynccontextmanager
async def stand(form: str, folder: Path, random: Random, count: int) -> AsyncIterator[Stand]:
    """`form` is one of FORMS, `count` its processes where it has several; `folder` is empty."""
    async with TcpProxy([]) as clients:
        opening = _nodes(folder, clients, random, count) if form == "nodes" else _single(folder, clients, random)
        async with _ended(opening, clients) as made:
            yield made


@asynccontextmanager
async def _ended(opening: AbstractAsyncContextManager[Stand], clients: TcpProxy) -> AsyncIterator[Stand]:
    """Whatever runs at the end is killed before the databases go."""
    async with opening as made:
        clients.targets = [("127.0.0.1", process.server.port) for process in made.processes]
        try:
            yield made
        finally:
            for process in made.processes:
                if process.server.is_running:
                    await process.server.kill_async()


@asynccontextmanager
async def _nodes(folder: Path, clients: TcpProxy, random: Random, count: int) -> AsyncIterator[Stand]:
    async with AsyncExitStack() as stack:
        databases = stack.enter_context(ExitStack())
        stack.push_async_callback(asyncio.to_thread, databases.close)
        disk, postgres, redis, address = await asyncio.to_thread(_databases, databases)
        direct = make_url(address)
        assert direct.port is not None
        to_postgres = await stack.enter_async_context(TcpProxy([("127.0.0.1", direct.port)]))
        to_redis = await stack.enter_async_context(TcpProxy([("127.0.0.1", redis.port)]))
        front = f"http://127.0.0.1:{clients.port}"
        environment = {"CENCOMM_REDIS_URL": f"redis://127.0.0.1:{to_redis.port}", "CENCOMM_PUBLIC_URL": front}
        through = direct.set(port=to_postgres.port).render_as_string(hide_password=False)
        processes = tuple([_process(folder / f"server-{n}", through, environment) for n in range(count)])
        faults = (
            *process_faults(processes, random),
            *client_faults(clients, random),
            *postgres_faults(postgres, disk),
            *line_faults("PostgreSQL", to_postgres, random),
            *redis_faults(redis),
            *line_faults("Redis", to_redis, random),
        )
        yield Stand(processes, faults, direct.render_as_string(hide_password=False), front)


def _databases(stack: ExitStack) -> tuple[Disk | None, OwnPostgres, RedisServer, str]:
    """PostgreSQL on a disk of its own where there is one, Redis, and the address of a fresh database."""
    home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cencomm-soak-")))
    home.chmod(0o755)  # PostgreSQL runs as somebody else
    disk = stack.enter_context(own_file_system(home / "postgres"))
    postgres = stack.enter_context(mortal_postgres(home / "postgres"))
    return disk, postgres, stack.enter_context(running_redis()), postgres.new_database()


@asynccontextmanager
async def _single(folder: Path, clients: TcpProxy, random: Random) -> AsyncIterator[Stand]:
    with ExitStack() as stack:
        home = folder / "server"
        disk = stack.enter_context(own_file_system(home))
        front = f"http://127.0.0.1:{clients.port}"
        database_url = f"sqlite:///{home / 'cencomm.sqlite3'}"
        process = _process(home, database_url, {"CENCOMM_PUBLIC_URL": front})
        faults = (
            *process_faults([process], random),
            *client_faults(clients, random),
            *disk_faults(disk or ForbiddenGrowth(lambda: process.server.process_id)),
        )
        yield Stand((process,), faults, database_url, front)


def _process(folder: Path, database_url: str, environment: Mapping[str, str]) -> Process:
    """Its log lies beside its data: on a full disk there is no room for that either."""
    folder.mkdir(parents=True, exist_ok=True)
    shift = Shift(folder / "shift")
    own = {shifted_server.VARIABLE: str(shift.path), "PYTHONPATH": str(REPOSITORY)}
    server = RunningServer(folder, database_url, environment={**environment, **own}, module="tests.soak.shifted_server")
    return Process(server, shift)
