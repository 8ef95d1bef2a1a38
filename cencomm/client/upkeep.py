"""What is done now and then in each CUG while connected: nothing of it is urgent, all of it is safe to repeat."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping

import structlog

from cencomm.client.clock import jittered
from cencomm.client.engine.engine import CugEngine
from cencomm.errors import DomainError
from cencomm.ids import CugId

EVERY_SECONDS = 5.0
TURNS_BETWEEN_LOOKS = 6
"""About twice a minute it is asked whether there are CUGs of which no notice has come."""

log = structlog.get_logger(__name__)


class Upkeep:
    """Calls `keep_up` for every engine, about every five seconds, and now and then `look`."""

    def __init__(
        self,
        engines: Mapping[CugId, CugEngine],
        keep_up: Callable[[CugEngine], Awaitable[None]],
        look: Callable[[], Awaitable[None]],
    ) -> None:
        self._engines = engines
        self._keep_up = keep_up
        self._look = look
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _run(self) -> None:
        turn = 0
        while True:
            await asyncio.sleep(jittered(EVERY_SECONDS))
            turn += 1
            for engine in list(self._engines.values()):
                await self._attempt(self._keep_up(engine))
            if turn % TURNS_BETWEEN_LOOKS == 0:
                await self._attempt(self._look())

    async def _attempt(self, work: Awaitable[None]) -> None:
        try:
            await work
        except DomainError as error:
            log.info("upkeep.failed", reason=str(error))
