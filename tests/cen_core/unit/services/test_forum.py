"""Posting, voting, answering, moderating; a refusal stores nothing."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest

from cen_core.errors import KeyReused, NotAllowed, NoticeInvalid, ProposalUnknown, VersionConflict
from cen_core.model.principal import Level
from cen_core.model.proposal import ProposalState
from cen_core.services.forum import Post, Verdict
from tests.cen_core.world import FOREIGNER, LIMITED, NCP, OFFICER, RILO, SECOND_SECRETARY, SECRETARY, Stand

_KEYS = count(1)
HIDE = Verdict(1, ProposalState.OPEN, hidden=True)


def post(title: str = "Faster search", body: str = "Please.", **changes: str) -> Post:
    return Post(**({"language": "en", "title": title, "body": body, "key": f"post-{next(_KEYS):06d}"} | changes))


async def test_everybody_proposes_votes_once_and_answers(stand: Stand) -> None:
    cws = stand.core.cws
    first, second = await cws.propose(LIMITED, post()), await cws.propose(RILO, post("Dark maps"))
    for who in (OFFICER, FOREIGNER, LIMITED):
        await cws.vote(who, second, wanted=True)
        await cws.vote(who, second, wanted=True)
    await cws.vote(LIMITED, second, wanted=False)
    await cws.answer(FOREIGNER, first, post(""))
    await cws.answer(SECRETARY, first, post("", "Planned."))
    views, total = await cws.proposals(OFFICER)
    assert total == 2
    assert [(view.proposal.proposal_id, view.votes, view.answers, view.voted) for view in views] == [
        (second, 2, 0, True),
        (first, 0, 2, False),
    ]
    assert [each.official for each in (await cws.thread(OFFICER, first)).answers] == [False, True]


async def test_others_see_the_administration_and_the_management_team_the_name(stand: Stand) -> None:
    proposal = await stand.core.cws.propose(OFFICER, post())
    await stand.core.cws.answer(NCP, proposal, post(""))
    thread = await stand.core.cws.thread(FOREIGNER, proposal)
    assert (thread.view.proposal.author, thread.view.proposal.owner, thread.answers[0].author) == ("", "KE", "")
    assert [view.proposal.author for view in (await stand.core.cws.proposals(NCP))[0]] == [""]
    moderated = await stand.core.cws.thread(SECRETARY, proposal)
    assert (moderated.view.proposal.author, moderated.answers[0].author) == (OFFICER.officer, NCP.officer)


async def test_the_management_team_says_what_becomes_of_it(stand: Stand) -> None:
    cws = stand.core.cws
    proposal = await cws.propose(OFFICER, post())
    await cws.judge(SECRETARY, proposal, Verdict(1, ProposalState.PLANNED, hidden=False))
    assert (await cws.proposals(OFFICER, ProposalState.PLANNED))[1] == 1
    assert (await cws.proposals(OFFICER, ProposalState.OPEN))[1] == 0
    before = await stand.counts()
    with pytest.raises(VersionConflict):
        await cws.judge(SECOND_SECRETARY, proposal, HIDE)
    assert await stand.counts() == before
    assert before["cen_forum_log"] == 1


async def test_what_is_hidden_only_the_management_team_sees(stand: Stand) -> None:
    cws = stand.core.cws
    proposal, other = await cws.propose(OFFICER, post()), await cws.propose(OFFICER, post())
    await cws.answer(NCP, other, post(""))
    answer = (await cws.thread(SECRETARY, other)).answers[0].answer_id
    await cws.hide_answer(SECRETARY, other, answer, hidden=True)
    assert (await cws.thread(OFFICER, other)).answers == []
    assert (await cws.thread(OFFICER, other)).view.answers == 0
    await cws.judge(SECRETARY, proposal, HIDE)
    assert (await cws.proposals(OFFICER))[1] == 1
    assert (await cws.proposals(SECRETARY))[1] == 2
    before = await stand.counts()
    for use in (
        cws.thread(OFFICER, proposal),
        cws.vote(OFFICER, proposal, wanted=True),
        cws.answer(OFFICER, proposal, post("")),
        cws.thread(OFFICER, "' OR 1=1 --"),
        cws.hide_answer(SECRETARY, proposal, answer, hidden=True),
    ):
        with pytest.raises(ProposalUnknown):
            await use
    assert await stand.counts() == before
    await cws.hide_answer(SECRETARY, other, answer, hidden=False)
    assert len((await cws.thread(OFFICER, other)).answers) == 1


async def test_nobody_else_moderates(stand: Stand) -> None:
    proposal = await stand.core.cws.propose(OFFICER, post())
    before = await stand.counts()
    for who in (OFFICER, NCP, RILO, LIMITED, replace(SECRETARY, level=Level.READ_ONLY)):
        with pytest.raises(NotAllowed):
            await stand.core.cws.judge(who, proposal, HIDE)
        with pytest.raises(NotAllowed):
            await stand.core.cws.hide_answer(who, proposal, "0" * 32, hidden=True)
    assert await stand.counts() == before


async def test_the_same_key_makes_one(stand: Stand) -> None:
    same = post()
    proposal = await stand.core.cws.propose(OFFICER, same)
    assert await stand.core.cws.propose(OFFICER, same) == proposal
    reply = post("")
    await stand.core.cws.answer(OFFICER, proposal, reply)
    await stand.core.cws.answer(OFFICER, proposal, reply)
    before = await stand.counts()
    assert before["cen_answers"] == 1
    with pytest.raises(KeyReused):
        await stand.core.cws.propose(OFFICER, replace(same, body="Something else"))
    for wrong in (post(key="x"), post(""), post(body=""), post(language="xx")):
        with pytest.raises(NoticeInvalid):
            await stand.core.cws.propose(OFFICER, wrong)
    assert await stand.counts() == before
