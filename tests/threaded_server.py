"""A running application in a thread of its own, for tests that speak to it with blocking sockets."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

import uvicorn
from sqlalchemy import func, select

from cencomm.store.tables import metadata
from tests.accounts_world import sqlite_url
from tests.delivery_stand import Server, prepare, running
from tests.raw_socket import SECONDS
from tests.unit.crypto.people import Person

T = TypeVar("T")


class Stand:
    """Started once for many tests; `people` are enrolled and signed in on their devices."""

    def __init__(self, folder: Path, people: Sequence[Person], **serving: Any) -> None:
        self._folder, self._people, self._serving = folder, people, serving
        self._ready, self._stop = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=self._serve)
        self.server: Server
        self.loop: asyncio.AbstractEventLoop

    def __enter__(self) -> Stand:
        self._thread.start()
        assert self._ready.wait(SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _serve(self) -> None:
        with asyncio.Runner(loop_factory=uvicorn.Config(app="", loop="auto").get_loop_factory()) as runner:
            runner.run(self._run())

    async def _run(self) -> None:
        self.loop = asyncio.get_running_loop()
        url = await sqlite_url(self._folder)
        await prepare(url, self._people)
        async with running(url, self._folder, **self._serving) as self.server:
            self._ready.set()
            await self._stop.wait()

    @property
    def address(self) -> str:
        return self.server.address

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Carried out in the server's loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(SECONDS)

    def rows(self) -> dict[str, int]:
        """How many each table holds: what a refusal must not change."""
        return self.do(self._rows())

    async def _rows(self) -> dict[str, int]:
        async with self.server.services.foundation.database.engine.connect() as connection:
            return {
                table.name: (await connection.execute(select(func.count()).select_from(table))).scalar_one()
                for table in metadata.sorted_tables
            }
