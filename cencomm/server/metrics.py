"""Where Prometheus asks for the figures: a listener of its own, off unless a port is set (docs/operations.md).

Not on the public address: figures tell who watches them when an operation is under way. Beyond the machine's own
loopback a token is demanded (`cencomm.settings`).
"""

from __future__ import annotations

import hmac

from prometheus_client import REGISTRY
from prometheus_client.exposition import choose_encoder
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

PATH = "/metrics"


def build_metrics(token: str) -> ASGIApp:
    """`GET /metrics`; with `token`, only for who brings it (`Authorization: Bearer`)."""

    async def page(request: Request) -> Response:
        given = request.headers.get("authorization", "")
        if token and not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(REGISTRY), headers={"Content-Type": content_type, "Cache-Control": "no-store"})

    return Starlette(routes=[Route(PATH, page)])
