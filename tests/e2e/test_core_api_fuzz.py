"""Every operation of the core's OpenAPI page is asked with what schemathesis makes of its schema, right and wrong: the
core never fails, answers as the page says, and asks who it is where the page says so.
"""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import uvicorn

from cen_core.edge.app import build_app
from cen_core.edge.errors import status_of
from cen_core.edge.openapi import document
from cen_core.edge.routes import ROUTES, Kind, is_open
from tests.api_fuzzing import SECONDS, Api, bearer, operations_of
from tests.cen_core.unit.edge.web import services_for, session_of
from tests.cen_core.world import NCP, OFFICER, RILO, SECRETARY, Stand, new_stand
from tests.effort import effort

EXAMPLES = effort(short=1, full=400)
OPERATIONS = operations_of(document())
PEOPLE = {"officer": OFFICER, "contact point": NCP, "rilo": RILO, "secretariat": SECRETARY}
OWN = [route for route in ROUTES if route.kind is Kind.API]


class Core:
    """The core on SQLite behind its edge, in a thread of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self.address = ""
        self._stand: Stand
        self._loop: asyncio.AbstractEventLoop
        self._server: uvicorn.Server

    def __enter__(self) -> Core:
        self._thread.start()
        assert self._ready.wait(SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with new_stand(f"sqlite:///{self._folder / 'cen.sqlite3'}") as stand:
            services = services_for(stand)
            app = build_app(services, behind_tls=False)
            self._stand = stand
            await stand.published()
            with socket.socket() as listener:
                listener.bind(("127.0.0.1", 0))
                self.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
                self._server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None, access_log=False))
                self._ready.set()
                await self._server.serve(sockets=[listener])

    def token(self, who: str) -> str:
        """Of a session that is there, whatever was asked before (signing out, say)."""
        return asyncio.run_coroutine_threadsafe(session_of(self._stand, PEOPLE[who]), self._loop).result(SECONDS)


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Core]:
    with Core(tmp_path_factory.mktemp("core")) as core:
        yield core


@pytest.mark.parametrize("name", [route.name.removeprefix("api_") for route in OWN])
def test_it_answers_as_the_page_says(core: Core, name: str) -> None:
    Api(core.address, PEOPLE, core.token, status_of).must_answer_as_its_page_says(OPERATIONS[name], EXAMPLES)


@pytest.mark.parametrize("route", [route for route in OWN if not is_open(route.name)], ids=lambda route: route.name)
def test_who_is_not_signed_in_is_told_nothing_else(core: Core, route: Any) -> None:
    path = re.sub(r"\{[a-z]+_id\}", "0" * 32, route.path).format(format="csv", size="thumb")
    for token in ({}, bearer("of-nobody")):
        answer = requests.request(route.method, core.address + path, headers=token, timeout=SECONDS)
        assert (answer.status_code, answer.json()["code"]) == (401, "cen.not_signed_in")
