"""The wiring of the server process, and nothing else: settings in, a served application out.

python -m cencomm.main          serves with settings from the environment (`cencomm.settings`)
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from cencomm import tracing
from cencomm.crypto.primitives import argon2id
from cencomm.errors import DomainError
from cencomm.server import logging
from cencomm.server.app import build_app
from cencomm.server.context import Services
from cencomm.server.draining import drain, hear_out
from cencomm.server.http_protocol import HttpProtocol
from cencomm.server.metrics import build_metrics
from cencomm.server.startup import Startup
from cencomm.server.uvicorn_protocol import WebSocketProtocol
from cencomm.settings import Settings
from cencomm.wire.frames import MAX_FRAME_BYTES

if TYPE_CHECKING:
    from cen_core.edge.deployment import Place

DRAIN_SECONDS = 10
"""How long sockets may take to be asked to leave, at most; a few take no time."""
FIRST_REQUEST_SECONDS = 1
"""How long a connection on which nothing was asked yet is kept for its first request."""
GRACE_SECONDS = 10
"""How long a shutdown then waits for requests that are being answered."""
BACKLOG = 1024

Ready = Callable[[str], None]
"""Called once with the address that is listened on."""


class Server(uvicorn.Server):
    """Says when it listens. Told to end, it drains, ends and returns; uvicorn's own would have the signal kill the
    process, with its sockets cut in the middle."""

    def __init__(
        self, config: uvicorn.Config, on_started: Callable[[], None], drain: Callable[[], Awaitable[None]]
    ) -> None:
        super().__init__(config)
        self._on_started = on_started
        self._drain = drain

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        await self._drain()
        await hear_out(self._has_silent, FIRST_REQUEST_SECONDS)
        await super().shutdown()

    def _has_silent(self) -> bool:
        """Whether there is a connection without any request so far; uvicorn's own shutdown would close it."""
        return any(isinstance(one, H11Protocol) and one.cycle is None for one in self.server_state.connections)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)


async def serve(settings: Settings, *, ready: Ready | None = None) -> None:
    """Serve until the process is told to end (SIGINT, SIGTERM); requests under way are answered first.

    Raises:
        DomainError: the settings do not lead to a deployment (SettingsInvalid, NotInitialised …).
        OSError: the address cannot be listened on.
    """
    logging.configure(settings.log_level)
    async with Startup(settings).services() as services:
        await _serve(services, ready)


async def _serve(services: Services, ready: Ready | None) -> None:
    settings = services.foundation.settings
    listener = _listen(settings.host, settings.port)

    def started() -> None:
        if ready is not None:
            host, port = listener.getsockname()[:2]
            ready(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")

    async def drain_sockets() -> None:
        await drain(services.delivery.feeds.connections, DRAIN_SECONDS)

    try:
        async with _metrics_shown(settings), _with_core(build_app(services), settings) as app:
            server = Server(_config(app, settings), started, drain_sockets)
            await server.serve(sockets=[listener])
    finally:
        listener.close()


@asynccontextmanager
async def _with_core(app: ASGIApp, settings: Settings) -> AsyncIterator[ASGIApp]:
    """The application, with the CEN core under `/cen` where the settings say so; else nothing of it is loaded."""
    if not settings.cen:
        yield app
        return
    from cen_core.edge.app import Beside  # noqa: PLC0415  only where the core is wanted
    from cen_core.edge.deployment import running  # noqa: PLC0415  only where the core is wanted
    from cencomm.bulk.core_tables import CoreTables  # noqa: PLC0415  only where the core is wanted

    async with running(core_place(settings), argon2id, CoreTables()) as core:
        yield Beside(core, app)


def core_place(settings: Settings) -> Place:
    """Where the CEN core of this deployment is, and how it is reached."""
    from cen_core.edge.deployment import Place  # noqa: PLC0415  only where the core is wanted

    return Place(
        settings.data_dir,
        settings.database_url,
        settings.origin,
        settings.behind_tls,
        settings.client_dir,
        settings.files_dir,
        settings.files_bucket,
    )


class _Beside(uvicorn.Server):
    """Ends with the server that it stands beside; the signals are that one's."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def _metrics_shown(settings: Settings) -> AsyncIterator[None]:
    """The figures, on a listener of their own while the block runs, if the settings name one."""
    if settings.metrics_port is None:
        yield
        return
    listener = _listen(settings.metrics_host, settings.metrics_port)
    config = uvicorn.Config(
        build_metrics(settings.metrics_token),
        http=HttpProtocol,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
    )
    beside = _Beside(config)
    task = asyncio.create_task(beside.serve(sockets=[listener]))
    try:
        yield
    finally:
        beside.should_exit = True
        await task
        listener.close()


def _config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        ws=WebSocketProtocol,
        ws_max_size=MAX_FRAME_BYTES,
        ws_per_message_deflate=False,  # sealed bytes do not shrink, and frames are shared between connections
        http=HttpProtocol,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=GRACE_SECONDS,
        backlog=BACKLOG,
    )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


def run(settings: Settings, *, ready: Ready | None = None) -> None:
    """`serve` on uvloop, until the process is told to end; traced where the environment asks for it."""
    loop_factory = uvicorn.Config(app=build_app, loop="auto").get_loop_factory()
    with tracing.traced(os.environ), asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(serve(settings, ready=ready))


def main() -> int:
    try:
        run(Settings.from_environment(os.environ), ready=lambda address: print(address, flush=True))  # noqa: T201
    except DomainError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
