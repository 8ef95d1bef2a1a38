"""Who takes nothing is cut off; who takes a little is waited for."""

from __future__ import annotations

import asyncio
from typing import cast

from cencomm.server.patience import ProgressWatch


class Transport:
    """Holds what a peer has not taken; `takes` says how much of it goes at each look."""

    def __init__(self, unwritten: int, takes: int) -> None:
        self.unwritten, self.takes, self.looks, self.aborted = unwritten, takes, 0, False

    def get_write_buffer_size(self) -> int:
        self.looks += 1
        self.unwritten = max(0, self.unwritten - self.takes)
        return self.unwritten

    def abort(self) -> None:
        self.aborted = True


async def watched(transport: Transport) -> ProgressWatch:
    """Started, and looked at until it is done with."""
    watch = ProgressWatch(asyncio.get_running_loop(), cast(asyncio.Transport, transport), 0.0)
    watch.start()
    while not transport.aborted and transport.unwritten:
        await asyncio.sleep(0)
    return watch


async def test_a_peer_that_takes_nothing_is_cut_off_at_the_first_look() -> None:
    transport = Transport(1000, 0)
    await watched(transport)
    assert (transport.aborted, transport.looks) == (True, 2)


async def test_a_slow_peer_is_waited_for_until_all_is_taken() -> None:
    transport = Transport(1000, 1)
    await watched(transport)
    assert not transport.aborted


async def test_a_second_start_gives_no_more_time_and_a_stopped_watch_does_nothing() -> None:
    transport = Transport(1000, 0)
    watch = ProgressWatch(asyncio.get_running_loop(), cast(asyncio.Transport, transport), 0.0)
    watch.start()
    watch.start()
    assert transport.looks == 1
    watch.stop()
    for _ in range(10):
        await asyncio.sleep(0)
    assert not transport.aborted
