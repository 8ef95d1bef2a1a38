"""How long the server waits for a peer that does nothing, on HTTP and the websocket alike.

A connection costs memory and an open file, so none may last by doing nothing: a request must come whole in time, what
is written must be taken, and what was closed must end.
"""

from __future__ import annotations

import asyncio
import fcntl
import sys
import termios
from collections.abc import Callable
from typing import Any

HEAD_SECONDS = 10.0
"""For the head of a request, from the first moment of the connection or the first byte after another request."""
STALLED_SECONDS = 20.0
"""Whoever takes nothing at all of an answer for so long is cut off: a line that comes back after a break repeats what
was lost only after as long again."""
BODY_SECONDS = 30.0
"""For the body of a request, and what SLOWEST_BYTES_PER_SECOND allows besides."""
SLOWEST_BYTES_PER_SECOND = 2048


class ProgressWatch:
    """Says when a peer takes nothing of what is written. A slow line is not a dead one: only who took nothing since the
    last look is meant."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        transport: asyncio.Transport,
        seconds: float,
        on_stalled: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._transport = transport
        self._seconds = seconds
        self._on_stalled = on_stalled
        self._untaken = 0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Look again and again, until all is taken; a second start changes nothing."""
        if self._timer is None:
            self._untaken = untaken_bytes(self._transport)
            self._timer = self._loop.call_later(self._seconds, self._look)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = None
        untaken = untaken_bytes(self._transport)
        if untaken == 0:
            return
        if untaken >= self._untaken:
            self._on_stalled()
            return
        self.start()


def untaken_bytes(transport: asyncio.Transport) -> int:
    """What waits here for the peer, and in the kernel: its buffer holds more than a slow line carries in a minute, and
    until a third of it is free nothing moves here, though the peer takes what it can."""
    waiting = transport.get_write_buffer_size()
    return waiting + _in_kernel(transport.get_extra_info("socket")) if waiting else 0


def _in_kernel(sock: Any) -> int:
    """Bytes that were sent and not acknowledged, or not sent yet; 0 where the system does not say."""
    try:
        told = fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, bytes(4))
    except (AttributeError, OSError, ValueError):
        return 0
    return int.from_bytes(told, sys.byteorder)
