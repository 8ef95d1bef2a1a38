"""uvicorn's sans-I/O WebSocket protocol, opened for writing whole batches of frames at once (bench/PERFORMANCE.md).

One `send()` for each delivery costs more than all the rest of a delivery. The endpoint finds this object in its scope,
writes the frames of one batch with one call, and is told when the peer does not read fast enough.

The base class is internal to uvicorn, so uvicorn is pinned and `tests/unit/server/test_uvicorn_protocol.py` runs
this class in a real server.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

SCOPE_KEY = "cencomm.websocket"
WRITE_BUFFER_BYTES = 256 * 1024
UNREAD_MESSAGES = 32
"""So many messages may lie unread before reading from the socket pauses; the base class pauses at each."""

_BINARY_FINAL = 0x82


def binary_frame(payload: bytes) -> bytes:
    """`payload` as one unmasked binary WebSocket frame (RFC 6455 §5.2)."""
    length = len(payload)
    if length < 126:
        return bytes((_BINARY_FINAL, length)) + payload
    if length < 1 << 16:
        return bytes((_BINARY_FINAL, 126)) + length.to_bytes(2, "big") + payload
    return bytes((_BINARY_FINAL, 127)) + length.to_bytes(8, "big") + payload


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """`on_pause` and `on_resume` are called in the middle of a write: they may change state, and must not write."""

    on_pause: Callable[[], None] | None = None
    on_resume: Callable[[], None] | None = None

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        scope: Any = getattr(self, "scope", None)
        if scope is not None:
            scope["extensions"][SCOPE_KEY] = self
            self.transport.set_write_buffer_limits(high=WRITE_BUFFER_BYTES)

    def write_frames(self, frames: bytes) -> bool:
        """Write frames made by `binary_frame`; False where the connection is closing and they go nowhere."""
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return False
        self.transport.write(frames)
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
        super().connection_lost(exc)
        # A transport that is lost while paused never resumes; whoever waits for that must not wait for ever.
        if self.on_resume is not None:
            self.on_resume()

    def handle_bytes(self, event: Frame) -> None:
        if event.fin and not self.close_sent and self.queue.qsize() < UNREAD_MESSAGES:
            self.queue.put_nowait({"type": "websocket.receive", "bytes": bytes(event.data)})
            return
        super().handle_bytes(event)
