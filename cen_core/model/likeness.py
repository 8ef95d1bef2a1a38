"""When two cases may be one: the same member, day and country, and a goods line of the same kind and quantity."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from cen_core.model.content import Content
from cen_core.model.findings import canonical

Likeness = tuple[str, str, str, str, str, str, Decimal]
"""Member, day, country, heading, product, canonical unit, amount in it."""


def likenesses(content: Content) -> Iterator[Likeness]:
    """One for each goods line that has a quantity: without one nothing can be said."""
    place = (content.reporting_country, content.occurred_on.isoformat(), content.country)
    for line in content.goods:
        measured = canonical(line)
        if measured is not None and measured[0]:
            amount, unit = measured
            yield (*place, line.heading, line.product, unit, amount)
