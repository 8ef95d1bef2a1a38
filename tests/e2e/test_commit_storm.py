"""Clients that all commit at once, epoch after epoch: one wins each, nobody forks, nobody is left behind."""

from __future__ import annotations

import asyncio
import contextlib

from tests.e2e.world import World, messages, operation, text_of
from tests.effort import effort

CLIENTS = effort(10, 20)
ROUNDS = effort(3, 10)
PATIENCE_SECONDS = 120


async def test_every_commit_is_in_the_end_made_and_all_agree(world: World) -> None:
    names = [f"KE/officer-{number}" for number in range(CLIENTS)]
    async with contextlib.AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(world.officer(name)) for name in names]
        cugs = await operation(*clients)
        first = cugs[0].epoch
        for number in range(ROUNDS):
            await asyncio.gather(*[cug.renew() for cug in cugs], cugs[number].send_text(f"round {number}"))
        for cug in cugs:
            await cug.flush(PATIENCE_SECONDS)
        last = max([await cug.caught_up(PATIENCE_SECONDS) for cug in cugs])
        for cug in cugs:
            await cug.wait_seq(last, PATIENCE_SECONDS)

        assert cugs[0].epoch == first + CLIENTS * ROUNDS, "one commit of each client in each round, one for each epoch"
        assert len({cug.epoch for cug in cugs}) == 1
        assert len({cug.epoch_authenticator for cug in cugs}) == 1
        assert len({cug.head_hash for cug in cugs}) == 1
        assert [alarm for cug in cugs for alarm in cug.alarms()] == []
        said = sorted(text_of(item) for item in messages(cugs[0]))
        assert said == sorted(f"round {number}" for number in range(ROUNDS))
