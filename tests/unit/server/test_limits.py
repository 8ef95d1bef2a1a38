"""Token buckets."""

from __future__ import annotations

import pytest

from cencomm.server.errors import TooManyRequests
from cencomm.server.limits import Rate, RateLimit, RateLimits


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def taken(limit: RateLimit, key: str, tries: int) -> int:
    count = 0
    for _ in range(tries):
        try:
            limit.take(key)
        except TooManyRequests:
            continue
        count += 1
    return count


def test_burst_then_the_steady_rate() -> None:
    clock = Clock()
    limit = RateLimit(Rate(2, 5), clock)
    assert taken(limit, "a", 10) == 5
    clock.now += 1
    assert taken(limit, "a", 10) == 2
    clock.now += 1_000
    assert taken(limit, "a", 10) == 5


def test_keys_do_not_touch_each_other() -> None:
    limit = RateLimit(Rate(1, 1), Clock())
    assert taken(limit, "a", 2) == taken(limit, "b", 2) == 1


def test_refusal_takes_nothing_and_says_when_to_come_back() -> None:
    clock = Clock()
    limit = RateLimit(Rate(0.5, 4), clock)
    with pytest.raises(TooManyRequests) as refused:
        limit.take("a", 5)
    assert refused.value.facts == {"retry_after_seconds": 2}
    limit.take("a", 4)


def test_memory_is_bounded_and_the_longest_unused_goes_first() -> None:
    limit = RateLimit(Rate(1, 1), Clock(), max_keys=2)
    limit.take("a")
    limit.take("b")
    with pytest.raises(TooManyRequests):
        limit.take("a")
    limit.take("c")
    assert taken(limit, "a", 1) == 0
    assert taken(limit, "b", 1) == 1


def test_signing_in_is_dearer_than_the_rest() -> None:
    limits = RateLimits(10, Clock())
    assert taken(limits.requests, "a", 100) == 40
    assert taken(limits.sign_ins, "a", 100) == 20


def test_what_is_spent_is_told_once_and_only_where_it_is_shared() -> None:
    limit = RateLimit(Rate(1, 3), Clock(), max_keys=2)
    limit.take("a")
    assert limit.take_spent() == {}
    limit.share()
    assert taken(limit, "a", 9) == 2  # a refusal spends nothing
    for key in ("b", "c"):
        limit.take(key)
    assert limit.take_spent() == {"a": 2.0, "b": 1.0}
    assert limit.take_spent() == {}


def test_what_others_spent_is_missing_here_and_what_was_taken_meanwhile_too() -> None:
    limit = RateLimit(Rate(1, 10), Clock())
    limit.share()
    limit.take("a", 2)
    limit.settle("a", 5)
    assert taken(limit, "a", 10) == 3
    limit.settle("b", -4)
    assert taken(limit, "b", 10) == 0
