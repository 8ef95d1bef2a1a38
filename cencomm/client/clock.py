"""What time the server has, as far as this device knows: the signed times of commits follow it (PROTOCOL §2.3)."""

from __future__ import annotations

import time


def local_ms() -> int:
    return time.time_ns() // 1_000_000


class ServerClock:
    """The local clock, corrected by what the server said last. Only decides when to act and what to sign; nothing is
    judged by it."""

    def __init__(self) -> None:
        self._ahead_ms = 0

    def learn(self, server_time_ms: int) -> None:
        self._ahead_ms = server_time_ms - local_ms()

    def now_ms(self) -> int:
        return local_ms() + self._ahead_ms
