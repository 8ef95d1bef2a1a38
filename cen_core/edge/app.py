"""The edge as one application: each route, its checks in order, its handler.

rate -> session -> rule of the route -> size -> own page (forms) -> handler -> answer

What has no rule is refused before anything is read. A program gets code and facts, a reader a page that says it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from secrets import token_hex
from typing import Final

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route as StarletteRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cen_core.edge import (
    album_pages,
    api,
    case_pages,
    door_pages,
    feed_pages,
    forum_pages,
    mark_pages,
    notice_api,
    notice_pages,
    people_pages,
    picture_api,
    picture_pages,
    quality_pages,
    routes,
    saved_pages,
    search_pages,
    trend_pages,
    upload_api,
    upload_pages,
)
from cen_core.edge.context import Context, Handler, Services, View
from cen_core.edge.errors import internal, refusal
from cen_core.edge.multipart import read_file_form
from cen_core.edge.rendering import faulted, refused
from cen_core.edge.requests import (
    MAX_BODY,
    VIEW_COOKIE,
    address_of,
    bearer_of,
    cookie_of,
    query_of,
    read_body,
    read_form,
    require_own_page,
)
from cen_core.edge.routes import BASE, ROUTES, Kind, Route
from cen_core.errors import (
    CenError,
    ForeignPage,
    MethodNotOffered,
    NoSuchPage,
    NotSignedIn,
    RequestMalformed,
)
from cen_core.model.person import Person
from cencomm.i18n.catalogue import LANGUAGES, base_language

log = structlog.get_logger(__name__)

HANDLERS: Final[Mapping[str, Handler]] = {
    **api.HANDLERS,
    **door_pages.HANDLERS,
    **search_pages.HANDLERS,
    **trend_pages.HANDLERS,
    **quality_pages.HANDLERS,
    **case_pages.HANDLERS,
    **people_pages.HANDLERS,
    **upload_pages.HANDLERS,
    **saved_pages.HANDLERS,
    **upload_api.HANDLERS,
    **notice_api.HANDLERS,
    **notice_pages.HANDLERS,
    **picture_api.HANDLERS,
    **picture_pages.HANDLERS,
    **mark_pages.HANDLERS,
    **feed_pages.HANDLERS,
    **forum_pages.HANDLERS,
    **album_pages.HANDLERS,
}
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""No script at all runs on these pages, not even our own: they share their origin with the closed user groups."""
STRICT_TRANSPORT: Final = ("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
READING: Final = frozenset({"GET", "HEAD"})


def build_app(services: Services, *, behind_tls: bool) -> ASGIApp:
    """The application for everything under `/cen`. Fails where a route has no rule or no handler."""
    unruled = routes.without_rule()
    unhandled = sorted({route.name for route in ROUTES} ^ set(HANDLERS))
    assert not unruled and not unhandled, (unruled, unhandled)
    app = Starlette(
        routes=[StarletteRoute(route.path, _endpoint(route, services), methods=[route.method]) for route in ROUTES],
        exception_handlers={HTTPException: _on_http_exception(services), Exception: _on_fault(services)},
    )
    return _WithHeaders(GZipMiddleware(app, minimum_size=1_000), behind_tls=behind_tls)


def _endpoint(route: Route, services: Services) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        context = Context(services, request, View(_language(request), _theme(request)), {})
        try:
            services.rates.requests.take(address_of(request))
            context = await _known(context, route)
            context = await _read(context, route)
            return await HANDLERS[route.name](context)
        except CenError as error:
            log.info("refused", route=route.name, code=error.code)
            return _refusal(context, route, error)

    return endpoint


async def _known(context: Context, route: Route) -> Context:
    """With who asks. Raises NotSignedIn, NotAllowed: deny by default."""
    if route.kind is Kind.FEED:
        context = replace(context, person=await context.core.cws.feed_person(context.path["token"]))
        routes.require(context.principal, route.name)
        return context
    token = bearer_of(context.request) if route.kind is Kind.API else cookie_of(context.request)
    person = await _person(context, token)
    context = replace(context, token=token if person is not None else "", person=person)
    if not routes.is_open(route.name):
        routes.require(context.principal, route.name)
    return context


async def _person(context: Context, token: str) -> Person | None:
    if not token:
        return None
    try:
        return await context.people.session_of(token)
    except NotSignedIn:
        return None


async def _read(context: Context, route: Route) -> Context:
    """With what was sent. Raises RequestTooLarge, RequestMalformed, ForeignPage."""
    context = replace(context, query=query_of(context.request))
    if route.name in routes.FILE_FORMS:
        form, file = await read_file_form(context.request, routes.FILE_FORMS[route.name])
        require_own_page(context.request, form, context.token, context.services.origin)
        return replace(context, form=form, file=file)
    limit = routes.LARGE.get(route.name, MAX_BODY)
    if route.kind is Kind.FORM:
        form = await read_form(context.request, limit)
        require_own_page(context.request, form, context.token, context.services.origin)
        return replace(context, form=form)
    if context.request.method not in READING:
        if "origin" in context.request.headers and route.kind is Kind.API:
            raise ForeignPage
        return replace(context, body=await read_body(context.request, limit))
    return context


def _refusal(context: Context, route: Route, error: CenError) -> Response:
    if route.kind in {Kind.API, Kind.FEED}:
        return refusal(error)
    if isinstance(error, NotSignedIn):
        return RedirectResponse(f"{BASE}/sign-in", 303)
    return refused(context, error)


def _language(request: Request) -> str:
    chosen = request.cookies.get(VIEW_COOKIE, "").partition(".")[0]
    if chosen in LANGUAGES:
        return chosen
    for named in request.headers.get("accept-language", "")[:200].split(","):
        tag = named.partition(";")[0].strip()
        if tag[:2].lower() in LANGUAGES:
            return base_language(tag)
    return LANGUAGES[0]


def _theme(request: Request) -> str:
    theme = request.cookies.get(VIEW_COOKIE, "").partition(".")[2]
    return theme if theme in door_pages.THEMES else ""


def _on_http_exception(services: Services) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        known: dict[int, CenError] = {404: NoSuchPage(), 405: MethodNotOffered()}
        found = known.get(error.status_code) or RequestMalformed(what="request")
        if request.url.path.startswith(routes.API):
            return refusal(found)
        return refused(Context(services, request, View(_language(request), _theme(request)), {}), found)

    return answer


def _on_fault(services: Services) -> Callable[[Request, Exception], Awaitable[Response]]:
    """What broke stands in the log, without what somebody sent, under the number that the reader is told."""

    async def answer(request: Request, error: Exception) -> Response:
        incident = token_hex(4)
        log.error("fault", method=request.method, kind=type(error).__name__, incident=incident)
        if request.url.path.startswith(routes.API):
            return internal()
        return faulted(Context(services, request, View(_language(request), _theme(request)), {}), incident)

    return answer


class _WithHeaders:
    """Adds the headers that an answer does not bring itself."""

    def __init__(self, app: ASGIApp, *, behind_tls: bool) -> None:
        self._app = app
        headers = dict(HEADERS) | (dict([STRICT_TRANSPORT]) if behind_tls else {})
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message.get("headers", ()))
                said = {name.lower() for name, _ in own}
                message["headers"] = [*own, *(header for header in self._headers if header[0] not in said)]
            await send(message)

        await self._app(scope, receive, send_with_headers)


class Beside:
    """One application for everything under `/cen`, another for the rest."""

    def __init__(self, core: ASGIApp, rest: ASGIApp) -> None:
        self._core = core
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        is_ours = scope["type"] == "http" and (path == BASE or path.startswith(f"{BASE}/"))
        await (self._core if is_ours else self._rest)(scope, receive, send)
