"""The board of quality: what is counted, and who sees whose."""

from __future__ import annotations

import pytest

from cen_core.errors import NotAllowed, QueryInvalid
from cen_core.model.person import Person
from cen_core.model.principal import Level, Principal, Role
from cen_core.store.unit_of_work import sql_units_of_work
from tests.cen_core.world import FOREIGN_NCP, NCP, OFFICER, RILO, SECRETARY, Stand, import_data


async def _cases(stand: Stand) -> None:
    await stand.published()
    await stand.published(import_data("KE", "BR"))
    await stand.published(import_data("KE", "BR", occurred_on="2024-03-02", detection_method="unknown"))
    await stand.published(import_data("FR", "BR"))
    await stand.submitted(import_data("KE", "CO"))


async def test_what_lacks_is_counted_by_member_and_heading(stand: Stand) -> None:
    await _cases(stand)
    found = await stand.core.quality(SECRETARY, {})
    assert [(one.member, one.heading, one.cases) for one in found] == [
        ("FR", "drugs", 1),
        ("KE", "drugs", 2),
        ("KE", "fauna_flora", 1),
    ]
    drugs = found[1].lacking
    assert (drugs["no_place"], drugs["selected_unknown"], drugs["no_quantity"], drugs["no_concealment"]) == (2, 1, 0, 2)
    assert [one.cases for one in await stand.core.quality(SECRETARY, {"since": ["2024-03-02"]})] == [1]


async def test_each_sees_whose_quality_is_his(stand: Stand) -> None:
    await _cases(stand)
    assert {one.member for one in await stand.core.quality(NCP, {})} == {"KE"}
    assert {one.member for one in await stand.core.quality(FOREIGN_NCP, {})} == {"FR"}
    assert await stand.core.quality(RILO, {}) == []
    async with sql_units_of_work(stand.engine)() as uow:
        await uow.people.put(Person("KE/ncp", "KE", "esa", Role.NCP, Level.UNLIMITED, "", True, "", 0))
        await uow.commit()
    assert {one.member for one in await stand.core.quality(RILO, {})} == {"KE"}


@pytest.mark.parametrize("who", [OFFICER, Principal("KE", Level.LIMITED, "esa", "KE/ncp", Role.NCP)])
async def test_others_see_none(stand: Stand, who: Principal) -> None:
    with pytest.raises(NotAllowed):
        await stand.core.quality(who, {})


@pytest.mark.parametrize("given", [{"colour": ["red"]}, {"location": ["KEMBA"]}])
async def test_conditions_that_a_column_sets_itself_are_refused(stand: Stand, given: dict[str, list[str]]) -> None:
    with pytest.raises(QueryInvalid):
        await stand.core.quality(SECRETARY, given)
