"""The session's handler: hands each CUG's frames to its engine, in slices that leave room for the others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence

import structlog

from cencomm.client.clock import ServerClock
from cencomm.client.engine.engine import CugEngine
from cencomm.client.presence import Presence
from cencomm.ids import CugId
from cencomm.wire.frames import (
    CaughtUp,
    ClientFrame,
    Events,
    Notice,
    Present,
    Ready,
    Refused,
    ServerFrame,
    Stored,
    Writes,
)

EVENTS_AT_ONCE = 400
"""Events in one transaction: long enough to share its cost, short enough not to hold up the loop."""

log = structlog.get_logger(__name__)


class Live:
    """One session's frames; `engines` is the client's own, and may grow."""

    def __init__(
        self,
        engines: Mapping[CugId, CugEngine],
        clock: ServerClock,
        on_notice: Callable[[Notice], None],
        on_ready: Callable[[], None],
        presence: Presence,
    ) -> None:
        self._engines = engines
        self._clock = clock
        self._on_notice = on_notice
        self._on_ready = on_ready
        self._presence = presence

    def resume(self) -> Sequence[ClientFrame]:
        owed = [frame for engine in list(self._engines.values()) for frame in engine.resume()]
        return [*owed, *self._presence.resume()]

    async def receive(self, frames: Sequence[ServerFrame]) -> None:
        """Everything that has come, each CUG's in its order."""
        for cug_id, some in self._by_cug(frames).items():
            engine = self._engines.get(cug_id)
            if engine is None:
                continue
            for piece in slices(some, EVENTS_AT_ONCE):
                engine.receive(piece)
                await asyncio.sleep(0)

    def disconnected(self) -> None:
        for engine in list(self._engines.values()):
            engine.disconnected()
        self._presence.disconnected()

    def _by_cug(self, frames: Sequence[ServerFrame]) -> dict[CugId, list[ServerFrame]]:
        found: dict[CugId, list[ServerFrame]] = {}
        for frame in frames:
            if isinstance(frame, Events | CaughtUp | Stored):
                found.setdefault(CugId(frame.cug_id), []).append(frame)
            elif isinstance(frame, Refused) and frame.cug_id is not None:
                found.setdefault(CugId(frame.cug_id), []).append(frame)
                log.info("session.refused", code=frame.code)
            elif isinstance(frame, Ready):
                self._clock.learn(frame.server_time)
                self._on_ready()
            elif isinstance(frame, Notice):
                self._on_notice(frame)
            elif isinstance(frame, Present | Writes):
                self._presence.take(frame)
        return found


def slices(frames: Sequence[ServerFrame], events_at_once: int) -> Iterator[list[ServerFrame]]:
    """The frames in their order, in lists that hold about so many events."""
    some: list[ServerFrame] = []
    count = 0
    for frame in frames:
        some.append(frame)
        count += len(frame.events) if isinstance(frame, Events) else 1
        if count >= events_at_once:
            yield some
            some, count = [], 0
    if some:
        yield some
