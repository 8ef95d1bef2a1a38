"""The server's clock is followed from what it said; jitter stays near."""

from __future__ import annotations

from cencomm.client.clock import ServerClock, jittered, local_ms


def test_it_follows_the_server() -> None:
    clock = ServerClock()
    assert abs(clock.now_ms() - local_ms()) < 1000
    clock.learn(local_ms() + 3_600_000)
    assert abs(clock.now_ms() - local_ms() - 3_600_000) < 1000


def test_the_later_one_of_both_times_is_the_latest() -> None:
    clock = ServerClock()
    clock.learn(local_ms() - 3_600_000)
    assert abs(clock.latest_ms() - local_ms()) < 1000
    clock.learn(local_ms() + 3_600_000)
    assert abs(clock.latest_ms() - clock.now_ms()) < 1000


def test_the_server_may_say_how_far_apart_the_clocks_are() -> None:
    clock = ServerClock()
    clock.learn(local_ms() + 3_600_000)
    clock.correct(3600)
    assert abs(clock.now_ms() - local_ms()) < 60_000


def test_jitter_stays_near() -> None:
    assert all(1.0 <= jittered(2.0) <= 3.0 for _ in range(100))
