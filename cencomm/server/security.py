"""Who asks: session cookies and bearer tokens, devices, origins, and the headers that every answer carries.

    programs    Authorization: Bearer <token>                    the token came in the answer to the sign-in
    browsers    Cookie: __Host-cencomm-session=<token>           HttpOnly: no script of the page ever sees it (ADR 6)
                and CENcomm-Session: cookie, and the own Origin  what a page of another site cannot send

A cookie alone signs nobody in, and a request with both kinds of token is refused unread.
"""

from __future__ import annotations

from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cencomm.accounts import access, sessions
from cencomm.accounts.errors import NoDevice, NotSignedIn
from cencomm.accounts.model import Session
from cencomm.server.context import Services
from cencomm.server.errors import OriginRefused, refusal
from cencomm.wire.encoding import Malformed
from cencomm.wire.http import BY_COOKIE, SESSION_COOKIE, SESSION_HEADER

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
_READING = frozenset({"GET", "HEAD"})


def token_of(connection: HTTPConnection, own_origin: str) -> str | None:
    """The token that the request carries, if any.

    Raises:
        Malformed: it carries a cookie and an Authorization header, and nobody can say which of the two is meant.
        OriginRefused: it carries the cookie, and nothing shows that the deployment's own page sent it.
    """
    cookie = connection.cookies.get(SESSION_COOKIE)
    given = connection.headers.get("authorization")
    if cookie is not None and given is not None:
        raise Malformed(what="credentials")
    if cookie is not None:
        require_own_page(connection, own_origin)
        return cookie or None
    if given is not None and given[: len(_BEARER)].lower() == _BEARER:
        return given[len(_BEARER) :].strip() or None
    return None


def asks_for_cookie(connection: HTTPConnection, own_origin: str) -> bool:
    """Whether the one who signs in wants the session as a cookie, as browsers do. Raises OriginRefused."""
    if SESSION_HEADER not in connection.headers:
        return False
    require_own_page(connection, own_origin)
    return True


def require_own_page(connection: HTTPConnection, own_origin: str) -> None:
    """Only the deployment's own page passes: the cookie would come along with requests of other pages too.

    Two independent marks: the header, which a page of another origin cannot set without being allowed to by an answer
    that is never given; and Origin, or Sec-Fetch-Site where browsers name no Origin, which is when they only read. A
    WebSocket can carry no header of its own, and always names its Origin.

    Raises:
        OriginRefused: one of them is missing or says something else.
    """
    headers, is_socket = connection.headers, connection.scope["type"] == "websocket"
    origin = headers.get("origin")
    if origin is None:
        reads = not is_socket and connection.scope["method"] in _READING
        known = reads and headers.get("sec-fetch-site") == "same-origin"
    else:
        known = origin.lower() == own_origin
    if not known or not (is_socket or headers.get(SESSION_HEADER) == BY_COOKIE):
        raise OriginRefused


def keep_in_cookie(response: Response, token: str) -> None:
    """`__Host-`: only for this host, over TLS or the loopback. It goes with the browser, or at the sign-out."""
    response.set_cookie(SESSION_COOKIE, token, path="/", secure=True, httponly=True, samesite="strict")


def forget_cookie(response: Response) -> None:
    response.delete_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="strict")


def address_of(connection: HTTPConnection) -> str:
    """The peer's address; uvicorn has put the forwarded one there if a trusted proxy named it."""
    return connection.client.host if connection.client is not None else "unknown"


async def authenticate(connection: HTTPConnection, services: Services) -> Session | None:
    """The session of the request's token; None where it carries none.

    Raises:
        NotSignedIn: the token is of no session, or of one that has ended.
        Malformed, OriginRefused: as `token_of`.
    """
    token = token_of(connection, services.foundation.settings.origin)
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
