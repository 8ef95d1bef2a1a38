"""When two cases may be one."""

from __future__ import annotations

from decimal import Decimal

from cen_core.model.content import parse
from cen_core.model.likeness import likenesses
from tests.cen_core.world import data, line


def test_a_line_is_compared_in_its_canonical_unit() -> None:
    heavy, light = parse(data(goods=[line(quantity="1", unit="TNE")])), parse(data(goods=[line(quantity="1000.0")]))
    assert list(likenesses(heavy)) == list(likenesses(light))
    assert list(likenesses(heavy)) == [
        ("KE", "2024-03-01", "KE", "fauna_flora", "ivory_raw", "KGM", Decimal(1000)),
    ]


def test_without_a_quantity_nothing_is_said() -> None:
    unknown = parse(data(goods=[line(quantity=None, unit="", quantity_missing="not_measured")]))
    zero = parse(data(goods=[line(quantity="0")]))
    assert list(likenesses(unknown)) == list(likenesses(zero)) == []
