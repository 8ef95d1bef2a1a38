"""uvicorn's sans-I/O WebSocket protocol, opened for whole batches: of frames to write, and of messages that came.

One `send()` for each delivery costs more than all the rest of a delivery. The endpoint finds this object in its scope,
writes the frames of one batch with one call, and is told when the peer does not read fast enough.

    data_received ── whole, masked, binary messages ──> on_message, at once, while the endpoint can take them
                  └─ everything else ─────────────────> the library's parser

The library's parser costs three times what judging a record costs. So complete binary messages are cut out here. Pings
and pongs go to the library one by one; text, fragments, a close or a frame that it will refuse goes there with all that
follows.

And hardened against peers that mean no good (RFC 6455 §10.4 leaves this to the implementation): what was received is
parsed in slices, and not while nobody reads it; frames that cost the peer nothing (control frames, tiny fragments) are
counted; a close frame reaches a peer that still sends; and a closed connection ends, whatever the peer does.

The base class is internal to uvicorn, so uvicorn is pinned and `tests/unit/server/test_uvicorn_protocol.py` runs
this class in a real server.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

from cencomm import measures

try:
    from websockets.speedups import apply_mask
except ImportError:  # no compiled one for this machine
    from websockets.utils import apply_mask

SCOPE_KEY = "cencomm.websocket"
WRITE_BUFFER_BYTES = 256 * 1024
UNREAD_MESSAGES = 32
"""So many messages may lie unread before reading from the socket pauses; the base class pauses at each."""

SLICE_BYTES = 16 * 1024
"""So much is parsed in one go: a peer with many tiny frames holds nobody up."""
TINY_BYTES = 1024
"""A fragment shorter than this is counted like a control frame; an honest client cuts larger ones, or none."""
CHEAP_FRAMES_PER_SECOND = 20.0
CHEAP_FRAMES_AT_ONCE = 200.0
MAX_FRAGMENTS = 10_000
"""Of one message: MAX_FRAME_BYTES in fragments that are not tiny."""
LINGER_SECONDS = 2.0
"""How long a peer that broke the protocol may go on sending what nobody parses, until it has read the close frame."""
GONE_SECONDS = 15.0
"""After the application is done with a connection; uvicorn waits 10 s for the peer's close frame."""
POLICY_VIOLATION = 1008

_BINARY_FINAL = 0x82
_PING, _PONG = 0x89, 0x8A
_IN_ORDER = frozenset({_BINARY_FINAL, _PING, _PONG})
"""The first bytes of what an honest client sends until it closes; some cut very long messages into fragments."""
_MASKED, _LENGTH = 0x80, 0x7F
_TELLING_BYTES, _MASK_BYTES = 2, 4
"""The first two bytes of a frame say of what kind it is, and of a short one how long."""


def frame_head(length: int) -> bytes:
    """What stands before the payload of an unmasked binary WebSocket frame (RFC 6455 §5.2)."""
    if length < 126:
        return bytes((_BINARY_FINAL, length))
    if length < 1 << 16:
        return bytes((_BINARY_FINAL, 126)) + length.to_bytes(2, "big")
    return bytes((_BINARY_FINAL, 127)) + length.to_bytes(8, "big")


