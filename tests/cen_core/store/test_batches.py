"""Long lists in parts."""

from __future__ import annotations

from cen_core.store.batches import batches


def test_parts_are_the_whole_in_order() -> None:
    assert [list(part) for part in batches([1, 2, 3, 4, 5], 2)] == [[1, 2], [3, 4], [5]]
    assert list(batches([], 2)) == []
