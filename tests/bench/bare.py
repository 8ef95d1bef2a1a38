"""The reference for fan-out: `websockets.broadcast()` on uvloop, which stores nothing and checks nothing.

python -m tests.bench.bare       prints its address; serves until its input ends. Who connects to /g/N is in group N.
"""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from contextlib import suppress

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosedError

groups: defaultdict[str, set[ServerConnection]] = defaultdict(set)


async def member(socket: ServerConnection) -> None:
    assert socket.request is not None
    among = groups[socket.request.path]
    among.add(socket)
    try:
        with suppress(ConnectionClosedError):  # the generator does not say goodbye
            async for message in socket:
                broadcast(among, message)
    finally:
        among.discard(socket)


async def main() -> None:
    async with serve(member, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        print(f"http://127.0.0.1:{port}", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)


if __name__ == "__main__":
    uvloop.run(main())
