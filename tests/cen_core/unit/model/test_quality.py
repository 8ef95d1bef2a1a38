"""Shares of cases that lack something."""

from __future__ import annotations

from cen_core.model.quality import CHECKS, Quality
from cen_core.model.query import filter_of


def test_each_check_is_a_condition_of_a_search() -> None:
    for check in CHECKS.values():
        assert filter_of(check).values


def test_a_share_is_of_a_hundred() -> None:
    assert Quality("KE", "drugs", 3, {"no_place": 1}).share("no_place") == 33
