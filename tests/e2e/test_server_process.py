"""A real server process on both databases: starts, dies by `kill -9`, comes back on the same data, ends gracefully."""

from __future__ import annotations

from collections.abc import Callable

import httpx2
import pytest

from cencomm.accounts import tokens
from cencomm.wire.http import EnrolIn, KdfParameters
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
