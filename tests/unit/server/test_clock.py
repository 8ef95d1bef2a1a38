"""The clock gives milliseconds since 1970."""

from __future__ import annotations

from datetime import UTC, datetime

from cencomm.server.clock import wall_clock_ms


def test_milliseconds_of_now() -> None:
    assert abs(wall_clock_ms() / 1000 - datetime.now(UTC).timestamp()) < 5
