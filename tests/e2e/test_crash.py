"""`kill -9` of the server under load, again and again: nothing acknowledged is lost or doubled, one order for all."""

from __future__ import annotations

import asyncio
import contextlib

from tests.e2e.talkers import have_one_view, talking
from tests.e2e.world import World, operation
from tests.effort import effort
from tests.servers import RunningServer

KILLS = effort(4, 10)
PAUSE_SECONDS = 0.4


async def test_every_message_is_there_once_and_in_one_order(server: RunningServer, world: World) -> None:
    names = ("NL/organiser", "KE/otieno", "BR/silva", "CN/li", "FR/martin")
    async with contextlib.AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(world.officer(name)) for name in names]
        cugs = await operation(*clients)
        async with talking(cugs, names) as sent:
            for _ in range(KILLS):
                await asyncio.sleep(PAUSE_SECONDS)
                await asyncio.to_thread(server.kill)
                await asyncio.to_thread(server.start)
        assert await have_one_view(cugs, sent) > KILLS * len(names)
