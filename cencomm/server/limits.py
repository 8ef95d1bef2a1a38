"""Token buckets in this process: how many requests an address or account may send.

Where there is Redis, `shared_rates` makes them the same buckets in every process; else each counts for itself, and the
bound is that many times as high. What must hold exactly (lockout) is counted in the store instead.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from cencomm.server.errors import TooManyRequests

MAX_KEYS = 50_000
"""Buckets remembered; the ones unused for longest are forgotten first, so memory is bounded."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`per_second` for long, `burst` at once."""

    per_second: float
    burst: float


class RateLimit:
    """One bucket per key. `clock` gives seconds that never go back."""

    def __init__(self, rate: Rate, clock: Callable[[], float], *, max_keys: int = MAX_KEYS) -> None:
        self.rate = rate
        self._clock = clock
        self._max_keys = max_keys
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._spent: dict[str, float] | None = None

    def take(self, key: str, cost: float = 1.0) -> None:
        """Take `cost` tokens from the bucket of `key`.

        Raises:
            TooManyRequests: there are not enough; nothing is taken.
        """
        now = self._clock()
        tokens, since = self._buckets.pop(key, (self.rate.burst, now))
        tokens = min(self.rate.burst, tokens + (now - since) * self.rate.per_second)
        if tokens >= cost:
            self._keep(key, tokens - cost, now)
            if self._spent is not None and (key in self._spent or len(self._spent) < self._max_keys):
                self._spent[key] = self._spent.get(key, 0.0) + cost
            return
        self._keep(key, tokens, now)
        raise TooManyRequests(retry_after_seconds=math.ceil((cost - tokens) / self.rate.per_second))

    def share(self) -> None:
        """From now on somebody settles with the other processes what is spent here."""
        self._spent = {}

    def take_spent(self) -> dict[str, float]:
        """By key, what was taken since this was last asked."""
        if self._spent is None:
            return {}
        spent, self._spent = self._spent, {}
        return spent

    def settle(self, key: str, tokens: float) -> None:
        """All processes together have `tokens` left, before what was taken here since `take_spent`."""
        since = 0.0 if self._spent is None else self._spent.get(key, 0.0)
        self._buckets.pop(key, None)
        self._keep(key, tokens - since, self._clock())

    def _keep(self, key: str, tokens: float, now: float) -> None:
        self._buckets[key] = (tokens, now)
        if len(self._buckets) > self._max_keys:
            self._buckets.popitem(last=False)


class RateLimits:
    """The buckets of the edge: all requests by address, the dear ones (signing in, enrolling) apart."""

    def __init__(self, requests_per_second: int, clock: Callable[[], float]) -> None:
        self.requests = RateLimit(Rate(requests_per_second, requests_per_second * 4), clock)
        self.sign_ins = RateLimit(Rate(requests_per_second / 5, requests_per_second * 2), clock)

    @property
    def by_name(self) -> dict[str, RateLimit]:
        return {"requests": self.requests, "sign_ins": self.sign_ins}
