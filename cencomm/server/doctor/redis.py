"""Redis, where the settings name one. Without it nothing is lost, it only comes later."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from cencomm.server.doctor.finding import Finding, ok, warning
from cencomm.settings import Settings
from cencomm.store.diagnosis import redis_clock_ms

CLOCKS_APART_MS = 2_000


async def examine_redis(settings: Settings, now_ms: Callable[[], int]) -> AsyncIterator[Finding]:
    if not settings.redis_url:
        return
    clock_ms = await redis_clock_ms(settings.redis_url)
    if clock_ms is None:
        yield warning("redis_silent")
        return
    yield ok("redis_answers")
    apart = abs(now_ms() - clock_ms)
    if apart > CLOCKS_APART_MS:
        yield warning("redis_clock_apart", seconds=apart // 1000)
