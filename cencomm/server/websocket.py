"""The websocket endpoint: reads a frame, makes an event, carries out the session's commands in order. Holds no rule."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, assert_never

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from cencomm import measures
from cencomm.accounts.model import Session as SignedIn
from cencomm.errors import DomainError
from cencomm.groups.log import Outcome
from cencomm.ids import ClientRef, CugId, DeviceId, OfficerId
from cencomm.server.errors import refusal
from cencomm.server.patience import ProgressWatch
from cencomm.server.security import authenticate_device, check_origin
from cencomm.server.session import (
    Accept,
    Answered,
    Came,
    Command,
    Event,
    Follow,
    Garbled,
    HangUp,
    Heed,
    Hint,
    Leave,
    Lost,
    Opened,
    Say,
    Session,
    Unfollow,
    Unfollowed,
    Wait,
)
from cencomm.server.uvicorn_protocol import SCOPE_KEY, WebSocketProtocol, frame_head
from cencomm.wire.encoding import Malformed
from cencomm.wire.frames import SUBPROTOCOL, Send, ServerFrame, decode_client_frame, encode_frame

if TYPE_CHECKING:
    from cencomm.server.context import Services
    from cencomm.server.fanout import Delivery

STALLED_SECONDS = 5.0
"""A peer that takes nothing at all for so long is cut off; it comes back and catches up by seq."""
TRY_AGAIN_LATER = 1013

log = structlog.get_logger(__name__)


class Socket:
    """The write side of one connection, as `feeds.Connection`; what is written within one turn of the loop goes out
    in one piece."""

    def __init__(self, protocol: WebSocketProtocol, signed_in: SignedIn) -> None:
        assert signed_in.device_id is not None
        self._protocol = protocol
        self._loop = asyncio.get_running_loop()
        self._pending: list[bytes] = []
        """Heads and payloads in turns: a payload that goes to many is copied for none of them."""
        self._writable = asyncio.Event()
        self._writable.set()
        self._progress = ProgressWatch(self._loop, protocol.transport, STALLED_SECONDS, self._stalled)
        self.token_hash = signed_in.token_hash
        self.account_id = OfficerId(signed_in.account_id)
        self.device_id: DeviceId = signed_in.device_id
        self.ended = asyncio.Event()
        self.close_code = TRY_AGAIN_LATER
        self.on_unfollowed: Callable[[CugId], None] = _ignore
        self.on_paused: Callable[[], None] = _nothing
        self.leave: Callable[[], None] = _nothing
        """Ask the session to finish what it has accepted and to hang up: the process ends."""
        protocol.on_pause = self._pause
        protocol.on_resume = self._resume
        measures.CONNECTIONS.add(self)

    @property
    def is_paused(self) -> bool:
        return not self._writable.is_set()

    @property
    def unwritten_bytes(self) -> int:
        """What the peer has not taken yet."""
        return self._protocol.unwritten_bytes

    @property
    def is_behind(self) -> bool:
        return self.is_paused or self.unwritten_bytes > 0

    def write(self, frame: bytes) -> None:
        if not self._pending:
            self._loop.call_soon(self._flush)
        self._pending += (frame_head(len(frame)), frame)

    def say(self, frame: ServerFrame) -> None:
        self.write(encode_frame(frame))

    async def writable(self) -> None:
        """Returns when all that was written is on its way and the peer takes more."""
        self._flush()
        await self._writable.wait()

    def unfollowed(self, cug_id: CugId) -> None:
        self.on_unfollowed(cug_id)

    def give_up(self) -> None:
        self.hang_up(TRY_AGAIN_LATER)

    def hang_up(self, code: int) -> None:
        """Ask the endpoint to close."""
        self.close_code = code
        self.ended.set()

    def release(self) -> None:
        """The connection is over: nothing is written or waited for any more."""
        measures.CONNECTIONS.discard(self)
        self._flush()
        self._protocol.on_pause = self._protocol.on_resume = None
        self._resume()

    def _flush(self) -> None:
        if self._pending:
            pending, self._pending = self._pending, []
            self._protocol.write_frames(pending)
            measures.TALLY.frames += len(pending) // 2
            measures.TALLY.frame_bytes += sum(map(len, pending))

    def _pause(self) -> None:
        measures.SLOW_READERS.inc()
        self._writable.clear()
        self._progress.start()
        # Called in the middle of a write to many: the subscriptions change in the next turn.
        self._loop.call_soon(self.on_paused)

    def _resume(self) -> None:
        self._writable.set()
        self._progress.stop()

    def _stalled(self) -> None:
        measures.STALLED_READERS.inc()
        log.info("websocket.stalled", device_id=self.device_id)
        self._protocol.abort()


def _ignore(_cug_id: CugId) -> None:
    """Until the driver listens."""


def _nothing() -> None:
    """Until the driver listens."""


async def endpoint(websocket: WebSocket) -> None:
    """`GET /v1/session`, upgraded. Refused before the upgrade: another origin, no session, no device."""
    services: Services = websocket.app.state.services
    try:
        check_origin(websocket, services.foundation.settings.origin)
        signed_in = await authenticate_device(websocket, services)
    except DomainError as error:
        refused = refusal(error)
        refused.headers["Sec-WebSocket-Version"] = "13"  # the upgrade came through the proxy; the doctor looks for it
        await websocket.send_denial_response(refused)
        return
    protocol: WebSocketProtocol = websocket.scope["extensions"][SCOPE_KEY]
    await websocket.accept(SUBPROTOCOL if SUBPROTOCOL in websocket.scope["subprotocols"] else None)
    await Driver(websocket, Socket(protocol, signed_in), services).run(protocol)


class Driver:
    """One connection from its upgrade to its end."""

    def __init__(self, websocket: WebSocket, socket: Socket, services: Services) -> None:
        self._websocket = websocket
        self._socket = socket
        self._services = services
        self._delivery: Delivery = services.delivery
        self._session = Session(socket.device_id, services.foundation.limits)
        self._answered = asyncio.Event()
        self._is_idle = False
        """Whether everything that came has been done, and the next message is waited for."""
        socket.on_unfollowed = self._unfollowed
        socket.on_paused = lambda: self._delivery.feeds.paused(socket)
        socket.leave = lambda: self._do_now(Leave())

    async def run(self, protocol: WebSocketProtocol) -> None:
        self._do_now(Opened(self._services.now_ms()))
        protocol.on_message = self._take_now
        protocol.read_ahead()
        self._delivery.feeds.connected(self._socket)
        self._delivery.presence.stir()
        tasks = [
            asyncio.create_task(self._read()),
            asyncio.create_task(self._socket.ended.wait()),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            protocol.on_message = None
            await asyncio.gather(*tasks, return_exceptions=True)
            self._delivery.feeds.disconnected(self._socket)
            self._delivery.presence.gone(self._socket)
            self._do_now(Lost())
            self._socket.release()
        if not tasks[0].cancelled() and tasks[0].exception() is not None:
            log.error("websocket.failed", device_id=self._socket.device_id, exc_info=tasks[0].exception())
        if self._socket.ended.is_set():
            await self._close()

    async def _close(self) -> None:
        try:
            await asyncio.wait_for(self._websocket.close(self._socket.close_code), STALLED_SECONDS)
        except (TimeoutError, RuntimeError, WebSocketDisconnect):
            log.debug("websocket.gone_before_close", device_id=self._socket.device_id)

    async def _read(self) -> None:
        try:
            while True:
                await self._until_it_may_read()
                self._is_idle = True
                message = await self._websocket.receive()
                self._is_idle = False
                await self._do(_event(message))
        except WebSocketDisconnect:
            return

    async def _until_it_may_read(self) -> None:
        """A peer that does not read what we answer, or sends faster than we store, is not read from."""
        await self._socket.writable()
        while not self._session.may_read:
            self._answered.clear()
            await self._answered.wait()

    def _take_now(self, data: bytes) -> bool:
        """A record that nothing has to be waited for is queued for the log at once; False: all else comes by `_read`,
        in its turn. Nothing has been done then."""
        if not self._is_idle or self._socket.is_paused:
            return False
        try:
            frame = decode_client_frame(data)
        except Malformed:
            return False
        if not isinstance(frame, Send) or not self._session.is_ready_for(frame, time.monotonic()):
            return False
        tell = self._teller(CugId(frame.cug_id), ClientRef(frame.client_ref))
        if not self._delivery.accept_now(self._socket.device_id, frame, tell):
            return False
        self._session.accepted()
        return True

    async def _do(self, event: Event) -> None:
        for command in self._session.handle(event):
            match command:
                case Accept():
                    await self._accept(command)
                case Wait(seconds=seconds):
                    await asyncio.sleep(seconds)
                case _:
                    self._carry_out(command)

    def _do_now(self, event: Event) -> None:
        for command in self._session.handle(event):
            self._carry_out(command)

    def _carry_out(self, command: Command) -> None:
        match command:
            case Say(frame=frame):
                self._socket.say(frame)
            case Follow(cug_id=cug_id, after_seq=after_seq):
                self._delivery.feeds.follow(self._socket, cug_id, after_seq)
            case Unfollow(cug_id=cug_id):
                self._delivery.feeds.unfollow(self._socket, cug_id)
                self._delivery.presence.unwatch(self._socket, cug_id)
            case Heed(cug_id=cug_id, on=True):
                self._delivery.presence.watch(self._socket, cug_id)
            case Heed(cug_id=cug_id):
                self._delivery.presence.unwatch(self._socket, cug_id)
            case Hint(cug_id=cug_id):
                self._delivery.presence.typing(self._socket, cug_id)
            case HangUp(code=code):
                self._socket.hang_up(code)
            case Accept() | Wait():
                raise AssertionError("carried out where it can be waited for")
            case _:
                assert_never(command)

    def _unfollowed(self, cug_id: CugId) -> None:
        self._delivery.presence.unwatch(self._socket, cug_id)
        self._do_now(Unfollowed(cug_id))

    async def _accept(self, command: Accept) -> None:
        frame = command.frame
        tell = self._teller(CugId(frame.cug_id), ClientRef(frame.client_ref))
        await self._delivery.accept(self._socket.device_id, frame, tell)

    def _teller(self, cug_id: CugId, client_ref: ClientRef) -> Callable[[Outcome], None]:
        def tell(outcome: Outcome) -> None:
            self._do_now(Answered(cug_id, client_ref, outcome))
            self._answered.set()

        return tell


def _event(message: Mapping[str, object]) -> Event:
    """What the peer's message is. Raises WebSocketDisconnect."""
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect
    data = message.get("bytes")
    if not isinstance(data, bytes):
        return Garbled()
    try:
        return Came(decode_client_frame(data), time.monotonic())
    except Malformed:
        return Garbled()
