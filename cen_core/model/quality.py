"""How whole the cases of a member are, heading by heading: what the WCO's own Charter asks of who sends them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cen_core.model.query import NOTHING

CHECKS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "no_place": {"location": (NOTHING,)},
    "no_departure": {"departure": (NOTHING, "XX")},
    "no_quantity": {"unit": (NOTHING,)},
    "selected_unknown": {"detection_method": ("unknown",)},
    "product_other": {"product": ("other",)},
    "no_concealment": {"concealment": (NOTHING,)},
}
"""What is counted, each as the condition of a search."""


@dataclass(frozen=True, slots=True)
class Quality:
    """One member's cases under one heading, and how many of them lack what each check looks for."""

    member: str
    heading: str
    cases: int
    lacking: Mapping[str, int]

    def share(self, check: str) -> int:
        """Of a hundred."""
        return round(100 * self.lacking[check] / self.cases)
