"""What changes: months against the year before, and routes that were never taken before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from cen_core.model.principal import Principal
from cen_core.model.query import filter_of
from cen_core.model.trends import NewRoute, Trend, months_of
from cen_core.services import access
from cen_core.services.ports import UnitOfWork

NEW_DAYS: Final = 90
MAX_ROUTES: Final = 100
_WAY: Final = ("departure", "destination")


async def trend(principal: Principal, given: Mapping[str, Sequence[str]], uow: UnitOfWork, today: date) -> Trend:
    """Under these conditions. A route counts as new where no case took it before the last `NEW_DAYS` days.

    Raises:
        NotAllowed, QueryInvalid.
    """
    access.require(principal, "statistics")
    chosen = filter_of(given)
    cut = today - timedelta(days=NEW_DAYS)
    late = replace(chosen, since=max(chosen.since or cut, cut))
    early = replace(chosen, until=min(chosen.until or cut, cut - timedelta(days=1)))
    async with uow:
        by_month = await uow.published.statistics(chosen, ("month",))
        recent = await uow.published.statistics(late, _WAY)
        before = await uow.published.statistics(early, _WAY)
    known = {cell.values for cell in before.cells}
    fresh = [
        NewRoute(cell.values[0], cell.values[1], cell.cases)
        for cell in recent.cells
        if all(cell.values) and cell.values not in known
    ]
    fresh.sort(key=lambda route: (-route.cases, route.departure, route.destination))
    months = months_of({cell.values[0]: cell.cases for cell in by_month.cells})
    return Trend(months, tuple(fresh[:MAX_ROUTES]), cut.isoformat())
