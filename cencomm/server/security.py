"""Who asks: bearer tokens, devices, origins, and the headers that every answer carries."""

from __future__ import annotations

from typing import Final

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cencomm.accounts import access, sessions
from cencomm.accounts.errors import NoDevice, NotSignedIn
from cencomm.accounts.model import Session
from cencomm.server.context import Services
from cencomm.server.errors import OriginRefused, refusal

SECURITY_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
STRICT_TRANSPORT: Final = ("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
_BEARER = "bearer "
_PROTOCOL_PREFIX = "cencomm.token."
"""A browser can give a WebSocket no header but its subprotocols: one of them names the token. It is never answered."""


def token_of(connection: HTTPConnection) -> str | None:
    """The token that the request carries, if any."""
    given = connection.headers.get("authorization", "")
    if given[: len(_BEARER)].lower() == _BEARER:
        return given[len(_BEARER) :].strip() or None
    offered: list[str] = connection.scope.get("subprotocols", [])
    tokens = [name.removeprefix(_PROTOCOL_PREFIX) for name in offered if name.startswith(_PROTOCOL_PREFIX)]
    return tokens[0] or None if len(tokens) == 1 else None


def address_of(connection: HTTPConnection) -> str:
    """The peer's address; uvicorn has put the forwarded one there if a trusted proxy named it."""
    return connection.client.host if connection.client is not None else "unknown"


async def authenticate(connection: HTTPConnection, services: Services) -> Session | None:
    """The session of the request's token; None where it carries none.

    Raises:
        NotSignedIn: the token is of no session, or of one that has ended.
    """
    token = token_of(connection)
    if token is None:
        return None
    return await sessions.session_of(token, services.new_unit_of_work(read_only=True), services.now_ms())


async def authenticate_device(connection: HTTPConnection, services: Services) -> Session:
    """The session of a connection that needs a device, such as the websocket.

    Raises:
        TooManyRequests: from this address.
        NotSignedIn: there is none, or it has ended.
        NotAllowed: accounts of this kind take part in no CUG.
        NoDevice: it is not bound to a device.
    """
    services.rates.requests.take(address_of(connection))
    session = await authenticate(connection, services)
    if session is None:
        raise NotSignedIn
    access.require(session, "websocket")
    if session.device_id is None:
        raise NoDevice
    return session


def check_origin(connection: HTTPConnection, allowed: str) -> None:
    """A browser says where its page comes from; other clients say nothing and pass. Raises OriginRefused."""
    origin = connection.headers.get("origin")
    if origin is not None and origin.lower() != allowed:
        raise OriginRefused


class SecurityHeaders:
    """Adds the headers that an HTTP answer does not bring itself, and refuses requests of foreign pages unread."""

    def __init__(self, app: ASGIApp, *, origin: str, behind_tls: bool) -> None:
        self._app = app
        self._origin = origin
        headers = dict(SECURITY_HEADERS)
        if behind_tls:
            headers[STRICT_TRANSPORT[0]] = STRICT_TRANSPORT[1]
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message.get("headers", ()))
                said = {name.lower() for name, _ in own}
                message["headers"] = [*own, *(header for header in self._headers if header[0] not in said)]
            await send(message)

        try:
            check_origin(HTTPConnection(scope), self._origin)
        except OriginRefused as error:
            await refusal(error)(scope, receive, send_with_headers)
        else:
            await self._app(scope, receive, send_with_headers)
