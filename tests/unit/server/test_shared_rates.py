"""One limit for all processes, and each process its own where Redis is away."""

from __future__ import annotations

import asyncio

import pytest

from cencomm.ids import new_cug_id
from cencomm.server import shared_rates
from cencomm.server.errors import TooManyRequests
from cencomm.server.limits import RateLimits
from cencomm.server.shared_rates import settle, sharing
from cencomm.store.redis_bus import Faults
from cencomm.store.redis_rates import RedisRates
from tests.redis_server import RedisServer

SECRET = b"secret"
BURST = 40


def limits() -> RateLimits:
    """Ten a second and BURST at once; the clock stands."""
    made = RateLimits(10, lambda: 0.0)
    for limit in made.by_name.values():
        limit.share()
    return made


def taken(rates: RateLimits, tries: int) -> int:
    count = 0
    for _ in range(tries):
        try:
            rates.requests.take("192.0.2.1")
        except TooManyRequests:
            continue
        count += 1
    return count


async def test_what_was_spent_at_one_process_is_gone_at_the_other(redis_url: str) -> None:
    shared = RedisRates(redis_url, new_cug_id(), SECRET)
    one, two = limits(), limits()
    assert taken(one, BURST) == BURST
    await settle(one, shared)
    assert taken(two, 20) == 20  # it has not heard yet
    await settle(two, shared)
    assert taken(two, 1) == 0
    two.requests.take("192.0.2.2")
    await shared.close()


async def test_what_is_taken_while_it_settles_is_counted_once(redis_url: str) -> None:
    shared = RedisRates(redis_url, new_cug_id(), SECRET)
    one = limits()
    assert taken(one, 10) == 10
    settling = asyncio.create_task(settle(one, shared))
    await asyncio.sleep(0)
    assert taken(one, 10) == 10
    await settling
    assert taken(one, 100) in range(20, 31)  # Redis has filled it by a little meanwhile
    await shared.close()


async def test_without_redis_each_process_counts_for_itself(mortal_redis: RedisServer) -> None:
    shared = RedisRates(mortal_redis.url, new_cug_id(), SECRET)
    one = limits()
    assert taken(one, 30) == 30
    await asyncio.to_thread(mortal_redis.kill)
    with pytest.raises(Faults):
        await settle(one, shared)
    assert taken(one, BURST) == 10
    await shared.close()


async def test_it_goes_on_by_itself_over_a_redis_that_dies_and_comes_back(
    mortal_redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_rates, "SETTLE_SECONDS", 0.01)
    deployment = new_cug_id()
    one = limits()
    async with sharing(one, RedisRates(mortal_redis.url, deployment, SECRET)):
        await asyncio.to_thread(mortal_redis.kill)
        taken(one, 1)
        await asyncio.sleep(0.05)
        await asyncio.to_thread(mortal_redis.start)
        other = RedisRates(mortal_redis.url, deployment, SECRET)
        async with asyncio.timeout(20):
            left: dict[str, float] = {"192.0.2.1": BURST}
            while left["192.0.2.1"] > BURST - 0.5:
                one.requests.settle("192.0.2.1", BURST)
                taken(one, 5)
                await asyncio.sleep(0.02)
                left = await other.settle("requests", {"192.0.2.1": 0}, 10, BURST)
        await other.close()
