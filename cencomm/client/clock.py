"""What time the server has, as far as this device knows: the signed times of commits follow it (PROTOCOL §2.3)."""

from __future__ import annotations

import random
import time


def local_ms() -> int:
    return time.time_ns() // 1_000_000


def jittered(seconds: float) -> float:
    """About so many seconds, half to one and a half: so that not all devices act at once."""
    return seconds * random.uniform(0.5, 1.5)  # noqa: S311 - only spreads the load


class ServerClock:
    """The local clock, corrected by what the server said last. Only decides when to act and what to sign; nothing is
    judged by it."""

    def __init__(self) -> None:
        self._ahead_ms = 0

    def learn(self, server_time_ms: int) -> None:
        self._ahead_ms = server_time_ms - local_ms()

    def correct(self, apart_seconds: int) -> None:
        """The server said how far ahead of its own time ours is; it may have changed since it was learnt."""
        self._ahead_ms -= apart_seconds * 1000

    def now_ms(self) -> int:
        return local_ms() + self._ahead_ms

    def latest_ms(self) -> int:
        """The later one of both times: what must not be old is held against it."""
        return max(local_ms(), self.now_ms())
