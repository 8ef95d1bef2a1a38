"""Rate limits counted over all processes, without a round trip for any request.

    take ──> the bucket of this process, at once        every SETTLE_SECONDS: what was spent here ──> Redis
                     ^                                                                                  │
                     └──────────────── what is left for all processes together ────────────────────────┘

Where Redis is away each process goes on counting for itself: a limit is then that many times as high, never gone.
What must hold exactly (lockout) is counted in the database.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from cencomm.server.limits import RateLimits
from cencomm.store.redis_bus import Faults, backoff_seconds, end
from cencomm.store.redis_rates import RedisRates

SETTLE_SECONDS = 0.1

log = structlog.get_logger(__name__)


@asynccontextmanager
async def sharing(limits: RateLimits, rates: RedisRates) -> AsyncIterator[None]:
    """Shares `limits` until the block ends."""
    for limit in limits.by_name.values():
        limit.share()
    task = asyncio.create_task(_settle_for_ever(limits, rates), name="shared-rates")
    try:
        yield
    finally:
        await end([task])
        await rates.close()


async def _settle_for_ever(limits: RateLimits, rates: RedisRates) -> None:
    failed = 0
    while True:
        await asyncio.sleep(SETTLE_SECONDS if failed == 0 else SETTLE_SECONDS + backoff_seconds(failed))
        try:
            await settle(limits, rates)
        except Faults as fault:
            if failed == 0:
                log.warning("shared_rates.alone", reason=type(fault).__name__)
            failed += 1
        else:
            failed = 0


async def settle(limits: RateLimits, rates: RedisRates) -> None:
    """Tell what was spent here since the last time, learn what is left. What cannot be told is forgotten."""
    for name, limit in limits.by_name.items():
        spent = limit.take_spent()
        if spent:
            left = await rates.settle(name, spent, limit.rate.per_second, limit.rate.burst)
            for key, tokens in left.items():
                limit.settle(key, tokens)
