"""Buckets fill with time, and one key's never empties another's."""

from __future__ import annotations

import pytest

from cen_core.edge import rates
from cen_core.edge.rates import Buckets, Rate, Rates
from cen_core.errors import TooManyRequests


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_empties_and_fills_again() -> None:
    clock = Clock()
    buckets = Buckets(Rate(per_second=0.5, burst=2), clock)
    buckets.take("a")
    buckets.take("a")
    with pytest.raises(TooManyRequests) as refused:
        buckets.take("a")
    assert refused.value.facts == {"retry_after_seconds": 2}
    buckets.take("b")
    clock.now = 2.0
    buckets.take("a")
    with pytest.raises(TooManyRequests):
        buckets.take("a")


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MAX_KEYS", 2)
    buckets = Buckets(Rate(1, 1), Clock())
    for key in "abc":
        buckets.take(key)
    buckets.take("a")  # forgotten, so full again
    with pytest.raises(TooManyRequests):
        buckets.take("c")


def test_a_name_may_be_tried_less_often_than_an_address() -> None:
    assert rates.SIGN_INS_OF_NAME.per_second < rates.SIGN_INS_OF_ADDRESS.per_second
    assert Rates(Clock()).exports is not Rates(Clock()).exports
