"""Rules of the session.

SE-001 the handler's frames go out first, on every connection
SE-002 what has come is handed over in order
SE-003 a broken connection is taken up again, and the handler is told
SE-004 what was queued for a broken connection is not sent on the next
SE-005 a refused token is renewed
SE-006 nonsense from the server ends the session with that error
SE-007 waiting times double up to a bound
SE-008 a connection that lasted makes the next attempt a first one, however it ended; one that did not makes it a later
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from cencomm.client import session as session_module
from cencomm.client.errors import ServerMisbehaved, ServerRefused, ServerUnreachable
from cencomm.client.session import Session, backoff_seconds, socket_address
from cencomm.wire.frames import (
    SUBPROTOCOL,
    ClientFrame,
    Ping,
    Pong,
    ServerFrame,
    decode_client_frame,
    encode_frame,
)

Behave = Callable[[ServerConnection], Awaitable[None]]


class Recorder:
    def __init__(self) -> None:
        self.received: list[ServerFrame] = []
        self.disconnections = 0
        self.came = asyncio.Event()

    def resume(self) -> Sequence[ClientFrame]:
        return [Ping(token=1)]

    async def receive(self, frames: Sequence[ServerFrame]) -> None:
        self.received += frames
        self.came.set()

    def disconnected(self) -> None:
        self.disconnections += 1


class FakeTokens:
    def __init__(self) -> None:
        self.renewals = 0

    def token(self) -> str:
        return f"t{self.renewals}"

    async def renew(self) -> None:
        self.renewals += 1


async def no_sleep(_: float) -> None:
    await asyncio.sleep(0.001)


@asynccontextmanager
async def running(behave: Behave, *, good_token: str = "t0") -> AsyncIterator[tuple[Session, Recorder, FakeTokens]]:
    def check(connection: ServerConnection, request: Request) -> Response | None:
        if request.headers["Authorization"] != f"Bearer {good_token}":
            return connection.respond(HTTPStatus.UNAUTHORIZED, "")
        return None

    async with serve(behave, "127.0.0.1", 0, subprotocols=[Subprotocol(SUBPROTOCOL)], process_request=check) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        recorder, tokens = Recorder(), FakeTokens()
        session = Session(f"http://127.0.0.1:{port}", tokens, recorder, sleep=no_sleep)
        try:
            yield session, recorder, tokens
        finally:
            await session.stop()


class TestSession:
    async def test_the_handlers_frames_go_first_and_answers_come_in_order(self) -> None:
        """SE-001, SE-002"""
        heard: list[ClientFrame] = []

        async def behave(socket: ServerConnection) -> None:
            async for message in socket:
                assert isinstance(message, bytes)
                heard.append(decode_client_frame(message))
                await socket.send(encode_frame(Pong(token=len(heard))))

        async with running(behave) as (session, recorder, _):
            session.start()
            await session.wait_connected(5)
            session.send(Ping(token=2))
            while len(recorder.received) < 2:
                await asyncio.sleep(0.005)
            assert heard == [Ping(token=1), Ping(token=2)]
            assert recorder.received == [Pong(token=1), Pong(token=2)]

    async def test_a_broken_connection_is_taken_up_again(self) -> None:
        """SE-003, SE-004"""
        heard: list[ClientFrame] = []
        connections = 0

        async def behave(socket: ServerConnection) -> None:
            nonlocal connections
            connections += 1
            message = await socket.recv()
            assert isinstance(message, bytes)
            heard.append(decode_client_frame(message))
            if connections < 3:
                return
            await socket.wait_closed()

        async with running(behave) as (session, recorder, _):
            session.send(Ping(token=9))
            session.start()
            while connections < 3:
                await asyncio.sleep(0.005)
            while len(heard) < 3:
                await asyncio.sleep(0.005)
            assert recorder.disconnections == 2
            assert heard == [Ping(token=1)] * 3

    @pytest.mark.parametrize(("lasted_s", "longest"), [(60.0, [0.2] * 4), (0.0, [0.2, 0.4, 0.8, 1.6])])
    async def test_a_connection_that_lasted_makes_the_next_attempt_a_first_one(
        self, lasted_s: float, longest: list[float], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """SE-008"""
        waited: list[float] = []
        times = itertools.count(0.0, lasted_s)
        monkeypatch.setattr(
            session_module, "backoff_seconds", lambda number: backoff_seconds(number, lambda _, high: high)
        )

        async def sleep(seconds: float) -> None:
            waited.append(seconds)
            await asyncio.sleep(0)

        async def behave(socket: ServerConnection) -> None:
            await socket.recv()
            socket.transport.abort()

        async with running(behave) as (session, _, _):
            session._sleep, session._steady_s = sleep, lambda: next(times)
            session.start()
            while len(waited) < len(longest):
                await asyncio.sleep(0.005)
            assert waited[: len(longest)] == longest

    async def test_a_refused_token_is_renewed(self) -> None:
        """SE-005"""

        async def behave(socket: ServerConnection) -> None:
            await socket.wait_closed()

        async with running(behave, good_token="t1") as (session, _, tokens):
            session.start()
            await session.wait_connected(5)
            assert tokens.renewals == 1

    async def test_an_account_that_is_refused_ends_the_session(self) -> None:
        """SE-005"""

        async def behave(socket: ServerConnection) -> None:
            await socket.wait_closed()

        class Refused(FakeTokens):
            async def renew(self) -> None:
                raise ServerRefused("accounts.device_revoked")

        async with running(behave, good_token="t1") as (session, recorder, _):
            session._tokens = Refused()
            session.start()
            with pytest.raises(ServerRefused):
                await session.wait_connected(5)
            assert recorder.disconnections == 0

    @pytest.mark.parametrize("nonsense", ["text", b"\xc1"])
    async def test_nonsense_ends_the_session(self, nonsense: str | bytes) -> None:
        """SE-006"""

        async def behave(socket: ServerConnection) -> None:
            await socket.send(nonsense)
            await socket.wait_closed()

        async with running(behave) as (session, recorder, _):
            session.start()
            while session.failure is None:
                await asyncio.sleep(0.005)
            assert isinstance(session.failure, ServerMisbehaved)
            assert recorder.received == []
            with pytest.raises(ServerMisbehaved):
                await session.wait_connected(1)

    async def test_nobody_there_is_unreachable(self) -> None:
        session = Session("http://127.0.0.1:9", FakeTokens(), Recorder(), sleep=no_sleep)
        session.start()
        with pytest.raises(ServerUnreachable):
            await session.wait_connected(0.05)
        await session.stop()


class TestWaiting:
    def test_waiting_times_double_up_to_a_bound(self) -> None:
        """SE-007"""
        longest = [backoff_seconds(attempt, lambda low, high: high) for attempt in range(12)]
        assert longest[:3] == [0.2, 0.4, 0.8]
        assert longest[-1] == 5.0

    def test_the_socket_stands_beside_the_http_address(self) -> None:
        assert socket_address("https://x.test/base/") == "wss://x.test/base/v1/session"
        assert socket_address("http://x.test:8000") == "ws://x.test:8000/v1/session"
