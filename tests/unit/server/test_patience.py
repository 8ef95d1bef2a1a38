"""Who takes nothing is cut off; who takes a little is waited for."""

from __future__ import annotations

import asyncio
import socket
from typing import cast

from cencomm.server.patience import ProgressWatch, untaken_bytes


class Transport:
    """Holds what a peer has not taken; `takes` says how much of it goes at each look."""

    def __init__(self, unwritten: int, takes: int) -> None:
        self.unwritten, self.takes, self.looks, self.aborted = unwritten, takes, 0, False

    def get_write_buffer_size(self) -> int:
        self.looks += 1
        self.unwritten = max(0, self.unwritten - self.takes)
        return self.unwritten

    def get_extra_info(self, _name: str) -> None:
        """A transport that knows no socket."""

    def abort(self) -> None:
        self.aborted = True


async def watched(transport: Transport) -> ProgressWatch:
    """Started, and looked at until it is done with."""
    watch = ProgressWatch(asyncio.get_running_loop(), cast(asyncio.Transport, transport), 0.0, transport.abort)
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


async def test_what_moves_only_in_the_kernel_counts_as_taken() -> None:
    """As on a slow line: the kernel holds so much that for a long time nothing moves here."""
    loop, sending = asyncio.get_running_loop(), socket.socket()
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        sending.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        sending.connect(listener.getsockname())
        reading, _ = await loop.sock_accept(listener)
    transport, _ = await loop.create_connection(asyncio.Protocol, sock=sending)
    with reading:
        transport.write(bytes(8 << 20))
        while (seen := amounts(transport)) != await later(transport):
            pass
        here, everywhere = seen
        while untaken_bytes(transport) >= everywhere:
            await loop.sock_recv(reading, 4096)
            await asyncio.sleep(0)
        assert transport.get_write_buffer_size() == here
        transport.abort()


def amounts(transport: asyncio.Transport) -> tuple[int, int]:
    return transport.get_write_buffer_size(), untaken_bytes(transport)


async def later(transport: asyncio.Transport) -> tuple[int, int]:
    await asyncio.sleep(0.05)
    return amounts(transport)


async def test_a_second_start_gives_no_more_time_and_a_stopped_watch_does_nothing() -> None:
    transport = Transport(1000, 0)
    watch = ProgressWatch(asyncio.get_running_loop(), cast(asyncio.Transport, transport), 0.0, transport.abort)
    watch.start()
    watch.start()
    assert transport.looks == 1
    watch.stop()
    for _ in range(10):
        await asyncio.sleep(0)
    assert not transport.aborted
