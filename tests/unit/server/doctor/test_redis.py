"""Redis is asked where there is one."""

from __future__ import annotations

from cencomm.server.doctor.finding import Finding, ok, warning
from cencomm.server.doctor.redis import examine_redis
from cencomm.settings import Settings
from tests.postgres import free_port


async def found(url: str) -> list[Finding]:
    settings = Settings.from_environment({"CENCOMM_REDIS_URL": url})
    return [finding async for finding in examine_redis(settings)]


async def test_one_that_answers(redis_url: str) -> None:
    assert await found(redis_url) == [ok("redis_answers")]


async def test_one_that_does_not() -> None:
    assert await found(f"redis://127.0.0.1:{free_port()}") == [warning("redis_silent")]


async def test_none_wanted() -> None:
    assert await found("") == []
