"""Redis is asked where there is one."""

from __future__ import annotations

import time

import pytest

from cencomm.server.doctor.finding import Finding, Level, ok, warning
from cencomm.server.doctor.redis import examine_redis
from cencomm.settings import Settings
from tests.postgres import free_port


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def found(url: str, apart_ms: int = 0) -> list[Finding]:
    settings = Settings.from_environment({"CENCOMM_REDIS_URL": url})
    return [finding async for finding in examine_redis(settings, lambda: now_ms() + apart_ms)]


async def test_one_that_answers(redis_url: str) -> None:
    assert await found(redis_url) == [ok("redis_answers")]


@pytest.mark.parametrize("apart_ms", [-3_600_000, 3_600_000])
async def test_one_whose_clock_is_another(redis_url: str, apart_ms: int) -> None:
    answers, clock = await found(redis_url, apart_ms)
    assert answers == ok("redis_answers")
    assert (clock.code, clock.level) == ("redis_clock_apart", Level.WARNING)
    assert 3_590 <= int(clock.facts["seconds"] or 0) <= 3_600


async def test_one_that_does_not() -> None:
    assert await found(f"redis://127.0.0.1:{free_port()}") == [warning("redis_silent")]


async def test_none_wanted() -> None:
    assert await found("") == []
