"""Redis, where the settings name one. Without it nothing is lost, it only comes later."""

from __future__ import annotations

from collections.abc import AsyncIterator

from cencomm.server.doctor.finding import Finding, ok, warning
from cencomm.settings import Settings
from cencomm.store.diagnosis import redis_answers


async def examine_redis(settings: Settings) -> AsyncIterator[Finding]:
    if settings.redis_url:
        yield ok("redis_answers") if await redis_answers(settings.redis_url) else warning("redis_silent")
