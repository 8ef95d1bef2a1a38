"""The end of a process that others replace: its sockets go elsewhere, not all in the same moment.

    told to end ──> accept nothing new ──> ask socket after socket to leave, evenly over the time there is
                                           each answers what it has accepted, closes with 1012; its client reconnects
                                      ──> answer who had connected and not asked yet: a balancer had chosen this process

The jitter is on this side, so that clients need not know of it: spread over seconds, reconnecting and catching up cost
the other processes no more than a busy minute does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog

SOCKETS_PER_SECOND = 200
"""Slower is not needed; faster where there are so many that the time would not be enough."""

LOOK_SECONDS = 0.02

log = structlog.get_logger(__name__)


class Leaving(Protocol):
    """A connection that can be asked to go."""

    @property
    def leave(self) -> Callable[[], None]: ...


async def drain(
    connections: Callable[[], tuple[Leaving, ...]],
    seconds: float,
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Ask every connection to leave, within `seconds`; also who connected meanwhile (its handshake was under way)."""
    asked: set[Leaving] = set()
    waiting = connections()
    log.info("draining", sockets=len(waiting))
    pause = min(1 / SOCKETS_PER_SECOND, seconds / max(1, len(waiting)))
    while waiting:
        for connection in waiting:
            connection.leave()
            asked.add(connection)
            await sleep(pause)
        waiting = tuple(connection for connection in connections() if connection not in asked)


async def hear_out(
    silent: Callable[[], bool], seconds: float, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Wait while there are connections whose first request has not come yet, `seconds` at most."""
    for _ in range(round(seconds / LOOK_SECONDS)):
        if not silent():
            return
        await sleep(LOOK_SECONDS)
