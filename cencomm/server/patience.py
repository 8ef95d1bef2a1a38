"""How long the server waits for a peer that does nothing, on HTTP and the websocket alike.

A connection costs memory and an open file, so none may last by doing nothing: a request must come whole in time, what
is written must be taken, and what was closed must end.
"""

from __future__ import annotations

import asyncio

from cencomm import measures

HEAD_SECONDS = 10.0
"""For the head of a request, from the first moment of the connection or the first byte after another request."""
STALLED_SECONDS = 5.0
"""A peer that takes nothing at all for so long is cut off."""
BODY_SECONDS = 30.0
"""For the body of a request, and what SLOWEST_BYTES_PER_SECOND allows besides."""
SLOWEST_BYTES_PER_SECOND = 2048


class ProgressWatch:
    """Cuts a connection off whose peer takes nothing of what is written. A slow line is not a dead one: only who took
    nothing since the last look is cut off."""

    def __init__(self, loop: asyncio.AbstractEventLoop, transport: asyncio.Transport, seconds: float) -> None:
        self._loop = loop
        self._transport = transport
        self._seconds = seconds
        self._unwritten = 0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Look again and again, until all is taken; a second start changes nothing."""
        if self._timer is None:
            self._unwritten = self._transport.get_write_buffer_size()
            self._timer = self._loop.call_later(self._seconds, self._look)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = None
        unwritten = self._transport.get_write_buffer_size()
        if unwritten == 0:
            return
        if unwritten >= self._unwritten:
            measures.CONNECTIONS_CUT.labels("untaken").inc()
            self._transport.abort()
            return
        self.start()
