"""Conditions as they are kept."""

from __future__ import annotations

import pytest

from cen_core.errors import QueryInvalid
from cen_core.model.saved import MAX_CONDITION, Period, both, read, written


def test_a_condition_comes_back_as_it_was() -> None:
    given = {"text": ["кокаин & море"], "heading": ["drugs", "tobacco"], "country": [""]}
    assert read(written(given)) == {"heading": ["drugs", "tobacco"], "text": ["кокаин & море"]}
    assert written({"b": ["2"], "a": ["1"]}) == "a=1&b=2"


def test_two_conditions_hold_together() -> None:
    assert both("country=KE", "heading=drugs") == {"country": ["KE"], "heading": ["drugs"]}
    with pytest.raises(QueryInvalid) as refused:
        both("country=KE&heading=drugs", "heading=tobacco")
    assert refused.value.facts == {"field": "heading", "reason": "twice"}


def test_too_much_is_refused() -> None:
    with pytest.raises(QueryInvalid):
        written({"text": ["x" * (MAX_CONDITION + 1)]})
    with pytest.raises(QueryInvalid):
        read("a=1&" * 1_000)


def test_rates_of_nothing_are_nothing() -> None:
    assert (Period("2024", 0, 0, 0).hit_rate, Period("2024", 0, 0, 0).coverage) == (0.0, 0.0)
    assert (Period("2024", 4, 10, 1).hit_rate, Period("2024", 4, 10, 1).coverage) == (25.0, 10.0)
