"""A TCP proxy that a test rules: balances over targets, cuts, delays, half-closes and refuses connections.

    async with TcpProxy([("127.0.0.1", port), …]) as proxy:      listens on proxy.port
        proxy.cut()               every connection is reset, in the middle of whatever
        proxy.cut_short("client") of what comes next towards the clients (or "target") each gets a part, then the end
        proxy.half_close()        the client's side hears the end, while the target may still be written to
        proxy.delay = 0.5         seconds that every piece of data lies here before it goes on
        proxy.hold()              nothing moves any more, no connection ends: a dead line; `release` lets it go on
        proxy.refuses = True      new connections are reset

With `tls` its clients speak TLS with it, and it speaks plainly with the target, as a TLS proxy does.
A target that refuses is passed over, as balancers do. It knows nothing of what flows through it.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
import ssl
import struct
from collections.abc import Sequence
from random import Random
from typing import Literal, Self

PIECE_BYTES = 64 * 1024
Address = tuple[str, int]
Side = Literal["client", "target"]


class TcpProxy:
    def __init__(self, targets: Sequence[Address], *, tls: ssl.SSLContext | None = None) -> None:
        self.targets = list(targets)
        self._tls = tls
        self.delay = 0.0
        self.refuses = False
        self.accepted = 0
        self.unserved = 0
        """Connections for which no target answered."""
        self.port = 0
        self._turn = itertools.count()
        self._moving = asyncio.Event()
        self._moving.set()
        self._pairs: set[_Pair] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @property
    def open_connections(self) -> int:
        return len(self._pairs)

    def cut(self) -> None:
        for pair in list(self._pairs):
            pair.reset()

    def cut_short(self, towards: Side, random: Random) -> None:
        """Every connection ends within the next piece of data that way: a frame of which the rest never comes."""
        for pair in list(self._pairs):
            pair.cuts[towards] = random.random()

    def half_close(self) -> None:
        for pair in list(self._pairs):
            pair.end_towards_client()

    def hold(self) -> None:
        self._moving.clear()

    def release(self) -> None:
        self._moving.set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        if self.refuses:
            _reset(writer)
            return
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        upstream = await self._connect()
        if upstream is None:
            self.unserved += 1
            _reset(writer)
            return
        pair = _Pair(writer, upstream[1])
        self._pairs.add(pair)
        try:
            await asyncio.gather(
                self._pump(reader, upstream[1], pair, "target"), self._pump(upstream[0], writer, pair, "client")
            )
        except (OSError, asyncio.CancelledError):  # cancelled where the proxy ends
            pair.reset()
        finally:
            self._pairs.discard(pair)
            for side in (writer, upstream[1]):
                side.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        first = next(self._turn)
        for number in range(len(self.targets)):
            host, port = self.targets[(first + number) % len(self.targets)]
            try:
                return await asyncio.open_connection(host, port)
            except OSError:
                continue
        return None

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, pair: _Pair, towards: Side) -> None:
        while data := await source.read(PIECE_BYTES):
            if self.delay:
                await asyncio.sleep(self.delay)
            await self._moving.wait()
            if towards == "client" and pair.client_was_told:
                continue
            if towards in pair.cuts and len(data) > 1:
                sink.write(data[: 1 + int(pair.cuts[towards] * (len(data) - 1))])
                await sink.drain()
                pair.end()
                return
            sink.write(data)
            await sink.drain()
        await self._moving.wait()
        if sink.can_write_eof():
            with contextlib.suppress(OSError):  # the other side has gone as well
                sink.write_eof()


class _Pair:
    """Two connections that belong together."""

    def __init__(self, client: asyncio.StreamWriter, target: asyncio.StreamWriter) -> None:
        self._client = client
        self._target = target
        self.cuts: dict[Side, float] = {}
        """Towards which side the next piece is cut short, and how much of it goes on."""
        self.client_was_told = False
        """That this is the end: nothing can be written to it any more."""

    def end(self) -> None:
        """Both sides hear the end, after what was written so far."""
        self._client.close()
        self._target.close()

    def reset(self) -> None:
        _reset(self._client)
        _reset(self._target)

    def end_towards_client(self) -> None:
        if not self._client.is_closing() and not self.client_was_told:
            self.client_was_told = True
            self._client.write_eof()


def _reset(writer: asyncio.StreamWriter) -> None:
    """RST instead of FIN: what was not delivered yet is lost."""
    held = writer.get_extra_info("socket")
    if held is not None and not writer.is_closing():
        held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
