"""The server's clock, in the unit of everything that is stored."""

from __future__ import annotations

import time


def wall_clock_ms() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000
