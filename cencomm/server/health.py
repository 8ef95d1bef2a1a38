"""`/healthz`: the process answers. `/readyz`: it can serve, its database answers too; what only makes it slower while
it is away is named under `degraded`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cencomm.server.context import Services
from cencomm.server.errors import NotReady, refusal


async def healthz(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def readyz(request: Request) -> Response:
    services: Services = request.app.state.services
    if not await services.foundation.database.is_there():
        return refusal(NotReady())
    degraded = services.delivery.neighbours.degraded
    return JSONResponse({"status": "ready", "degraded": degraded} if degraded else {"status": "ready"})
