"""The forum of proposals: posting, voting, answering, moderating. A refusal stores nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from cen_core.errors import KeyReused, NoticeInvalid, ProposalUnknown
from cen_core.model.notice import owner_of
from cen_core.model.principal import Principal
from cen_core.model.proposal import Answer, Proposal, ProposalState, ProposalView, Thread, check_text
from cen_core.services import access
from cen_core.services.ports import UnitOfWork

PAGE: Final = 20
MAX_PAGE_NUMBER: Final = 10_000
MAX_ANSWERS: Final = 500
_ID = re.compile(r"[0-9a-f]{32}")
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody writes; `key` makes a resend harmless. An answer has no title."""

    language: str
    title: str
    body: str
    key: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the management team says of a proposal at the revision that it saw."""

    revision: int
    state: ProposalState
    hidden: bool


def may_moderate(principal: Principal) -> bool:
    return access.may(principal, "moderate_forum")


async def propose(principal: Principal, post: Post, uow: UnitOfWork, now_ms: int, new_id: str) -> str:
    """The proposal's id; for a key that was used for the same before, the one that it made.

    Raises:
        NotAllowed, NoticeInvalid, KeyReused.
    """
    access.require(principal, "post_forum")
    title, body = check_text(post.language, post.title, post.body)
    owner = owner_of(principal)
    proposal = Proposal(
        new_id, principal.officer, owner, post.language, title, body, ProposalState.OPEN, False, 1, now_ms
    )
    async with uow:
        known = await _known(principal, post, "proposal", uow)
        if known:
            return known
        await uow.forum.add(proposal)
        await _remember(principal, post, "proposal", new_id, uow, now_ms)
        await uow.commit()
    return new_id


async def _known(principal: Principal, post: Post, about: str, uow: UnitOfWork) -> str:
    """What the key made before; empty for a new one. Raises NoticeInvalid, KeyReused."""
    if _KEY.fullmatch(post.key) is None:
        raise NoticeInvalid(field="key", reason="malformed", count=1)
    used = await uow.keys.get(principal.officer, post.key)
    if used is None:
        return ""
    if used[0] != _hash(post, about):
        raise KeyReused
    return used[1]


async def _remember(principal: Principal, post: Post, about: str, made: str, uow: UnitOfWork, now_ms: int) -> None:
    await uow.keys.add(principal.officer, post.key, _hash(post, about), made, now_ms)


def _hash(post: Post, about: str) -> str:
    parts = ("forum", about, post.language, post.title, post.body)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


async def answer(principal: Principal, proposal_id: str, post: Post, uow: UnitOfWork, now_ms: int, new_id: str) -> None:
    """Official where the management team answers.

    Raises:
        NotAllowed, ProposalUnknown, NoticeInvalid, KeyReused.
    """
    access.require(principal, "post_forum")
    _, body = check_text(post.language, "answer", post.body)
    async with uow:
        await _seen(principal, proposal_id, uow)
        if await _known(principal, post, proposal_id, uow):
            return
        if await uow.forum.count_answers(proposal_id) >= MAX_ANSWERS:
            raise NoticeInvalid(field="body", reason="too_many_values", count=1)
        official = may_moderate(principal)
        owner = owner_of(principal)
        await uow.forum.add_answer(
            Answer(new_id, proposal_id, principal.officer, owner, post.language, body, official, False, now_ms)
        )
        await _remember(principal, post, proposal_id, new_id, uow, now_ms)
        await uow.commit()


async def _seen(principal: Principal, proposal_id: str, uow: UnitOfWork) -> Proposal:
    """The proposal, if the principal may know that there is one. Raises ProposalUnknown."""
    found = await uow.forum.get(proposal_id) if _ID.fullmatch(proposal_id) is not None else None
    if found is None or (found.hidden and not may_moderate(principal)):
        raise ProposalUnknown
    return found


async def vote(principal: Principal, proposal_id: str, *, wanted: bool, uow: UnitOfWork, now_ms: int) -> None:
    """One vote for each person, or none. Raises NotAllowed, ProposalUnknown."""
    access.require(principal, "post_forum")
    async with uow:
        await _seen(principal, proposal_id, uow)
        await uow.forum.vote(proposal_id, principal.officer, now_ms, wanted=wanted)
        await uow.commit()


async def judge(principal: Principal, proposal_id: str, verdict: Verdict, uow: UnitOfWork, now_ms: int) -> None:
    """What becomes of the proposal, and whether it is hidden. Raises NotAllowed, ProposalUnknown, VersionConflict."""
    access.require(principal, "moderate_forum")
    async with uow:
        found = await _seen(principal, proposal_id, uow)
        await uow.forum.update(found.judged(verdict.state, verdict.hidden, verdict.revision))
        action = "hide" if verdict.hidden else verdict.state.value
        await uow.forum.log(proposal_id, "", action, principal.officer, now_ms)
        await uow.commit()


async def hide_answer(
    principal: Principal, proposal_id: str, answer_id: str, *, hidden: bool, uow: UnitOfWork, now_ms: int
) -> None:
    """Raises NotAllowed, ProposalUnknown: also where it has no such answer."""
    access.require(principal, "moderate_forum")
    async with uow:
        await _seen(principal, proposal_id, uow)
        if not await uow.forum.hide_answer(proposal_id, answer_id, hidden=hidden):
            raise ProposalUnknown
        await uow.forum.log(proposal_id, answer_id, "hide" if hidden else "show", principal.officer, now_ms)
        await uow.commit()


async def proposals(
    principal: Principal, state: ProposalState | None, page: int, uow: UnitOfWork
) -> tuple[Sequence[ProposalView], int]:
    """A page of them, the most wanted first, and how many there are. Raises NotAllowed."""
    access.require(principal, "forum")
    moderates = may_moderate(principal)
    number = min(max(page, 1), MAX_PAGE_NUMBER)
    async with uow:
        found = await uow.forum.page(principal.officer, state, PAGE, (number - 1) * PAGE, hidden=moderates)
        total = await uow.forum.count(state, hidden=moderates)
    return [_without_author(view, moderates) for view in found], total


def _without_author(view: ProposalView, moderates: bool) -> ProposalView:
    return view if moderates else replace(view, proposal=replace(view.proposal, author=""))


async def thread(principal: Principal, proposal_id: str, uow: UnitOfWork) -> Thread:
    """The proposal with its answers, the first first. Raises NotAllowed, ProposalUnknown."""
    access.require(principal, "forum")
    moderates = may_moderate(principal)
    async with uow:
        await _seen(principal, proposal_id, uow)
        view = await uow.forum.view(proposal_id, principal.officer)
        answers = await uow.forum.answers(proposal_id, hidden=moderates)
    shown = answers if moderates else [replace(each, author="") for each in answers]
    return Thread(_without_author(view, moderates), shown)
