"""What cases can be filtered, counted and grouped by. Search, facets and statistics share these names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Source(StrEnum):
    """Where a case's values stand: one for a case, one for a goods line, or several for a case."""

    CASE = "case"
    GOODS = "goods"
    CODES = "codes"
    ROUTE = "route"


@dataclass(frozen=True, slots=True)
class Dimension:
    """`code_list` names the words of its values; empty where the values speak for themselves."""

    name: str
    source: Source
    code_list: str = ""

    @property
    def is_multiple(self) -> bool:
        """Whether one case can have several values, so that the counts add up to more than the cases."""
        return self.source is not Source.CASE


_CASE = (
    ("member", "country"),
    ("country", "country"),
    ("territory", ""),
    ("departure", "country"),
    ("destination", "country"),
    ("location_type", "location_type"),
    ("location", ""),
    ("direction", "direction"),
    ("transport_mode", "transport_mode"),
    ("conveyance_type", "conveyance_type"),
    ("traffic_type", "traffic_type"),
    ("detection_method", "detection_method"),
    ("case_outcome", "case_outcome"),
    ("operation_code", ""),
    ("form", ""),
    ("year", ""),
    ("month", ""),
    ("day", ""),
)
_GOODS = (("heading", "heading"), ("product", "product"), ("species", ""), ("unit", "unit"), ("currency", ""))
_CODES = (("concealment", "concealment"), ("detection_aid", "detection_aid"), ("goods_outcome", "goods_outcome"))

DIMENSIONS: Final[Mapping[str, Dimension]] = {
    dimension.name: dimension
    for dimension in (
        *(Dimension(name, Source.CASE, words) for name, words in _CASE),
        *(Dimension(name, Source.GOODS, words) for name, words in _GOODS),
        *(Dimension(name, Source.CODES, words) for name, words in _CODES),
        Dimension("transit", Source.ROUTE, "country"),
    )
}
PERIODS: Final = ("year", "month", "day")
