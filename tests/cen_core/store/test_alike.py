"""Published cases that resemble new ones, on both databases."""

from __future__ import annotations

from cen_core.model.content import parse
from cen_core.store.unit_of_work import sql_units_of_work
from tests.cen_core.world import Stand, data, line


async def test_the_same_goods_on_the_same_day_of_the_same_member(both: Stand) -> None:
    case = await both.published(data(goods=[line(quantity="0.5125", unit="TNE")]))
    await both.submitted(data(occurred_on="2024-03-09"))
    asked = [
        data(occurred_on="2024-03-02"),
        data(),
        data(goods=[line(quantity="512.6")]),
        data(goods=[line(product="other"), line(quantity="512500", unit="GRM")]),
        data(occurred_on="2024-03-09"),
    ]
    async with sql_units_of_work(both.engine)(read_only=True) as uow:
        found = await uow.published.alike([parse(one) for one in asked])
        assert await uow.published.alike([]) == {}
    assert found == {1: case.case_id, 3: case.case_id}
