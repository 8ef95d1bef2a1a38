"""A running application with officers who are enrolled and signed in on their devices, for tests of delivery.

The server's clock stands where the certificates of `tests.unit.crypto.people` are valid.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from starlette.types import ASGIApp
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from cencomm.accounts.model import Account, AccountKind, Deployment, Device, Kdf, Session, Verifier
from cencomm.accounts.tokens import hash_token
from cencomm.server.app import build_app
from cencomm.server.context import LIMITS, Services
from cencomm.server.http_protocol import HttpProtocol
from cencomm.server.startup import Startup
from cencomm.server.uvicorn_protocol import WebSocketProtocol
from cencomm.settings import Settings
from cencomm.store.database import Database, migrate
from cencomm.store.unit_of_work import sql_units_of_work
from cencomm.wire.frames import (
    MAX_FRAME_BYTES,
    SESSION_PATH,
    SUBPROTOCOL,
    CaughtUp,
    ClientFrame,
    Event,
    Events,
    Limits,
    Ready,
    Refused,
    ServerFrame,
    Stored,
    decode_server_frame,
    encode_frame,
)
from tests.unit.crypto.people import DEPLOYMENT, NOW_MS, TRUST, Person

HOUR_MS = 3_600_000
PATIENCE_SECONDS = 30.0
"""Longer than a name is held for a process that says nothing more, and the turn that tells of it."""


@dataclass
class Clock:
    """The server's time; a test may move it."""

    now_ms: int = NOW_MS

    def __call__(self) -> int:
        return self.now_ms


def token_of(person: Person) -> str:
    return f"token of {person.device_id}".replace("/", "-").replace(" ", "-")


async def prepare(database_url: str, people: Sequence[Person]) -> None:
    """A migrated database with the deployment, and each officer enrolled, his device registered, a session open."""
    database = Database.open(database_url)
    await migrate(database.engine)
    async with sql_units_of_work(database.engine)() as uow:
        await uow.deployments.add(Deployment(DEPLOYMENT, TRUST.root_public_key, "Test", b"d" * 32))
        for account_id in {person.officer_id for person in people}:
            person = next(person for person in people if person.officer_id == account_id)
            await uow.accounts.add(_account(person))
        for person in people:
            certificate = person.chain.device.encode()
            await uow.devices.add(Device(person.device_id, person.officer_id, person.device_key, certificate, NOW_MS))
            await uow.sessions.add(
                Session(
                    hash_token(token_of(person)),
                    person.officer_id,
                    AccountKind.OFFICER,
                    "password",
                    person.device_id,
                    NOW_MS + 12 * HOUR_MS,
                )
            )
        await uow.commit()
    await database.close()


def _account(person: Person) -> Account:
    return Account(
        account_id=person.officer_id,
        kind=AccountKind.OFFICER,
        display_name=f"Officer {person.officer_id}",
        kdf=Kdf(b"s" * 16, 1, 8192),
        verifier=Verifier(b"s" * 16, b"d" * 32),
        recovery=None,
        wraps=b"wraps",
        wraps_version=1,
        certificate_request=None,
        request_mac=None,
        enrolled_ms=NOW_MS,
        certificate=person.chain.officer.encode(),
    )


@dataclass
class Server:
    """One server process's worth of application, in this event loop."""

    address: str
    services: Services
    clock: Clock
    connections: set[Any] = field(default_factory=set)
    """uvicorn's protocol objects, one for each open connection."""

    def http(self, person: Person) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            base_url=self.address,
            headers={"Authorization": f"Bearer {token_of(person)}"},
            trust_env=False,
            verify=False,
        )

    @asynccontextmanager
    async def session(self, person: Person) -> AsyncIterator[Link]:
        address = self.address.replace("http", "ws", 1) + SESSION_PATH
        async with connect(
            address,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            additional_headers={"Authorization": f"Bearer {token_of(person)}"},
            compression=None,
            max_size=MAX_FRAME_BYTES,
            proxy=None,
        ) as socket:
            link = Link(socket)
            assert isinstance(await link.next(), Ready)
            yield link


@dataclass
class Link:
    """A session's client end: what came is kept in order."""

    socket: ClientConnection
    frames: list[ServerFrame] = field(default_factory=list)

    async def send(self, *frames: ClientFrame) -> None:
        for frame in frames:
            await self.socket.send(encode_frame(frame))

    async def next(self) -> ServerFrame:
        data = await asyncio.wait_for(self.socket.recv(), PATIENCE_SECONDS)
        assert isinstance(data, bytes)
        frame = decode_server_frame(data)
        self.frames.append(frame)
        return frame

    async def until(self, *kinds: type[ServerFrame]) -> ServerFrame:
        """The next frame of one of these kinds."""
        while not isinstance(frame := await self.next(), kinds):
            pass
        return frame

    async def ask(self, frame: ClientFrame) -> Stored | Refused:
        """The answer to one sending."""
        await self.send(frame)
        answer = await self.until(Stored, Refused)
        assert isinstance(answer, Stored | Refused)
        return answer

    async def read_to(self, seq: int) -> list[Event]:
        """All events so far, once `seq` has come."""
        while not self.events or self.events[-1].seq < seq:
            await self.next()
        return self.events

    async def caught_up(self) -> int:
        frame = await self.until(CaughtUp)
        assert isinstance(frame, CaughtUp)
        return frame.seq

    @property
    def events(self) -> list[Event]:
        return [event for frame in self.frames if isinstance(frame, Events) for event in frame.events]

    @property
    def seqs(self) -> list[int]:
        return [event.seq for event in self.events]


@asynccontextmanager
async def running(
    database_url: str,
    folder: Path,
    *,
    clock: Clock | None = None,
    limits: Limits = LIMITS,
    redis_url: str = "",
    files_bucket: str = "",
    device_sockets: int = 100_000,
    **serving: Any,
) -> AsyncIterator[Server]:
    """Serve on a free port, until the block ends; `serving` are options of uvicorn's."""
    clock = clock or Clock()
    settings = Settings(
        folder,
        database_url,
        redis_url=redis_url,
        port=0,
        requests_per_second=100_000,
        device_sockets=device_sockets,
        files_bucket=files_bucket,
    )
    async with AsyncExitStack() as stack:
        services = await stack.enter_async_context(Startup(settings, now_ms=clock, limits=limits).services())
        server = uvicorn.Server(_config(build_app(services), serving))
        task = asyncio.create_task(server.serve())
        stack.push_async_callback(_stop, server, task)
        while not server.started:
            if task.done():
                raise RuntimeError("the server did not start")
            await asyncio.sleep(0.005)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Server(f"http://127.0.0.1:{port}", services, clock, server.server_state.connections)


def _config(app: ASGIApp, serving: dict[str, Any]) -> uvicorn.Config:
    options: dict[str, Any] = {"ws": WebSocketProtocol, "http": HttpProtocol, **serving}
    return uvicorn.Config(
        app,
        port=0,
        ws_max_size=MAX_FRAME_BYTES,
        ws_per_message_deflate=False,
        lifespan="off",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
        **options,
    )


async def _stop(server: uvicorn.Server, task: asyncio.Task[None]) -> None:
    server.should_exit = True
    await asyncio.wait_for(task, 20)
