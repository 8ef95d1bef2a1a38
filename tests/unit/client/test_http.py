"""Rules of the HTTP half.

HC-001 a call goes to the route's method and path, with the token and the body as JSON
HC-002 the server's refusal comes through with its code and facts
HC-003 an answer of another shape, status or page is the server's misbehaviour
HC-004 no connection is "unreachable"
HC-005 pages are followed to the end
HC-006 a session without a token is the server's misbehaviour
"""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx2
import pytest

from cencomm.client.errors import ServerMisbehaved, ServerRefused, ServerUnreachable
from cencomm.client.http import Api, token_in
from cencomm.ids import CugId
from cencomm.wire.http import CloseCugIn, DeploymentOut, LimitsOut, SessionOut

Answer = Callable[[httpx2.Request], httpx2.Response]
DEPLOYMENT = DeploymentOut(
    deployment_id=bytes(16),
    root_public_key=bytes(32),
    name="Test",
    server_time_ms=1,
    kdf_ops_limit=1,
    kdf_memory_bytes=8192,
    limits=LimitsOut(record_bytes=1, handshake_bytes=1, key_packages=1, subscriptions=1),
    file_bytes=100_000_000,
)


def api(answer: Answer, token: str = "") -> Api:
    return Api("http://server.test/", token, transport=httpx2.MockTransport(answer))


def body(model: DeploymentOut) -> bytes:
    return model.model_dump_json().encode()


class TestApi:
    async def test_a_call_goes_to_the_route_with_token_and_body(self) -> None:
        """HC-001"""
        seen: list[httpx2.Request] = []

        def answer(request: httpx2.Request) -> httpx2.Response:
            seen.append(request)
            return httpx2.Response(200, content=b'{"seq": 3, "server_time_ms": 9}')

        stored = await api(answer, "tok").close_cug(CugId(bytes(16)), CloseCugIn(client_ref=bytes(16), body=b"x"))
        assert stored.seq == 3
        (request,) = seen
        assert request.method == "POST"
        assert request.url.path == f"/v1/cugs/{bytes(16).hex()}/close"
        assert request.headers["Authorization"] == "Bearer tok"
        assert set(json.loads(request.content)) == {"client_ref", "body"}

    async def test_the_servers_refusal_comes_through(self) -> None:
        """HC-002"""
        refusing = api(
            lambda _: httpx2.Response(403, content=b'{"code": "accounts.locked_out", "facts": {"minutes": 5}}')
        )
        with pytest.raises(ServerRefused) as refused:
            await refusing.deployment()
        assert refused.value.server_code == "accounts.locked_out"
        assert refused.value.server_facts == {"minutes": 5}

    @pytest.mark.parametrize("status,content", [(200, b"{}"), (200, b"<html>"), (502, b"<html>"), (302, b"")])
    async def test_another_answer_is_misbehaviour(self, status: int, content: bytes) -> None:
        """HC-003"""
        with pytest.raises(ServerMisbehaved):
            await api(lambda _: httpx2.Response(status, content=content)).deployment()

    async def test_no_connection_is_unreachable(self) -> None:
        """HC-004"""

        def broken(request: httpx2.Request) -> httpx2.Response:
            raise httpx2.ConnectError("no", request=request)

        with pytest.raises(ServerUnreachable):
            await api(broken).deployment()

    async def test_an_answer_is_read(self) -> None:
        found = await api(lambda _: httpx2.Response(200, content=body(DEPLOYMENT))).deployment()
        assert found == DEPLOYMENT

    async def test_pages_are_followed_to_the_end(self) -> None:
        """HC-005"""

        def answer(request: httpx2.Request) -> httpx2.Response:
            after = request.url.params.get("after", "")
            name = {"": "KE", "1": "FR"}[after]
            entry = {"account": name, "kind": "ncp", "display_name": name, "certified": True}
            return httpx2.Response(200, json={"entries": [entry], "next": None if after else "1"})

        assert [entry.account for entry in await api(answer).directory()] == ["KE", "FR"]


def test_hc_006_session_without_a_token_is_misbehaviour() -> None:
    session = SessionOut(account="KE/otieno", kind="officer", expires_at_ms=1)
    with pytest.raises(ServerMisbehaved):
        token_in(session)
    assert token_in(session.model_copy(update={"token": "abc"})) == "abc"
