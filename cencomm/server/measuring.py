"""Counts every request by route and status, and what was refused by code; nothing of who asked or for what."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cencomm import measures, tracing

ROUTE: Final = "cencomm.route"
CODE: Final = "cencomm.code"
STATUS: Final = "cencomm.status"
"""Where in the scope stands the name of the route that was found, the code of a refusal, the status of the answer."""
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})

ROUTE_OF_PATH: Final[Mapping[str, str]] = {
    "/healthz": "healthz",
    "/readyz": "readyz",
    "/v1/openapi.json": "openapi",
    "/v1/asyncapi.json": "asyncapi",
}
OTHER: Final = "other"
"""Pages of the browser client, and paths that lead nowhere: what a stranger types is no label."""
SIGN_IN: Final = "sign_in_finish"
OUTCOMES: Final[Mapping[str, str]] = {
    "accounts.sign_in_refused": "refused",
    "accounts.locked_out": "locked_out",
}


class Measured:
    """Outermost, so that what the outer checks refuse is counted too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        began = time.monotonic()

        async def watching(message: Message) -> None:
            status = _status_in(message)
            if status is not None:
                scope[STATUS] = status
                _count(scope, status, time.monotonic() - began)
            await send(message)

        if scope["type"] == "websocket":
            await self._app(scope, receive, watching)  # lasts for hours: no span of a trace
            return
        with tracing.span("request") as span:
            try:
                await self._app(scope, receive, watching)
            finally:
                span.set_attribute("http.request.method", _method(scope))
                span.set_attribute("http.route", route_of(scope))
                span.set_attribute("http.response.status_code", scope.get(STATUS, 0))


def _status_in(message: Message) -> int | None:
    """The status of the answer that begins with `message`."""
    if message["type"] in ("http.response.start", "websocket.http.response.start"):
        status: int = message["status"]
        return status
    return 101 if message["type"] == "websocket.accept" else None


def _count(scope: Scope, status: int, seconds: float) -> None:
    route = route_of(scope)
    measures.HTTP_REQUESTS.labels(route, str(status)).inc()
    measures.HTTP_SECONDS.labels(route).observe(seconds)
    code = scope.get(CODE)
    if code is not None:
        measures.HTTP_REFUSED.labels(route, code).inc()
    outcome = "signed_in" if status == 201 else OUTCOMES.get(code or "")
    if route == SIGN_IN and outcome is not None:
        measures.SIGN_INS.labels(outcome).inc()


def _method(scope: Scope) -> str:
    method: str = scope["method"]
    return method if method in METHODS else "_OTHER"


def route_of(scope: Scope) -> str:
    """The name of the route; one of a closed set."""
    if scope["type"] == "websocket":
        return "websocket"
    found: str | None = scope.get(ROUTE)
    return found or ROUTE_OF_PATH.get(scope["path"], OTHER)
