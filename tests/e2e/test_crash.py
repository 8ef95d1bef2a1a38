"""`kill -9` of the server under load, ten times: nothing acknowledged is lost or doubled, one order for all."""

from __future__ import annotations

import asyncio
import contextlib

from cencomm.client.cug import Cug
from tests.e2e.world import World, messages, operation, text_of
from tests.servers import RunningServer

KILLS = 10
OUTSTANDING = 12
PAUSE_SECONDS = 0.4
PATIENCE_SECONDS = 120


async def _keep_sending(cug: Cug, name: str, stop: asyncio.Event, sent: list[str]) -> None:
    while not stop.is_set():
        if cug.waiting() >= OUTSTANDING:
            await asyncio.sleep(0.01)
            continue
        text = f"{name} {len(sent)}"
        sent.append(text)
        await cug.send_text(text)
        await asyncio.sleep(0)


async def test_every_message_is_there_once_and_in_one_order(server: RunningServer, world: World) -> None:
    names = ("NL/organiser", "KE/otieno", "BR/silva", "CN/li", "FR/martin")
    async with contextlib.AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(world.officer(name)) for name in names]
        cugs = await operation(*clients)
        stop = asyncio.Event()
        sent: list[list[str]] = [[] for _ in names]
        senders = [
            asyncio.create_task(_keep_sending(cug, name, stop, texts))
            for cug, name, texts in zip(cugs, names, sent, strict=True)
        ]
        for _ in range(KILLS):
            await asyncio.sleep(PAUSE_SECONDS)
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)
        stop.set()
        await asyncio.gather(*senders)
        for cug in cugs:
            await cug.flush(PATIENCE_SECONDS)
        last = max([await cug.caught_up(PATIENCE_SECONDS) for cug in cugs])
        for cug in cugs:
            await cug.wait_seq(last, PATIENCE_SECONDS)

        views = [[(item.seq, item.sender, text_of(item)) for item in messages(cug)] for cug in cugs]
        assert all(view == views[0] for view in views)
        assert sorted(text for _, _, text in views[0]) == sorted(text for texts in sent for text in texts)
        for name, texts in zip(names, sent, strict=True):
            mine = [text for _, sender, text in views[0] if sender.startswith(name)]
            assert sorted(mine) == sorted(texts)
        assert [alarm for cug in cugs for alarm in cug.alarms()] == []
        assert len(views[0]) > KILLS * len(names)
