"""The whole application without a socket: requests go straight in, the clock is the world's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from cencomm.server.app import build_app
from cencomm.server.startup import Startup
from cencomm.settings import Settings
from cencomm.wire.http import Body
from tests.accounts_world import World

ORIGIN = "http://127.0.0.1:8440"


@dataclass
class Rig:
    world: World
    http: httpx2.AsyncClient
    steady_s: float = 0.0

    async def ask(
        self, method: str, path: str, body: Body | None = None, token: str | None = None, **options: Any
    ) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        content = None if body is None else body.model_dump_json()
        return await self.http.request(
            method, path, content=content, headers={**headers, **options.pop("headers", {})}, **options
        )


@asynccontextmanager
async def served(world: World, **settings: Any) -> AsyncIterator[Rig]:
    """`world`'s deployment behind the application, which has started."""
    url = world.database.url.set(drivername="sqlite").render_as_string(hide_password=False)
    given = Settings(world.database.sqlite_path.parent, url, **{"requests_per_second": 100_000, **settings})
    rig = Rig(world, httpx2.AsyncClient(trust_env=False, verify=False))
    startup = Startup(given, now_ms=lambda: world.now_ms, steady_s=lambda: rig.steady_s)
    async with startup.services() as services:
        transport = httpx2.ASGITransport(app=build_app(services), raise_app_exceptions=False, client=("192.0.2.9", 1))
        async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN) as client:
            rig.http = client
            yield rig
