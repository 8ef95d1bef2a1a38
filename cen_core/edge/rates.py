"""How many requests an address may send, and how often a password may be tried for one name: token buckets in this
process. Where several processes serve, each counts for itself, and the bound is that many times as high."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cen_core.errors import TooManyRequests

MAX_KEYS: Final = 20_000
"""Buckets remembered; the ones unused for longest are forgotten first, so that memory is bounded."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`per_second` for long, `burst` at once."""

    per_second: float
    burst: float


REQUESTS: Final = Rate(per_second=20, burst=200)
SIGN_INS_OF_ADDRESS: Final = Rate(per_second=0.2, burst=30)
SIGN_INS_OF_NAME: Final = Rate(per_second=1 / 60, burst=8)
POSTS: Final = Rate(per_second=1 / 60, burst=10)
EXPORTS: Final = Rate(per_second=0.1, burst=6)
UPLOADS: Final = Rate(per_second=0.1, burst=12)
PICTURES: Final = Rate(per_second=0.2, burst=40)
"""Pictures that one officer may add: each takes a second of decoding."""


class Buckets:
    """One bucket for each key. `clock` gives seconds that never go back."""

    def __init__(self, rate: Rate, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._clock = clock
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> None:
        """Raises TooManyRequests: the bucket is empty; nothing is taken."""
        now = self._clock()
        tokens, since = self._held.pop(key, (self._rate.burst, now))
        tokens = min(self._rate.burst, tokens + (now - since) * self._rate.per_second)
        allowed = tokens >= 1
        self._held[key] = (tokens - 1 if allowed else tokens, now)
        while len(self._held) > MAX_KEYS:
            self._held.popitem(last=False)
        if not allowed:
            raise TooManyRequests(retry_after_seconds=math.ceil((1 - tokens) / self._rate.per_second))


class Rates:
    def __init__(self, clock: Callable[[], float]) -> None:
        self.requests = Buckets(REQUESTS, clock)
        self.sign_ins_of_address = Buckets(SIGN_INS_OF_ADDRESS, clock)
        self.sign_ins_of_name = Buckets(SIGN_INS_OF_NAME, clock)
        self.posts = Buckets(POSTS, clock)
        self.exports = Buckets(EXPORTS, clock)
        self.uploads = Buckets(UPLOADS, clock)
        self.pictures = Buckets(PICTURES, clock)
