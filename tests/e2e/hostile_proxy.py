"""A hostile server, as far as a client can tell: a proxy before a real one that alters answers and frames on the way.

    client  <──>  HostileProxy(alter …)  <──>  the real server

Altering what really comes from a server is stronger than imitating one: everything that is not altered is right.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import httpx2
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from cencomm.wire.frames import (
    MAX_FRAME_BYTES,
    SESSION_PATH,
    SUBPROTOCOL,
    ClientFrame,
    ServerFrame,
    decode_client_frame,
    decode_server_frame,
    encode_frame,
)

AlterAnswer = Callable[[str, str, Any], Any]
"""(method, path, JSON of the answer) -> the JSON that the client gets."""
AlterServerFrame = Callable[[ServerFrame], Iterable[ServerFrame]]
AlterClientFrame = Callable[[ClientFrame], Iterable[ClientFrame]]

_DROPPED_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})


class HostileProxy:
    """Honest until one of the three `alter_…` is set; they can be changed at any time."""

    def __init__(self, upstream_url: str) -> None:
        self._upstream = upstream_url.rstrip("/")
        self.alter_answer: AlterAnswer = lambda _method, _path, answer: answer
        self.alter_server_frame: AlterServerFrame = lambda frame: [frame]
        self.alter_client_frame: AlterClientFrame = lambda frame: [frame]
        self._sockets: set[WebSocket] = set()
        self._client: httpx2.AsyncClient
        self.url = ""

    async def drop_connections(self) -> None:
        """Break every live session; the clients connect again."""
        for websocket in list(self._sockets):
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await websocket.close(1012)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[HostileProxy]:
        listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        app = Starlette(
            routes=[
                WebSocketRoute(SESSION_PATH, self._session),
                Route("/{path:path}", self._http, methods=["GET", "POST", "PUT", "DELETE"]),
            ]
        )
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", ws_max_size=MAX_FRAME_BYTES))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            while not server.started:
                await asyncio.sleep(0.01)
            # One for all requests: each would read the certificate authorities anew.
            async with httpx2.AsyncClient(trust_env=False, verify=False) as self._client:
                yield self
        finally:
            server.should_exit = True
            server.force_exit = True
            await task
            listener.close()

    async def _http(self, request: Request) -> Response:
        headers = {key: value for key, value in request.headers.items() if key not in _DROPPED_HEADERS}
        if "origin" in headers:
            headers["origin"] = self._upstream  # a browser's page comes from the proxy, which stands for the server
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        answer = await self._client.request(
            request.method, self._upstream + path, headers=headers, content=await request.body()
        )
        body = answer.content
        if answer.is_success and answer.headers.get("content-type", "").startswith("application/json"):
            body = json.dumps(self.alter_answer(request.method, request.url.path, answer.json())).encode()
        kept = {
            key: value for key, value in answer.headers.items() if key not in {*_DROPPED_HEADERS, "content-encoding"}
        }
        return Response(body, answer.status_code, kept)

    async def _session(self, websocket: WebSocket) -> None:
        address = self._upstream.replace("http", "ws", 1) + SESSION_PATH
        given = websocket.headers
        headers = {name: given[name] for name in ("authorization", "cookie") if name in given}
        async with connect(
            address,
            origin=Origin(self._upstream) if "origin" in given else None,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            additional_headers=headers,
            max_size=MAX_FRAME_BYTES,
            compression=None,
            proxy=None,
        ) as upstream:
            await websocket.accept(subprotocol=SUBPROTOCOL)
            self._sockets.add(websocket)
            tasks = [
                asyncio.create_task(self._to_client(upstream, websocket)),
                asyncio.create_task(self._to_server(websocket, upstream)),
            ]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                self._sockets.discard(websocket)
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await websocket.close(1012)

    async def _to_client(self, upstream: ClientConnection, websocket: WebSocket) -> None:
        with contextlib.suppress(ConnectionClosed, WebSocketDisconnect, RuntimeError):
            async for data in upstream:
                assert isinstance(data, bytes)
                for frame in self.alter_server_frame(decode_server_frame(data)):
                    await websocket.send_bytes(encode_frame(frame))

    async def _to_server(self, websocket: WebSocket, upstream: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed, WebSocketDisconnect, RuntimeError):
            while True:
                data = await websocket.receive_bytes()
                for frame in self.alter_client_frame(decode_client_frame(data)):
                    await upstream.send(encode_frame(frame))
