"""Watch lists and risk indicators.

SV-01 a watch list tells what was published, or published anew, since its owner looked
SV-02 an indicator is measured by year: what fits, what is of the aim, what is both
SV-03 only its owner changes one; others see only what is shared, and only who stands for the name shares
SV-04 what is refused is not stored
SV-05 a condition whose code is gone is shown as such and breaks nothing else
"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from cen_core.api import SavedKind, WantedSearch
from cen_core.errors import CaseMalformed, CenError, NotAllowed, QueryInvalid, SavedUnknown, TooManySaved
from cen_core.model.principal import Principal
from cen_core.model.saved import Period
from cen_core.services import saved
from cen_core.store import tables
from tests.cen_core.world import (
    COLLEAGUE,
    FOREIGNER,
    LIMITED,
    NCP,
    OFFICER,
    READER,
    RILO,
    Stand,
    change,
    data,
    import_data,
)

IVORY = WantedSearch(SavedKind.WATCH, "Ivory from Mombasa", {"heading": ["fauna_flora"], "location": ["KEMBA"]})
AIR = WantedSearch(SavedKind.INDICATOR, "By air from Brazil", {"departure": ["BR"]}, {"heading": ["drugs"]})


async def test_sv_01_what_is_new(stand: Stand) -> None:
    await stand.published()
    kept = await stand.core.save_search(READER, IVORY)
    assert [one.fresh for one in await stand.core.searches(READER)] == [0]
    stand.now_ms += 1_000
    case = await stand.published(data(occurred_on="2024-03-02"))
    await stand.published(import_data("KE", "BR"))
    assert [one.fresh for one in await stand.core.searches(READER)] == [1]
    stand.now_ms += 1_000
    await stand.core.search_seen(READER, kept.saved_id)
    assert [one.fresh for one in await stand.core.searches(READER)] == [0]
    stand.now_ms += 1_000
    amended = await stand.core.amend(OFFICER, change(case), data(occurred_on="2024-03-03"), submit=True)
    await stand.core.validate(NCP, change(amended))
    assert [one.fresh for one in await stand.core.searches(READER)] == [1]


async def test_sv_02_an_indicator_is_measured(stand: Stand) -> None:
    await stand.published(import_data("KE", "BR"))
    await stand.published(import_data("KE", "BR", occurred_on="2023-05-06", goods=data()["goods"]))
    await stand.published(import_data("KE", "CO"))
    kept = await stand.core.save_search(READER, AIR)
    found = await stand.core.measure(READER, kept.saved_id)
    assert found.periods == (Period("2023", 1, 0, 0), Period("2024", 1, 2, 1))
    assert found.total == Period("", 2, 2, 1)
    assert (found.total.hit_rate, found.total.coverage) == (50.0, 50.0)


async def test_sv_03_others_see_what_is_shared(stand: Stand) -> None:
    kept = await stand.core.save_search(NCP, AIR)
    assert await stand.core.searches(FOREIGNER) == []
    with pytest.raises(SavedUnknown):
        await stand.core.measure(FOREIGNER, kept.saved_id)
    await stand.core.share_search(NCP, kept.saved_id, shared=True)
    assert [one.saved.name for one in await stand.core.searches(FOREIGNER)] == ["By air from Brazil"]
    assert (await stand.core.measure(FOREIGNER, kept.saved_id)).total.fits == 0
    before = await stand.counts()
    for act in (
        stand.core.search_seen(FOREIGNER, kept.saved_id),
        stand.core.forget_search(FOREIGNER, kept.saved_id),
        stand.core.share_search(RILO, kept.saved_id, shared=False),
    ):
        with pytest.raises(NotAllowed):
            await act
    assert await stand.counts() == before
    await stand.core.share_search(NCP, kept.saved_id, shared=False)
    assert await stand.core.searches(FOREIGNER) == []
    await stand.core.forget_search(NCP, kept.saved_id)
    assert (await stand.counts())["cen_saved"] == 0


async def test_sv_03_an_officer_keeps_but_does_not_share(stand: Stand) -> None:
    kept = await stand.core.save_search(COLLEAGUE, IVORY)
    with pytest.raises(NotAllowed):
        await stand.core.share_search(COLLEAGUE, kept.saved_id, shared=True)
    assert not (await stand.core.searches(COLLEAGUE))[0].saved.shared


@pytest.mark.parametrize(
    ("who", "changes", "error"),
    [
        (LIMITED, {}, NotAllowed),
        (READER, {"name": " "}, CaseMalformed),
        (READER, {"name": "x" * 81}, CaseMalformed),
        (READER, {"name": "a\nb"}, CaseMalformed),
        (READER, {"condition": {}}, QueryInvalid),
        (READER, {"condition": {"heading": ["gold"]}}, QueryInvalid),
        (READER, {"aim": {"colour": ["red"]}}, QueryInvalid),
        (READER, {"aim": {"heading": ["drugs"]}}, QueryInvalid),
    ],
    ids=range(8),
)
async def test_sv_04_refused(stand: Stand, who: Principal, changes: dict[str, Any], error: type[CenError]) -> None:
    given: dict[str, Any] = {"kind": SavedKind.WATCH, "name": "x", "condition": {"heading": ["drugs"]}, "aim": {}}
    with pytest.raises(error):
        await stand.core.save_search(who, WantedSearch(**(given | changes)))
    assert (await stand.counts())["cen_saved"] == 0


async def test_sv_04_as_many_as_there_may_be(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "MAX_SAVED", 1)
    await stand.core.save_search(READER, IVORY)
    with pytest.raises(TooManySaved):
        await stand.core.save_search(READER, AIR)
    assert (await stand.counts())["cen_saved"] == 1


async def test_sv_05_a_code_that_is_gone(stand: Stand) -> None:
    kept = await stand.core.save_search(READER, IVORY)
    await stand.core.save_search(READER, AIR)
    async with stand.engine.begin() as connection:
        broken = update(tables.saved).where(tables.saved.c.saved_id == kept.saved_id)
        await connection.execute(broken.values(condition="heading=gone"))
    assert {one.saved.name: one.fresh for one in await stand.core.searches(READER)} == {
        "Ivory from Mombasa": None,
        "By air from Brazil": 0,
    }
    with pytest.raises(QueryInvalid):
        await stand.core.measure(READER, kept.saved_id)
