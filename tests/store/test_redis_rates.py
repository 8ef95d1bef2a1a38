"""Buckets that processes share, on a real Redis."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from cencomm.ids import new_cug_id
from cencomm.store.redis_bus import Faults, connect
from cencomm.store.redis_rates import AT_ONCE, RedisRates

SLOW = 1e-6
"""Tokens a second: a test sees nothing of them."""


@pytest.fixture
async def rates(redis_url: str) -> AsyncIterator[RedisRates]:
    made = RedisRates(redis_url, new_cug_id(), b"secret")
    yield made
    await made.close()


async def test_what_everybody_spent_is_gone_for_everybody(rates: RedisRates) -> None:
    assert (await rates.settle("requests", {"a": 3}, SLOW, 10))["a"] == pytest.approx(7, abs=0.01)
    assert (await rates.settle("requests", {"a": 4, "b": 1}, SLOW, 10)) == pytest.approx({"a": 3, "b": 9}, abs=0.01)
    assert (await rates.settle("sign_ins", {"a": 1}, SLOW, 10))["a"] == pytest.approx(9, abs=0.01)


async def test_a_debt_is_bounded(rates: RedisRates) -> None:
    assert (await rates.settle("requests", {"a": 1000}, SLOW, 10))["a"] == pytest.approx(-10, abs=0.01)


async def test_a_bucket_fills_again_to_the_brim_and_no_further(rates: RedisRates) -> None:
    await rates.settle("requests", {"a": 10}, SLOW, 10)
    assert (await rates.settle("requests", {"a": 1}, 1e9, 10))["a"] == pytest.approx(9, abs=0.01)


async def test_more_buckets_than_fit_in_one_round_trip(rates: RedisRates) -> None:
    spent = {str(number): 1.0 for number in range(AT_ONCE + 1)}
    assert (await rates.settle("requests", spent, 1, 10)).keys() == spent.keys()


async def test_redis_learns_no_address_and_forgets_what_is_full(redis_url: str) -> None:
    deployment = new_cug_id()
    rates = RedisRates(redis_url, deployment, b"secret")
    await rates.settle("requests", {"192.0.2.77": 5}, 50, 200)
    await rates.close()
    redis = connect(redis_url)
    [key] = await redis.keys(f"cencomm:{deployment.hex()}:*")
    assert b"192.0.2" not in key
    assert 0 < await redis.pttl(key) <= 1100
    await redis.aclose()


async def test_without_redis_it_says_so() -> None:
    rates = RedisRates("redis://127.0.0.1:1", new_cug_id(), b"secret")
    with pytest.raises(Faults):
        await rates.settle("requests", {"a": 1}, 1, 10)
    await rates.close()
