"""The forum on both databases: votes are counted once for each person, pages follow each other."""

from __future__ import annotations

import asyncio

import pytest

from cen_core.errors import VersionConflict
from cen_core.model.proposal import ProposalState
from cen_core.services.forum import PAGE, Post
from cen_core.store.unit_of_work import sql_units_of_work
from tests.cen_core.world import COLLEAGUE, OFFICER, Stand


async def test_votes_at_once_count_once(both: Stand) -> None:
    proposal = await both.core.cws.propose(OFFICER, Post("ar", "بحث أسرع", "من فضلكم", "key-number-one"))
    await asyncio.gather(*(both.core.cws.vote(who, proposal, wanted=True) for who in (OFFICER, OFFICER, COLLEAGUE)))
    view = (await both.core.cws.thread(OFFICER, proposal)).view
    assert (view.votes, view.voted, view.proposal.title) == (2, True, "بحث أسرع")
    async with sql_units_of_work(both.engine)() as uow:
        with pytest.raises(VersionConflict):
            await uow.forum.update(
                view.proposal.judged(ProposalState.DONE, False, 1).judged(ProposalState.OPEN, False, 2)
            )


async def test_pages_follow_each_other(both: Stand) -> None:
    made = []
    for number in range(PAGE + 1):
        both.now_ms += 1
        made.append(await both.core.cws.propose(OFFICER, Post("en", f"n{number}", "b", f"key-number-{number}")))
    first, total = await both.core.cws.proposals(COLLEAGUE)
    second, _ = await both.core.cws.proposals(COLLEAGUE, None, 2)
    assert total == PAGE + 1
    assert [view.proposal.proposal_id for view in (*first, *second)] == made[::-1]
