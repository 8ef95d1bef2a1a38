"""The edge as one Starlette application: each route of `wire.http.ROUTES`, its checks in order, its handler.

rate -> Origin (security) -> size -> session -> device -> accounts.access -> shape -> handler -> answer
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.types import ASGIApp

from cencomm.accounts import access
from cencomm.accounts.errors import NoDevice, NotSignedIn
from cencomm.accounts.model import Session
from cencomm.crypto.files import SEALED_CHUNK_BYTES
from cencomm.crypto.primitives import HASH_BYTES
from cencomm.errors import DomainError
from cencomm.ids import ID_BYTES, CugId
from cencomm.server import (
    asyncapi,
    health,
    http_accounts,
    http_cugs,
    http_files,
    http_keys,
    http_vault,
    openapi,
    websocket,
)
from cencomm.server.context import Handler, RequestContext, Services
from cencomm.server.errors import MethodNotOffered, NoSuchPage, TooSlow, internal, malformed, on_domain_error, refusal
from cencomm.server.logging import log_fault
from cencomm.server.measuring import ROUTE, Measured
from cencomm.server.patience import BODY_SECONDS, SLOWEST_BYTES_PER_SECOND
from cencomm.server.security import (
    SecurityHeaders,
    address_of,
    asks_for_cookie,
    authenticate,
    forget_cookie,
    keep_in_cookie,
)
from cencomm.server.web_client import WebClient
from cencomm.wire.encoding import Malformed, TooLarge
from cencomm.wire.frames import SESSION_PATH
from cencomm.wire.http import ROUTES, SESSION_COOKIE, Auth, Body, HttpRoute, SessionOut

HANDLERS: Mapping[str, Handler] = {
    **http_accounts.HANDLERS,
    **http_keys.HANDLERS,
    **http_vault.HANDLERS,
    **http_cugs.HANDLERS,
    **http_files.HANDLERS,
}

log = structlog.get_logger(__name__)

MAX_BODY = 64 * 1024
"""Bytes of a request, where nothing else is said here: what nobody has signed in for is read last."""
MAX_BODY_OF: Mapping[str, int] = {
    "enrol": 512 * 1024,
    "change_password": 512 * 1024,
    "put_vault_wraps": 512 * 1024,
    "append_vault_items": 8 * 1024 * 1024,
    "upload_key_packages": 4 * 1024 * 1024,
    "publish_revocations": 4 * 1024 * 1024,
    "open_cug": 4 * 1024 * 1024,
    "close_cug": 512 * 1024,
    "upload_chunk": SEALED_CHUNK_BYTES,
}
MAX_PAGE = 500
DEFAULT_PAGE = 100
MAX_QUERY = 400
MAX_CHUNK_DIGITS = 5
SIGNING_IN = frozenset({"enrol", "invitation_state", "sign_in_start", "sign_in_finish"})
SIGNING_OUT = frozenset({"sign_out", "sign_out_everywhere"})


def build_app(services: Services) -> ASGIApp:
    """The application on services that run already and outlive it."""
    settings = services.foundation.settings
    app = Starlette(
        routes=[
            *(Route(route.path, _endpoint(route, HANDLERS[route.name]), methods=[route.method]) for route in ROUTES),
            Route("/v1/openapi.json", openapi.page),
            Route("/v1/asyncapi.json", asyncapi.page),
            Route("/healthz", health.healthz),
            Route("/readyz", health.readyz),
            WebSocketRoute(SESSION_PATH, websocket.endpoint),
            *([] if settings.client_dir is None else [Mount("/", WebClient(settings.client_dir))]),
        ],
        exception_handlers={
            DomainError: on_domain_error,
            HTTPException: _on_http_exception,
            Exception: _on_fault,
        },
    )
    app.state.services = services
    return Measured(SecurityHeaders(app, origin=settings.origin, behind_tls=settings.behind_tls))


def _endpoint(route: HttpRoute, handler: Handler) -> Any:
    async def endpoint(request: Request) -> Response:
        request.scope[ROUTE] = route.name
        try:
            return await answer(request)
        except DomainError as refused:
            log.info("refused", route=route.name, code=refused.code)
            raise

    async def answer(request: Request) -> Response:
        services: Services = request.app.state.services
        address = address_of(request)
        rates = services.rates
        (rates.sign_ins if route.name in SIGNING_IN else rates.requests).take(address)
        session = await _sign_in(request, route, services)
        by_cookie = route.answer is SessionOut and asks_for_cookie(request, services.foundation.settings.origin)
        content = await _read_body(request, MAX_BODY_OF.get(route.name, MAX_BODY))
        arguments: list[Body | bytes] = [content] if route.takes_bytes else []
        if route.request is not None:
            arguments.append(_parse(route.request, content))
        context = RequestContext(services, address, session)
        said = await handler(context, *arguments, **_parameters(request, route))
        if by_cookie:
            assert isinstance(said, SessionOut)
            return _session_in_cookie(route, said)
        response = _render(route, said)
        if route.name in SIGNING_OUT and SESSION_COOKIE in request.cookies:
            forget_cookie(response)
        return response

    return endpoint


def _session_in_cookie(route: HttpRoute, session: SessionOut) -> Response:
    """The token goes where no script reads it, and is not in the answer."""
    assert session.token is not None
    response = _render(route, session.model_copy(update={"token": None}))
    keep_in_cookie(response, session.token)
    return response


async def _sign_in(request: Request, route: HttpRoute, services: Services) -> Session | None:
    """The session, as the route demands. Deny by default: `accounts.access` must know the route."""
    if route.auth is Auth.NONE:
        return None
    session = await authenticate(request, services)
    if session is None:
        raise NotSignedIn
    access.require(session, route.name)
    if route.auth is Auth.DEVICE and session.device_id is None:
        raise NoDevice
    return session


async def _read_body(request: Request, limit: int) -> bytes:
    """The whole body. Raises TooLarge before more than `limit` bytes are held, TooSlow where it does not come."""
    declared = request.headers.get("content-length", "0")
    if not (declared.isascii() and declared.isdigit()):
        raise Malformed(what="content-length")
    if int(declared) > limit:
        raise TooLarge(limit=limit)
    held = bytearray()
    started = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout(BODY_SECONDS) as deadline:
            async for chunk in request.stream():
                held += chunk
                if len(held) > limit:
                    raise TooLarge(limit=limit)
                deadline.reschedule(started + BODY_SECONDS + len(held) / SLOWEST_BYTES_PER_SECOND)
    except ClientDisconnect:
        raise Malformed(what="body") from None
    except TimeoutError:
        raise TooSlow from None
    return bytes(held)


def _parse(model: type[Body], content: bytes) -> Body:
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        raise malformed(error) from None


def _parameters(request: Request, route: HttpRoute) -> dict[str, object]:
    """What the path and the query say, as the handler's keywords. Raises Malformed."""
    parameters: dict[str, object] = {name: _IN_PATH[name](text) for name, text in request.path_params.items()}
    known = {query.name for query in route.query}
    if set(request.query_params) - known or len(request.query_params.multi_items()) > len(known):
        raise Malformed(what="query")
    for query in route.query:
        text = request.query_params.get(query.name)
        if text is not None and len(text) > MAX_QUERY:
            raise Malformed(what=query.name)
        if text is None and query.required:
            raise Malformed(what=query.name)
        parameters[query.name] = _limit(text) if query.kind == "integer" else text
    return parameters