def binary_frame(payload: bytes) -> bytes:
    return frame_head(len(payload)) + payload


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """`on_pause` and `on_resume` are called in the middle of a write: they may change state, and must not write."""

    on_pause: Callable[[], None] | None = None
    on_resume: Callable[[], None] | None = None
    on_message: Callable[[bytes], bool] | None = None
    """Gets a binary message as it comes; False: not now, it is received later like any other."""

    _held: bytearray | None = None
    """The beginning of a frame that has not come whole; None while the library's parser reads everything."""
    _awaited = _TELLING_BYTES
    """Bytes of `_held` before which it is no use to look."""
    _came_early = False

    linger_seconds = LINGER_SECONDS
    gone_seconds = GONE_SECONDS
    _unparsed: bytes = b""
    _failed = False
    _flooded = False
    has_heard = False
    """Whether anything came since the last ping."""
    _allowance = CHEAP_FRAMES_AT_ONCE
    _counted_at = 0.0
    _gone_timer: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        self.has_heard = True
        if self._failed:
            return
        if self._unparsed or len(data) > SLICE_BYTES:
            self._unparsed += data
            self._parse_on()
        else:
            self._parse(data)
        if not self.handshake_initiated:
            self._refuse_handshake()

    def read_ahead(self) -> None:
        """Cut out messages from now on; of a peer that sent before it was let in, the library has a beginning, and
        goes on alone."""
        if not self._came_early:
            self._held = bytearray()

    def _parse(self, data: bytes) -> None:
        if self._held is not None:
            self._held += data
            if len(self._held) >= self._awaited:
                self._cut_frames(bytes(self._held))
            return
        self._came_early = self.handshake_initiated
        super().data_received(data)

    def _cut_frames(self, came: bytes) -> None:
        at, end = 0, len(came)
        self._awaited = _TELLING_BYTES
        while end - at >= _TELLING_BYTES:
            first, second = came[at], came[at + 1]
            size, head = second & _LENGTH, _TELLING_BYTES + _MASK_BYTES
            if size > 125:
                head += 2 if size == 126 else 8
                size = int.from_bytes(came[at + 2 : at + head - 4], "big")  # less where not all of it has come
            longest = self.config.ws_max_size if first == _BINARY_FINAL else 125
            if first not in _IN_ORDER or not second & _MASKED or size > longest:
                self._held = None
                super().data_received(came[at:])
                return
            stop = at + head + size
            if stop > end:
                self._awaited = stop - at
                break
            if first == _BINARY_FINAL:
                self._take(apply_mask(came[at + head : stop], came[at + head - 4 : at + head]))
            else:
                super().data_received(came[at:stop])
            if self._failed:
                return
            at = stop
        self._held = bytearray(came[at:])

    def _take(self, message: bytes) -> None:
        if self.close_sent or (self.on_message is not None and self.queue.empty() and self.on_message(message)):
            return
        if self.queue.qsize() < UNREAD_MESSAGES:
            self.queue.put_nowait({"type": "websocket.receive", "bytes": message})
            return
        self.curr_msg_data_type, self.frames = "bytes", [message]
        self.send_receive_event_to_app()

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        scope: Any = getattr(self, "scope", None)
        if scope is not None:
            scope["extensions"][SCOPE_KEY] = self
            self.transport.set_write_buffer_limits(high=WRITE_BUFFER_BYTES)

    def write_frames(self, pieces: Sequence[bytes]) -> bool:
        """Write frames, their heads and payloads one after the other; False where the connection is closing and they
        go nowhere."""
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return False
        self.transport.writelines(pieces)
        return True

    @property
    def unwritten_bytes(self) -> int:
        """What the peer has not taken yet."""
        return self.transport.get_write_buffer_size()

    def abort(self) -> None:
        """End the connection without waiting for the peer."""
        self.transport.abort()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self.on_pause is not None:
            self.on_pause()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.on_resume is not None:
            self.on_resume()

    def connection_lost(self, exc: Exception | None) -> None:
        self._unparsed = b""
        super().connection_lost(exc)
        if self._gone_timer is not None:
            self._gone_timer.cancel()
        # A transport that is lost while paused never resumes; whoever waits for that must not wait for ever.
        if self.on_resume is not None:
            self.on_resume()

    def handle_bytes(self, event: Frame) -> None:
        if event.fin:
            self._take(bytes(event.data))
            return
        super().handle_bytes(event)
        self._count_fragment(event)

    def handle_text(self, event: Frame) -> None:
        super().handle_text(event)
        self._count_fragment(event)

    def handle_cont(self, event: Frame) -> None:
        super().handle_cont(event)
        self._count_fragment(event)

    def handle_ping(self) -> None:
        if not self._failed:
            super().handle_ping()
            self._count_cheap()

    def handle_pong(self, event: Frame) -> None:
        super().handle_pong(event)
        self._count_cheap()

    async def receive(self) -> Any:
        message = await self.queue.get()
        if self.read_paused and self.queue.empty():
            self.read_paused = False
            self.transport.resume_reading()
            self._parse_on()
        return message

    def keepalive_timeout(self) -> None:
        """No pong in time. It may stand behind a large frame on a slow line, or lie where we do not read: who was
        heard is there."""
        if self.has_heard or self.read_paused:
            self.pong_timer = None
            self.schedule_ping()
            return
        measures.CONNECTIONS_CUT.labels("silent").inc()
        super().keepalive_timeout()
        self._linger()

    def send_keepalive_ping(self) -> None:
        self.has_heard = False
        super().send_keepalive_ping()

    def handle_parser_exception(self) -> None:
        """The peer broke the protocol. Closing at once would reset the connection where it still sends, and the close
        frame would be lost on the way: it is written, and what comes is dropped for a moment."""
        measures.CONNECTIONS_CUT.labels("flood" if self._flooded else "protocol").inc()
        self._failed = True
        self._unparsed = b""
        closing = self.conn.close_sent
        assert closing is not None
        self.queue.put_nowait({"type": "websocket.disconnect", "code": closing.code, "reason": closing.reason})
        self.close_sent = True
        if self.transport.is_closing():
            return
        self.transport.write(b"".join(self.conn.data_to_send()))
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.transport.write_eof()
        self._linger()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        super().on_task_complete(task)
        if not self.disconnected and self._gone_timer is None:
            self._gone_timer = self.loop.call_later(self.gone_seconds, self._cut)

    def _cut(self) -> None:
        measures.CONNECTIONS_CUT.labels("untaken").inc()
        self.transport.abort()

    def _parse_on(self) -> None:
        """Parse what is there, until somebody must read first."""
        while self._unparsed and not (self.read_paused or self._failed):
            part, self._unparsed = self._unparsed[:SLICE_BYTES], self._unparsed[SLICE_BYTES:]
            self._parse(part)

    def _refuse_handshake(self) -> None:
        """It was HTTP enough to come here, and is no handshake, a `POST` say: the library drops it without a word."""
        self._failed = True
        self.transport.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        self.transport.close()

    def _count_fragment(self, event: Frame) -> None:
        if event.fin or self._failed:
            return
        if len(self.frames) > MAX_FRAGMENTS:
            self._violated()
        elif len(event.data) < TINY_BYTES:
            self._count_cheap()

    def _count_cheap(self) -> None:
        """A bucket of CHEAP_FRAMES_AT_ONCE that fills by CHEAP_FRAMES_PER_SECOND."""
        now = self.loop.time()
        self._allowance += (now - self._counted_at) * CHEAP_FRAMES_PER_SECOND
        self._allowance = min(CHEAP_FRAMES_AT_ONCE, self._allowance) - 1
        self._counted_at = now
        if self._allowance < 0:
            self._violated()

    def _violated(self) -> None:
        if not (self._failed or self.close_sent):
            self.frames = []
            self._flooded = True
            self.conn.fail(POLICY_VIOLATION)
            self.handle_parser_exception()

    def _linger(self) -> None:
        """`close_timer` also keeps uvicorn from closing as soon as the application has gone."""
        if self.close_timer is not None:
            self.close_timer.cancel()
        self.close_timer = self.loop.call_later(self.linger_seconds, self.transport.abort)
