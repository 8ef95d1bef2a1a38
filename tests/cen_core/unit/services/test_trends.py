"""Trends: months under the conditions, and routes that are new."""

from __future__ import annotations

import pytest

from cen_core.errors import NotAllowed, QueryInvalid
from cen_core.model.trends import NewRoute
from tests.cen_core.world import LIMITED, READER, Stand, import_data


async def test_a_route_is_new_where_no_case_took_it_before(stand: Stand) -> None:
    for departure, day in (("BR", "2024-01-05"), ("BR", "2024-12-20"), ("CO", "2024-12-21"), ("CO", "2024-12-22")):
        await stand.published(import_data("KE", departure, occurred_on=day))
    await stand.submitted(import_data("KE", "PE", occurred_on="2024-12-23"))
    found = await stand.core.trend(READER, {})
    assert (found.since, found.new_routes) == ("2024-10-03", (NewRoute("CO", "KE", 2),))
    assert [(month.month, month.cases) for month in found.months if month.cases] == [("2024-01", 1), ("2024-12", 3)]
    assert (await stand.core.trend(READER, {"departure": ["BR"]})).new_routes == ()
    assert (await stand.core.trend(READER, {"until": ["2024-06-01"]})).new_routes == ()


async def test_refused(stand: Stand) -> None:
    with pytest.raises(NotAllowed):
        await stand.core.trend(LIMITED, {})
    with pytest.raises(QueryInvalid):
        await stand.core.trend(READER, {"colour": ["red"]})
