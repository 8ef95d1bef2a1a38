"""Tokens, cookies, origins and headers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.requests import HTTPConnection
from starlette.types import Message

from cencomm.accounts.errors import NoDevice, NotAllowed, NotSignedIn
from cencomm.server.errors import OriginRefused, TooManyRequests
from cencomm.server.limits import RateLimits
from cencomm.server.security import (
    SecurityHeaders,
    address_of,
    asks_for_cookie,
    authenticate,
    authenticate_device,
    check_origin,
    token_of,
)
from cencomm.settings import Settings
from cencomm.wire.encoding import Malformed
from cencomm.wire.http import SESSION_COOKIE
from tests.accounts_world import World

ORIGIN = "https://cencomm.example"


def connection(method: str = "GET", **headers: str) -> HTTPConnection:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return HTTPConnection({"type": "http", "method": method, "headers": raw, "client": ("192.0.2.7", 5)})


@pytest.mark.parametrize(
    ("given", "token"),
    [
        ("Bearer abc", "abc"),
        ("bearer  abc ", "abc"),
        ("Bearer ", None),
        ("Bearer", None),
        ("Basic abc", None),
        ("abc", None),
        ("", None),
    ],
)
def test_token_is_a_bearer_token(given: str, token: str | None) -> None:
    assert token_of(connection(authorization=given), ORIGIN) == token


COOKIE = f"{SESSION_COOKIE}=abc"
OWN_PAGE = {"origin": ORIGIN, "cencomm_session": "cookie", "cookie": COOKIE}
READS = {"sec_fetch_site": "same-origin", "cencomm_session": "cookie", "cookie": COOKIE}


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_cookie_counts_with_origin_and_header(method: str) -> None:
    assert token_of(connection(method, **OWN_PAGE), ORIGIN) == "abc"


def test_cookie_of_a_reading_request_counts_without_origin_where_the_browser_says_same_origin() -> None:
    assert token_of(connection("GET", **READS), ORIGIN) == "abc"


@pytest.mark.parametrize(
    ("method", "changes"),
    [
        ("GET", {"origin": None}),
        ("POST", {"origin": None}),
        ("POST", {"origin": None, "sec_fetch_site": "same-origin"}),
        ("GET", {"origin": None, "sec_fetch_site": "same-site"}),
        ("GET", {"origin": None, "sec_fetch_site": "none"}),
        ("POST", {"origin": "null"}),
        ("POST", {"origin": "https://evil.example"}),
        ("POST", {"origin": "https://evil.example", "sec_fetch_site": "same-origin"}),
        ("GET", {"cencomm_session": None}),
        ("POST", {"cencomm_session": None}),
        ("POST", {"cencomm_session": "yes"}),
    ],
)
def test_cookie_without_what_only_the_own_page_sends_is_refused(method: str, changes: dict[str, str | None]) -> None:
    given = {name: value for name, value in {**OWN_PAGE, **changes}.items() if value is not None}
    with pytest.raises(OriginRefused):
        token_of(connection(method, **given), ORIGIN)


def socket(**headers: str) -> HTTPConnection:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    return HTTPConnection({"type": "websocket", "headers": raw, "subprotocols": ["cencomm.v1"]})


def test_cookie_of_a_websocket_counts_with_the_own_origin_alone() -> None:
    assert token_of(socket(origin=ORIGIN, cookie=COOKIE), ORIGIN) == "abc"


@pytest.mark.parametrize("headers", [{}, {"origin": "https://evil.example"}, {"sec-fetch-site": "same-origin"}])
def test_cookie_of_a_websocket_without_the_own_origin_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(OriginRefused):
        token_of(socket(cookie=COOKIE, **headers), ORIGIN)


@pytest.mark.parametrize("authorization", ["Bearer abc", "Bearer xyz", "Basic abc", ""])
def test_cookie_beside_an_authorization_is_refused(authorization: str) -> None:
    with pytest.raises(Malformed):
        token_of(connection("POST", **OWN_PAGE, authorization=authorization), ORIGIN)


def test_no_subprotocol_names_a_token() -> None:
    scope = {"type": "websocket", "headers": [], "subprotocols": ["cencomm.v1", "cencomm.token.abc"]}
    assert token_of(HTTPConnection(scope), ORIGIN) is None


def test_an_empty_cookie_is_no_token() -> None:
    assert token_of(connection(**{**OWN_PAGE, "cookie": f"{SESSION_COOKIE}="}), ORIGIN) is None


def test_who_signs_in_gets_a_cookie_only_on_the_own_page_and_only_if_asked_for() -> None:
    assert not asks_for_cookie(connection("POST", origin=ORIGIN), ORIGIN)
    assert asks_for_cookie(connection("POST", origin=ORIGIN, cencomm_session="cookie"), ORIGIN)
    for foreign in ({}, {"origin": "https://evil.example"}):
        with pytest.raises(OriginRefused):
            asks_for_cookie(connection("POST", cencomm_session="cookie", **foreign), ORIGIN)


def test_address_is_the_peers() -> None:
    assert address_of(connection(x_forwarded_for="203.0.113.1")) == "192.0.2.7"
    assert address_of(HTTPConnection({"type": "http", "headers": []})) == "unknown"


@pytest.mark.parametrize("origin", [None, ORIGIN, "HTTPS://CENCOMM.EXAMPLE"])
def test_own_origin_and_none_pass(origin: str | None) -> None:
    check_origin(connection(**({} if origin is None else {"origin": origin})), ORIGIN)


@pytest.mark.parametrize(
    "origin", ["null", "", "http://cencomm.example", "https://cencomm.example.evil", "https://cencomm.example:8443"]
)
def test_other_origins_are_refused(origin: str) -> None:
    with pytest.raises(OriginRefused):
        check_origin(connection(origin=origin), ORIGIN)


class FakeServices:
    """Only what `authenticate` asks of the services."""

    def __init__(self, world: World) -> None:
        self.new_unit_of_work = world.new_uow
        self.now_ms = lambda: world.now_ms
        self.rates = RateLimits(1, lambda: 0.0)
        self.foundation = FakeFoundation()


class FakeFoundation:
    settings = Settings(Path(), "sqlite://", public_url=ORIGIN)


class TestAuthenticate:
    async def test_no_token_is_no_session_and_no_device(self, world: World) -> None:
        services: Any = FakeServices(world)
        assert await authenticate(connection(), services) is None
        with pytest.raises(NotSignedIn):
            await authenticate_device(connection(), services)

    async def test_unknown_token_is_refused(self, world: World) -> None:
        services: Any = FakeServices(world)
        with pytest.raises(NotSignedIn):
            await authenticate(connection(authorization="Bearer nonsense"), services)

    async def test_websocket_needs_an_officer_and_a_device(self, world: World) -> None:
        services: Any = FakeServices(world)
        ncp = await world.ncp(await world.secretariat(), "KE")
        officer = await world.officer(ncp, "KE/otieno")
        given = connection(authorization=f"Bearer {officer.token}")
        with pytest.raises(NoDevice):
            await authenticate_device(given, services)
        bound = await world.device(officer)
        assert await authenticate_device(given, services) == bound
        other = await world.signed_in_again("KE")
        with pytest.raises(NotAllowed):
            await authenticate_device(connection(authorization=f"Bearer {other.token}"), services)

    async def test_sockets_are_opened_only_so_often(self, world: World) -> None:
        services: Any = FakeServices(world)
        for _ in range(4):
            with pytest.raises(NotSignedIn):
                await authenticate_device(connection(), services)
        with pytest.raises(TooManyRequests):
            await authenticate_device(connection(), services)


class TestSecurityHeaders:
    async def started(self, *, behind_tls: bool, origin: str | None = None) -> dict[str, str]:
        async def app(_scope: object, _receive: object, send: Any) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body"})

        said: list[Message] = []

        async def send(message: Message) -> None:
            said.append(message)

        async def receive() -> Message:
            return {"type": "http.request"}

        headers = [] if origin is None else [(b"origin", origin.encode())]
        wrapped = SecurityHeaders(app, origin=ORIGIN, behind_tls=behind_tls)
        await wrapped({"type": "http", "headers": headers, "method": "GET", "path": "/"}, receive, send)
        start = said[0]
        return {"status": str(start["status"])} | {name.decode(): value.decode() for name, value in start["headers"]}

    async def test_strict_transport_only_behind_tls(self) -> None:
        assert "strict-transport-security" in await self.started(behind_tls=True)
        assert "strict-transport-security" not in await self.started(behind_tls=False)

    async def test_refused_origin_has_the_headers_too(self) -> None:
        headers = await self.started(behind_tls=False, origin="https://evil.example")
        assert headers["status"] == "403"
        assert headers["x-frame-options"] == "DENY"
