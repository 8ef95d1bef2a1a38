"""The pinned protocol class in a real uvicorn: several frames in one write, and word of a peer that does not read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from cencomm.server.uvicorn_protocol import (
    SCOPE_KEY,
    SLICE_BYTES,
    UNREAD_MESSAGES,
    WRITE_BUFFER_BYTES,
    WebSocketProtocol,
    binary_frame,
)

NO_PINGS = 3600
"""Seconds: none but those that the test has sent."""
Application = Callable[[WebSocketProtocol, Callable[[], Awaitable[Any]]], Awaitable[None]]


@asynccontextmanager
async def serving(application: Application) -> AsyncIterator[str]:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await application(scope["extensions"][SCOPE_KEY], receive)

    config = uvicorn.Config(
        app, port=0, ws=WebSocketProtocol, lifespan="off", log_level="error", ws_ping_interval=NO_PINGS
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"ws://127.0.0.1:{port}/"
    server.should_exit = True
    await asyncio.wait_for(task, 10)


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65535, 65536, 100_000])
def test_a_frame_is_what_the_library_makes(length: int) -> None:
    payload = b"x" * length
    assert binary_frame(payload) == Frame(Opcode.BINARY, payload).serialize(mask=False)


async def test_frames_of_one_write_arrive_one_by_one() -> None:
    async def application(protocol: WebSocketProtocol, receive: Callable[[], Awaitable[Any]]) -> None:
        assert protocol.write_frames(b"".join(binary_frame(bytes([number])) for number in range(200)))
        await receive()

    async with serving(application) as address, connect(address, compression=None) as client:
        assert [await client.recv() for _ in range(200)] == [bytes([number]) for number in range(200)]


async def test_many_messages_at_once_are_received_in_order() -> None:
    received: list[bytes] = []

    async def application(protocol: WebSocketProtocol, receive: Callable[[], Awaitable[Any]]) -> None:
        while (message := await receive())["type"] == "websocket.receive":
            received.append(message["bytes"])
            if len(received) == 500:
                protocol.write_frames(binary_frame(b"done"))

    sent = [number.to_bytes(4, "big") for number in range(500)]
    async with serving(application) as address, connect(address, compression=None) as client:
        for data in sent:
            await client.send(data)
        assert await asyncio.wait_for(client.recv(), 10) == b"done"
    assert received == sent


async def test_a_peer_that_does_not_read_pauses_and_resumes() -> None:
    told: list[str] = []
    resumed = asyncio.Event()

    def on_resume() -> None:
        told.append("resumed")
        resumed.set()

    async def application(protocol: WebSocketProtocol, receive: Callable[[], Awaitable[Any]]) -> None:
        protocol.on_pause = lambda: told.append("paused")
        protocol.on_resume = on_resume
        frame = binary_frame(b"x" * WRITE_BUFFER_BYTES)
        while not told:
            protocol.write_frames(frame)
        assert protocol.unwritten_bytes > WRITE_BUFFER_BYTES
        await receive()
        await resumed.wait()

    async with serving(application) as address, connect(address, compression=None, max_size=None) as client:
        await client.recv()
        await client.send(b"read on")
        reading = asyncio.create_task(_drain(client))
        await asyncio.wait_for(resumed.wait(), 10)
        reading.cancel()
    assert told[:2] == ["paused", "resumed"]


async def _drain(client: Any) -> None:
    async for _ in client:
        pass


async def test_a_paused_connection_that_is_lost_wakes_who_waits() -> None:
    paused, resumed = asyncio.Event(), asyncio.Event()

    async def application(protocol: WebSocketProtocol, receive: Callable[[], Awaitable[Any]]) -> None:
        protocol.on_pause, protocol.on_resume = paused.set, resumed.set
        while not paused.is_set():
            protocol.write_frames(binary_frame(b"x" * WRITE_BUFFER_BYTES))
        protocol.abort()
        await resumed.wait()
        assert not protocol.write_frames(binary_frame(b"late"))

    async with serving(application) as address:
        client = await connect(address, compression=None, max_size=None)
        await asyncio.wait_for(resumed.wait(), 10)
        await client.close()


async def test_a_peer_whose_pong_stands_behind_a_large_frame_is_kept_and_one_that_is_silent_is_not() -> None:
    """A slow line: the frame comes piece by piece, longer than a pong may take."""
    pinged, heard = asyncio.Event(), asyncio.Event()

    async def application(protocol: WebSocketProtocol, receive: Callable[[], Awaitable[Any]]) -> None:
        protocol.send_keepalive_ping()
        pinged.set()
        await heard.wait()
        while not protocol.has_heard:
            await asyncio.sleep(0.001)
        protocol.keepalive_timeout()
        assert not protocol.close_sent
        protocol.send_keepalive_ping()
        protocol.keepalive_timeout()
        assert protocol.close_sent
        await receive()

    async with serving(application) as address, connect(address, compression=None) as client:
        client.transport.pause_reading()
        await pinged.wait()
        client.transport.write(Frame(Opcode.BINARY, bytes(100)).serialize(mask=True)[:50])
        heard.set()
        client.transport.resume_reading()
        with pytest.raises(ConnectionClosed) as ended:
            await client.recv()
        assert ended.value.rcvd is not None
        assert ended.value.rcvd.code == 1011


async def test_a_peer_that_takes_nothing_does_not_outlive_the_application(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WebSocketProtocol, "gone_seconds", 0.05)
    kept: list[WebSocketProtocol] = []

    async def application(protocol: WebSocketProtocol, _receive: Callable[[], Awaitable[Any]]) -> None:
        kept.append(protocol)
        while protocol.unwritten_bytes <= WRITE_BUFFER_BYTES:
            protocol.write_frames(binary_frame(b"x" * WRITE_BUFFER_BYTES))

    async with serving(application) as address:
        client = await connect(address, compression=None, max_size=None)
        client.transport.pause_reading()
        while not (kept and kept[0].disconnected):
            await asyncio.sleep(0.005)
        client.transport.abort()


async def test_what_nobody_reads_is_not_parsed() -> None:
    """A flood of small messages waits as the bytes that it is."""
    parsed: list[int] = []
    count = 8_000

    async def application(protocol: WebSocketProtocol, receive: Callable[[], Awaitable[Any]]) -> None:
        await receive()
        while protocol.queue.qsize() < UNREAD_MESSAGES:
            await asyncio.sleep(0.001)
        for _ in range(count - 1):
            parsed.append(protocol.queue.qsize())
            await receive()
        protocol.write_frames(binary_frame(b"done"))

    async with serving(application) as address, connect(address, compression=None) as client:
        client.transport.write(Frame(Opcode.BINARY, b"").serialize(mask=True) * count)
        assert await client.recv() == b"done"
    assert UNREAD_MESSAGES <= max(parsed) <= UNREAD_MESSAGES + SLICE_BYTES // 6 + 1
