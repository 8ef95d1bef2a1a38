"""A real server process on both databases: starts, dies by `kill -9`, comes back on the same data, ends gracefully."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from cencomm.accounts import tokens
from cencomm.server.clock import wall_clock_ms
from cencomm.wire.frames import SESSION_PATH, SUBPROTOCOL, Ready, decode_server_frame
from cencomm.wire.http import EnrolIn, KdfParameters
from tests.accounts_world import new_world
from tests.servers import RunningServer, ServerDidNotStart

NewServer = Callable[..., RunningServer]


async def begun(new_server: NewServer) -> tuple[RunningServer, str]:
    """A running server and its first invitation's code."""
    server = new_server()
    invited = await server.initialise(deployment_id=b"d" * 16, root_public_key=b"r" * 32)
    await server.start_async()
    return server, invited.invitation_code


def enrol(server: RunningServer, code: str) -> str:
    body = EnrolIn(
        account="secretariat",
        invitation_code=code,
        kdf=KdfParameters(salt=b"s" * 16, ops_limit=tokens.KDF_OPS_LIMIT, memory_bytes=tokens.KDF_MEMORY_BYTES),
        authentication_key=b"k" * 32,
        wraps=b"wraps",
    )
    answer = httpx2.post(f"{server.url}/v1/enrolments", content=body.model_dump_json(), trust_env=False)
    assert answer.status_code == 201, answer.text
    token: str = answer.json()["token"]
    return token


def session(server: RunningServer, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx2.get(f"{server.url}/v1/session", headers=headers, trust_env=False).status_code


async def test_what_was_answered_is_there_after_kill_9(new_server: NewServer) -> None:
    server, code = await begun(new_server)
    token = enrol(server, code)
    for _ in range(2):
        server.kill()
        server.restart()
        assert session(server, token) == 200


async def test_ends_gracefully_when_told_to(new_server: NewServer) -> None:
    server, code = await begun(new_server)
    enrol(server, code)
    assert server.stop() == 0
    assert code not in server.log()


async def test_server_without_a_deployment_does_not_start(new_server: NewServer) -> None:
    with pytest.raises(ServerDidNotStart, match=r"server\.not_initialised"):
        await new_server().start_async()


async def test_open_sockets_do_not_hold_up_the_end(new_server: NewServer) -> None:
    server = new_server()
    server.data_dir.mkdir()
    async with new_world(server.database_url) as world:
        world.now_ms = wall_clock_ms()
        officer = await world.officer(await world.ncp(await world.secretariat(), "KE"), "KE/otieno")
        await world.device(officer)
    await server.start_async()
    address = f"ws://127.0.0.1:{server.port}{SESSION_PATH}"
    headers = {"Authorization": f"Bearer {officer.token}"}
    async with connect(address, subprotocols=[Subprotocol(SUBPROTOCOL)], additional_headers=headers) as socket:
        ready = decode_server_frame(await socket.recv(decode=False))
        assert isinstance(ready, Ready)
        assert ready.device_id == "KE/otieno/laptop"
        assert await asyncio.to_thread(server.stop) == 0
        with pytest.raises(ConnectionClosed):
            await socket.recv()


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
async def test_socket_of_a_foreign_page_is_refused(new_server: NewServer, origin: str) -> None:
    server, _ = await begun(new_server)
    address = f"ws://127.0.0.1:{server.port}{SESSION_PATH}"
    with pytest.raises(InvalidStatus) as refused:
        await connect(address, additional_headers={"Origin": origin})
    assert refused.value.response.status_code == 403


async def test_who_had_connected_before_it_was_told_to_end_is_answered(new_server: NewServer) -> None:
    server, _ = await begun(new_server)
    assert server.process is not None
    silent, to_silent = await asyncio.open_connection("127.0.0.1", server.port)
    server.process.terminate()
    while await _accepts(server):
        await asyncio.sleep(0.01)
    # A balancer had chosen this process; its request is still on its way.
    to_silent.write(f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode())
    assert b" 200 " in await silent.readline()
    assert await asyncio.to_thread(server.stop) == 0
    to_silent.close()


async def _accepts(server: RunningServer) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    except ConnectionRefusedError:
        return False
    writer.close()
    return True
