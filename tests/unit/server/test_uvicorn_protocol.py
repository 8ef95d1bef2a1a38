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

LetIn = Callable[[WebSocketProtocol], Awaitable[None]]


@asynccontextmanager
async def serving(application: Application, let_in: LetIn | None = None) -> AsyncIterator[str]:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        if let_in is not None:
            await let_in(scope["extensions"][SCOPE_KEY])
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
        assert protocol.write_frames([binary_frame(bytes([number])) for number in range(200)])
        await receive()

    async with serving(application) as address, connect(address, compression=None) as client:
        assert [await client.recv() for _ in range(200)] == [bytes([number]) for number in range(200)]


async def test_many_messages_at_once_are_received_in_order() -> None:
    received: list[bytes] = []

    async def application(protocol: WebSocketProtocol, receive: Callable[[], Awaitable[Any]]) -> None:
        while (message := await receive())["type"] == "websocket.receive":
            received.append(message["bytes"])
            if len(received) == 500:
                protocol.write_frames([binary_frame(b"done")])

    sent = [number.to_bytes(4, "big") for number in range(500)]
    async with serving(application) as address, connect(address, compression=None) as client:
        for data in sent:
            await client.send(data)
        assert await asyncio.wait_for(client.recv(), 10) == b"done"
    assert received == sent


class Reading:
    """An application that takes messages as they come, or later where it says so, and ends with the connection."""

    def __init__(self, *, takes: bool = True) -> None:
        self.takes = takes
        self.at_once: list[bytes] = []
        self.later: list[Any] = []
        self.ended = asyncio.Event()

    async def __call__(self, protocol: WebSocketProtocol, receive: Callable[[], Awaitable[Any]]) -> None:
        protocol.on_message = self.take
        protocol.read_ahead()
        protocol.write_frames([binary_frame(b"go")])
        while (message := await receive())["type"] == "websocket.receive":
            self.later.append(message.get("bytes") or message.get("text"))
        self.ended.set()

    def take(self, message: bytes) -> bool:
        if self.takes:
            self.at_once.append(message)
        return self.takes


def masked(frame: Frame) -> bytes:
    return frame.serialize(mask=True)


def binary(payload: bytes) -> bytes:
    return masked(Frame(Opcode.BINARY, payload))


