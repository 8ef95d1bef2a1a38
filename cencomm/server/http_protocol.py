"""uvicorn's HTTP protocol with an end to its patience: uvicorn alone waits for ever for a request that never becomes
whole (slowloris), for a body that nobody wants any more, and for a peer that does not take its answer.

The base class is internal to uvicorn, so uvicorn is pinned and `tests/e2e/test_hostile_sockets.py` runs this class in a
real server. How long a body may take is `app`'s rule.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from cencomm import measures
from cencomm.server.patience import HEAD_SECONDS, STALLED_SECONDS, ProgressWatch


class HttpProtocol(H11Protocol):
    head_seconds = HEAD_SECONDS
    stalled_seconds = STALLED_SECONDS
    _head_timer: asyncio.TimerHandle | None = None
    _upgraded = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # asyncio says BaseTransport
        super().connection_made(transport)
        self._progress = ProgressWatch(self.loop, transport, self.stalled_seconds, self._stalled)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._head_came()
        self._progress.stop()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._upgraded or self._is_answering:
            self._head_came()
        else:
            self._expect_head()

    def handle_websocket_upgrade(self, event: Any) -> None:
        self._upgraded = True
        super().handle_websocket_upgrade(event)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._progress.start()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._progress.start()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._progress.start()

    @property
    def waits_for_head(self) -> bool:
        return self._head_timer is not None

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _expect_head(self) -> None:
        """What comes meanwhile gives no more time: neither single bytes nor the rest of a body that was refused."""
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(self.head_seconds, self._head_is_late)

    def _head_came(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _stalled(self) -> None:
        measures.CONNECTIONS_CUT.labels("untaken").inc()
        self.transport.abort()

    def _head_is_late(self) -> None:
        self._head_timer = None
        measures.CONNECTIONS_CUT.labels("slow").inc()
        self.transport.close()
        self._progress.start()
