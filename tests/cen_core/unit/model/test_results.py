"""Answers mark what says nothing."""

from __future__ import annotations

from cen_core.model.results import Bucket, Cell


def test_unknown_and_other_are_marked() -> None:
    assert Bucket("XX", 1).is_unknown
    assert Bucket("other", 1).is_other
    assert not Bucket("KE", 1).is_unknown
    assert Cell(("KE", "unknown"), 1).is_unknown
    assert Cell(("other", "KE"), 1).is_other
    assert not Cell(("KE", "2024"), 1).is_unknown