@asynccontextmanager
async def raw(
    address: str, early: bytes = b"", asked: asyncio.Event | None = None
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A socket that was upgraded and heard the application's first frame."""
    port = int(address.split(":")[2].strip("/"))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    if asked is not None:
        await asked.wait()  # uvicorn drops what comes in one piece with the request
        writer.write(early)
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    assert await reader.readexactly(4) == binary_frame(b"go")
    yield reader, writer
    writer.close()


class TestReadingAhead:
    @pytest.mark.parametrize("takes", [True, False])
    async def test_messages_come_whole_and_in_order_however_they_were_cut(self, takes: bool) -> None:
        sent = [bytes([size % 251]) * size for size in (1, 125, 126, 40_000, 0, 70_000, 5)]
        stream = b"".join(map(binary, sent))
        reading = Reading(takes=takes)
        async with serving(reading) as address, raw(address) as (_, writer):
            for at in [*range(300), *range(300, len(stream), 9_000)]:
                writer.write(stream[at : at + (1 if at < 300 else 9_000)])
                await writer.drain()
                await asyncio.sleep(0)
            writer.write_eof()
            await asyncio.wait_for(reading.ended.wait(), 10)
        got = reading.at_once if takes else reading.later
        assert [message or b"" for message in got] == sent
        assert not (reading.later if takes else reading.at_once)

    async def test_what_waits_is_not_overtaken(self) -> None:
        reading = Reading(takes=False)
        sent = [bytes([number]) for number in range(100)]
        async with serving(reading) as address, raw(address) as (_, writer):
            writer.write(b"".join(map(binary, sent[:50])))
            while len(reading.later) < 50:
                await asyncio.sleep(0)
            reading.takes = True
            writer.write(b"".join(map(binary, sent[50:])))
            writer.write_eof()
            await asyncio.wait_for(reading.ended.wait(), 10)
        assert reading.later + reading.at_once == sent

    async def test_fragments_text_and_pings_are_the_librarys(self) -> None:
        reading = Reading()
        async with serving(reading) as address, raw(address) as (reader, writer):
            writer.write(
                binary(b"first")
                + masked(Frame(Opcode.BINARY, b"one ", fin=False))
                + masked(Frame(Opcode.PING, b"there?"))
            )
            writer.write(masked(Frame(Opcode.CONT, b"two")) + masked(Frame(Opcode.TEXT, b"text")))
            assert await reader.readexactly(8) == b"\x8a\x06there?"
            while len(reading.later) < 2:
                await asyncio.sleep(0)
            writer.write(binary(b"plain"))
            writer.write_eof()
            await asyncio.wait_for(reading.ended.wait(), 10)
        assert reading.later == [b"one two", "text"]
        assert reading.at_once == [b"first", b"plain"]

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            (b"\x82\x03abc", 1002),
            (b"\xc2" + binary(b"reserved")[1:], 1002),
            (masked(Frame(Opcode.BINARY, b"half", fin=False)) + binary(b"another"), 1002),
            (b"\x82\xff" + (2**40).to_bytes(8, "big") + b"mask", 1009),
        ],
        ids=["unmasked", "reserved bit", "new message within another", "too long"],
    )
    async def test_a_frame_that_is_not_in_order_ends_the_connection(self, wrong: bytes, code: int) -> None:
        reading = Reading()
        async with serving(reading) as address, raw(address) as (reader, writer):
            writer.write(binary(b"good") + wrong + binary(b"never"))
            answer = await asyncio.wait_for(reader.read(), 10)
            await asyncio.wait_for(reading.ended.wait(), 10)
        assert answer[0] == 0x88
        assert int.from_bytes(answer[2:4], "big") == code
        assert reading.at_once == [b"good"]
        assert not reading.later

    async def test_nothing_counts_after_a_close(self) -> None:
        reading = Reading()
        async with serving(reading) as address, raw(address) as (reader, writer):
            writer.write(masked(Frame(Opcode.CLOSE, b"\x03\xe8")) + binary(b"never"))
            assert await asyncio.wait_for(reader.read(), 10) == b"\x88\x02\x03\xe8"
            await asyncio.wait_for(reading.ended.wait(), 10)
        assert not reading.at_once + reading.later

    async def test_of_one_who_sends_before_he_was_let_in_the_library_reads_everything(self) -> None:
        reading, asked = Reading(), asyncio.Event()

        async def let_in(protocol: WebSocketProtocol) -> None:
            asked.set()
            while not protocol._came_early:
                await asyncio.sleep(0)

        early = binary(b"early")
        async with serving(reading, let_in) as address, raw(address, early[:7], asked) as (_, writer):
            writer.write(early[7:] + binary(b"late"))
            writer.write_eof()
            await asyncio.wait_for(reading.ended.wait(), 10)
        assert reading.at_once + reading.later == [b"early", b"late"]


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
            protocol.write_frames([frame])
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
            protocol.write_frames([binary_frame(b"x" * WRITE_BUFFER_BYTES)])
        protocol.abort()
        await resumed.wait()
        assert not protocol.write_frames([binary_frame(b"late")])

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
            protocol.write_frames([binary_frame(b"x" * WRITE_BUFFER_BYTES)])

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
        protocol.write_frames([binary_frame(b"done")])

    async with serving(application) as address, connect(address, compression=None) as client:
        client.transport.write(Frame(Opcode.BINARY, b"").serialize(mask=True) * count)
        assert await client.recv() == b"done"
    assert UNREAD_MESSAGES <= max(parsed) <= UNREAD_MESSAGES + SLICE_BYTES // 6 + 1