def _cug_id(text: str) -> CugId:
    return CugId(_hexadecimal(text, ID_BYTES, "cug_id"))


def _file_hash(text: str) -> bytes:
    return _hexadecimal(text, HASH_BYTES, "file_hash")


def _hexadecimal(text: str, length: int, what: str) -> bytes:
    try:
        decoded = bytes.fromhex(text)
    except ValueError:
        raise Malformed(what=what) from None
    if len(decoded) != length or decoded.hex() != text:
        raise Malformed(what=what)
    return decoded


def _chunk_index(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > MAX_CHUNK_DIGITS or str(int(text)) != text:
        raise Malformed(what="chunk_index")
    return int(text)


_IN_PATH: Mapping[str, Callable[[str], object]] = {
    "cug_id": _cug_id,
    "file_hash": _file_hash,
    "chunk_index": _chunk_index,
}


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_PAGE
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) < 1:
        raise Malformed(what="limit")
    return min(int(text), MAX_PAGE)


def _render(route: HttpRoute, answer: Body | bytes | None) -> Response:
    if route.gives_bytes:
        assert isinstance(answer, bytes)
        return Response(answer, route.status, media_type="application/octet-stream")
    if route.answer is None:
        assert answer is None
        return Response(status_code=route.status)
    assert isinstance(answer, route.answer)
    return Response(answer.model_dump_json(), route.status, media_type="application/json")


async def _on_http_exception(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return refusal(NoSuchPage())
    if error.status_code == 405:
        refused = refusal(MethodNotOffered())
        refused.headers.update(error.headers or {})  # Allow: what is offered (RFC 9110 §15.5.6)
        return refused
    return refusal(Malformed(what="request"))


async def _on_fault(request: Request, error: Exception) -> Response:
    log_fault(error, method=request.method, path=request.url.path)
    return internal()
