"""The services of questions: what they refuse, and how pages follow each other."""

from __future__ import annotations

import pytest

from cen_core.api import Principal, Question
from cen_core.errors import NotAllowed, QueryInvalid
from cen_core.model.query import page_of
from tests.cen_core.world import FOREIGNER, LIMITED, NCP, OFFICER, READER, RILO, SECRETARY, Stand, data


@pytest.mark.parametrize("who", [OFFICER, READER, NCP, FOREIGNER, RILO, SECRETARY])
async def test_everybody_from_read_only_on_asks(stand: Stand, who: Principal) -> None:
    await stand.published()
    assert (await stand.core.search(who, Question({}))).total == 1
    assert (await stand.core.statistics(who, {}, ("heading",))).total.cases == 1
    assert len([case async for case in stand.core.export(who, {})]) == 1


async def test_limited_asks_nothing(stand: Stand) -> None:
    with pytest.raises(NotAllowed):
        await stand.core.search(LIMITED, Question({}))
    with pytest.raises(NotAllowed):
        await stand.core.over_time(LIMITED, {})


async def test_right_is_judged_before_the_question(stand: Stand) -> None:
    with pytest.raises(NotAllowed):
        await stand.core.search(LIMITED, Question({"colour": ["red"]}))


@pytest.mark.parametrize("facets", [("colour",), ("country", "country"), tuple(f"x{n}" for n in range(30))])
async def test_facets_are_dimensions(stand: Stand, facets: tuple[str, ...]) -> None:
    with pytest.raises(QueryInvalid):
        await stand.core.search(READER, Question({}, facets))


async def test_cursor_names_the_last_case(stand: Stand) -> None:
    case = await stand.published()
    await stand.published(data(occurred_on="2024-01-01"))
    found = await stand.core.search(READER, Question({}, page=page_of(1)))
    assert found.next_after == f"2024-03-01.{case.case_id}"
    assert (await stand.core.search(READER, Question({}))).next_after == ""


async def test_found_cases_say_nothing_of_their_officers(stand: Stand) -> None:
    await stand.published()
    found = await stand.core.search(FOREIGNER, Question({}))
    assert "KE/officer" not in repr(found)
    assert "KE/ncp" not in repr(found)
