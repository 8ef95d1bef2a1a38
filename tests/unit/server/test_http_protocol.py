"""The patience of the HTTP protocol in a real uvicorn; what hostile peers make of it is in tests/e2e."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn

from cencomm.server.http_protocol import HttpProtocol

ASKED = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@asynccontextmanager
async def serving() -> AsyncIterator[int]:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    config = uvicorn.Config(app, port=0, http=HttpProtocol, lifespan="off", log_level="error", timeout_keep_alive=3600)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await asyncio.wait_for(task, 10)


async def asked(port: int, *sent: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for data in sent:
        writer.write(data)
        await writer.drain()
    return reader, writer


@pytest.mark.parametrize("sent", [b"", ASKED[:10]])
async def test_a_head_that_does_not_come_ends_the_connection(sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HttpProtocol, "head_seconds", 0.05)
    async with serving() as port:
        reader, writer = await asked(port, sent)
        assert await reader.read() == b""
        writer.close()


async def test_the_next_head_must_come_whole_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving() as port:
        reader, writer = await asked(port, ASKED)
        assert await reader.readuntil(b"\r\n\r\n")
        monkeypatch.setattr(HttpProtocol, "head_seconds", 0.05)
        writer.write(ASKED[:10])
        assert await reader.read() == b""
        writer.close()


async def test_an_answered_connection_is_kept_without_a_deadline_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """uvicorn's keep-alive timer ends it; the deadline for a head counts from the first byte of the next request."""
    made: list[HttpProtocol] = []
    connection_made = HttpProtocol.connection_made

    def keep(protocol: HttpProtocol, transport: asyncio.Transport) -> None:
        made.append(protocol)
        connection_made(protocol, transport)

    monkeypatch.setattr(HttpProtocol, "connection_made", keep)
    async with serving() as port:
        reader, writer = await asked(port)
        while not made:
            await asyncio.sleep(0.001)
        assert made[0].waits_for_head
        for _ in range(2):
            writer.write(ASKED)
            assert await reader.readuntil(b"\r\n\r\n")
            assert not made[0].waits_for_head
        writer.close()
