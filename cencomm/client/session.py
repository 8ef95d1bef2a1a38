"""One device's WebSocket session: connects, reconnects and moves frames; it holds no rule (DESIGN §3).

    connect ──> handler.resume(): the frames to send first (subscriptions from the last seq, the outbox)
       │          then, until the connection breaks:
       │            frames in  ──> handler.receive(all that have come, in order)   one call per batch
       │            frames out <── Session.send
    broken ──> handler.disconnected(), wait with jitter, connect again

First connection, reconnection and live delivery are one path. What comes in is bounded: a slow handler slows the
reading, and TCP slows the server. What was queued for sending is dropped when the connection breaks, because `resume`
says afresh what is still owed.
"""

from __future__ import annotations

import asyncio
import contextlib
import random as random_module
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI
from websockets.typing import Subprotocol

from cencomm.client.errors import ServerMisbehaved, ServerUnreachable
from cencomm.errors import DomainError
from cencomm.wire.encoding import Malformed
from cencomm.wire.frames import (
    MAX_FRAME_BYTES,
    SESSION_PATH,
    SUBPROTOCOL,
    ClientFrame,
    ServerFrame,
    decode_server_frame,
    encode_frame,
)

_FIRST_DELAY_SECONDS = 0.2
_LONGEST_DELAY_SECONDS = 5.0
"""Everybody is back within ten seconds of the end of any outage, however long it was."""
_STEADY_SECONDS = 2.0
"""A connection that lasted so long was a good one, however it ended: the next attempt is a first one."""
_QUEUE_FRAMES = 256
_KEEPALIVE_SECONDS = 20
_UNAUTHORIZED = (401, 403)

log = structlog.get_logger(__name__)


class Handler(Protocol):
    """What a session is for; called in the session's task, one call at a time."""

    def resume(self) -> Sequence[ClientFrame]: ...
    async def receive(self, frames: Sequence[ServerFrame]) -> None: ...
    def disconnected(self) -> None: ...


class Tokens(Protocol):
    """Gives the session token; `renew` after the server refused it."""

    def token(self) -> str: ...
    async def renew(self) -> None: ...


def socket_address(server_url: str) -> str:
    """The session's address on a server known by its HTTP address."""
    scheme, netloc, path, _, _ = urlsplit(server_url)
    secure = "wss" if scheme == "https" else "ws"
    return urlunsplit((secure, netloc, path.rstrip("/") + SESSION_PATH, "", ""))


def backoff_seconds(attempt: int, uniform: Callable[[float, float], float] = random_module.uniform) -> float:
    """How long to wait before the attempt of that number (from 0): doubles, with full jitter, at most 5 s."""
    ceiling = min(_LONGEST_DELAY_SECONDS, _FIRST_DELAY_SECONDS * 2 ** min(attempt, 16))
    return uniform(_FIRST_DELAY_SECONDS / 2, ceiling)


class Session:
    """Keeps one connection alive from `start` until `stop`."""

    def __init__(
        self,
        server_url: str,
        tokens: Tokens,
        handler: Handler,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        steady_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address = socket_address(server_url)
        self._tokens = tokens
        self._handler = handler
        self._sleep = sleep
        self._steady_s = steady_s
        self._lasted = False
        self._outgoing: asyncio.Queue[ClientFrame] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._connected = asyncio.Event()
        self.failure: DomainError | None = None

    @property
    def is_connected(self) -> bool:
        return self._connected.is_set()

    def start(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def wait_connected(self, seconds: float) -> None:
        """Return once connected.

        Raises:
            ServerUnreachable: not within `seconds`; or the error for which the session gave up.
        """
        waiting = asyncio.ensure_future(self._connected.wait())
        watched = {waiting} if self._task is None else {waiting, self._task}
        await asyncio.wait(watched, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self.failure is not None:
            raise self.failure
        if not self._connected.is_set():
            raise ServerUnreachable()

    def send(self, frame: ClientFrame) -> None:
        """Queue `frame`; dropped if the connection breaks first (`Handler.resume` then owes it).

        The queue is bounded by the callers: a CUG has a limited number of sendings outstanding.
        """
        if self._connected.is_set():
            self._outgoing.put_nowait(frame)

    async def _run(self) -> None:
        attempt = 0
        while True:
            self._lasted = False
            try:
                await self._connect_once()
            except (OSError, TimeoutError, InvalidHandshake, ConnectionClosed) as error:
                log.info("session.lost", reason=type(error).__name__)
                refused = isinstance(error, InvalidStatus) and error.response.status_code in _UNAUTHORIZED
                if refused and not await self._renew():
                    return
            except (DomainError, InvalidURI) as error:
                # The handler's own refusals are caught in it; what comes here would come again at once.
                self.failure = error if isinstance(error, DomainError) else ServerUnreachable()
                log.error("session.failed", reason=str(error))
                return
            if self._lasted:
                attempt = 0
            await self._sleep(backoff_seconds(attempt))
            attempt += 1

    async def _renew(self) -> bool:
        """Whether to go on: an account or device that the server refuses would be refused again."""
        try:
            await self._tokens.renew()
        except ServerUnreachable:
            return True
        except DomainError as error:
            self.failure = error
            log.error("session.failed", reason=str(error))
            return False
        return True

    async def _connect_once(self) -> None:
        async with connect(
            self._address,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            additional_headers={"Authorization": f"Bearer {self._tokens.token()}"},
            compression=None,
            max_size=MAX_FRAME_BYTES,
            max_queue=_QUEUE_FRAMES,
            ping_interval=_KEEPALIVE_SECONDS,
            ping_timeout=3 * _KEEPALIVE_SECONDS,
            proxy=None,
        ) as socket:
            self._outgoing = asyncio.Queue()
            self._connected.set()
            since = self._steady_s()
            try:
                await self._serve(socket)
            finally:
                self._lasted = self._steady_s() - since >= _STEADY_SECONDS
                self._connected.clear()
                self._handler.disconnected()

    async def _serve(self, socket: ClientConnection) -> None:
        incoming: asyncio.Queue[ServerFrame] = asyncio.Queue(_QUEUE_FRAMES)
        tasks = [
            asyncio.create_task(_read(socket, incoming)),
            asyncio.create_task(self._write(socket)),
            asyncio.create_task(self._handle(incoming)),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _write(self, socket: ClientConnection) -> None:
        for frame in self._handler.resume():
            await socket.send(encode_frame(frame))
        while True:
            await socket.send(encode_frame(await self._outgoing.get()))

    async def _handle(self, incoming: asyncio.Queue[ServerFrame]) -> None:
        while True:
            batch = [await incoming.get()]
            while not incoming.empty():
                batch.append(incoming.get_nowait())
            await self._handler.receive(batch)


async def _read(socket: ClientConnection, incoming: asyncio.Queue[ServerFrame]) -> None:
    async for message in socket:
        if isinstance(message, str):
            raise ServerMisbehaved(reason="text_frame")
        try:
            await incoming.put(decode_server_frame(message))
        except Malformed:
            raise ServerMisbehaved(reason="malformed_frame") from None
