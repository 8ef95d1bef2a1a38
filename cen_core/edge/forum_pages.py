"""The forum on pages: proposals with votes and answers; for the management team, what becomes of each."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from cen_core.edge.context import Context, Handler
from cen_core.edge.errors import status_of
from cen_core.edge.notice_pages import common
from cen_core.edge.rendering import sentence, shown
from cen_core.edge.requests import one
from cen_core.errors import CenError, RequestMalformed
from cen_core.model.notice_content import MAX_BODY, MAX_TITLE
from cen_core.model.proposal import ProposalState
from cen_core.services.forum import PAGE, Post, Verdict, may_moderate

SEE_OTHER: Final = 303
_SAID_HERE: Final = frozenset({403, 409, 422, 429})


async def forum_page(context: Context) -> Response:
    return await _forum(context)


async def _forum(
    context: Context, status: int = 200, problem: str = "", typed: Mapping[str, str] | None = None
) -> Response:
    state, page = _state_of(one(context.query, "state")), _number(one(context.query, "page") or "1")
    found, total = await context.core.cws.proposals(context.principal, state, page)
    chosen = f"state={state.value}&" if state is not None else ""
    return shown(
        context,
        "forum.html",
        status,
        problem=problem,
        found=found,
        total=total,
        state=state.value if state is not None else "",
        states=[each.value for each in ProposalState],
        earlier=f"/cen/forum?{chosen}page={page - 1}" if page > 1 else "",
        later=f"/cen/forum?{chosen}page={page + 1}" if page * PAGE < total else "",
        typed=typed or {},
        key=(typed or {}).get("key") or secrets.token_urlsafe(18),
        **_common(context),
    )


def _common(context: Context) -> dict[str, Any]:
    return {
        **common(context.view.language),
        "moderates": may_moderate(context.principal),
        "max_title": MAX_TITLE,
        "max_body": MAX_BODY,
    }


def _state_of(text: str) -> ProposalState | None:
    try:
        return ProposalState(text) if text else None
    except ValueError:
        raise RequestMalformed(what="state") from None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 5:
        raise RequestMalformed(what="number")
    return int(text)


async def propose(context: Context) -> Response:
    typed = {name: one(context.form, name) for name in ("title", "body", "language", "key")}
    try:
        context.services.rates.posts.take(context.principal.officer)
        post = Post(typed["language"], typed["title"], typed["body"], typed["key"])
        proposal_id = await context.core.cws.propose(context.principal, post)
    except CenError as refused:
        if status_of(refused.code) not in _SAID_HERE:
            raise
        return await _forum(context, status_of(refused.code), sentence(context, refused), typed)
    return RedirectResponse(f"/cen/forum/{proposal_id}", SEE_OTHER)


async def proposal_page(context: Context) -> Response:
    return await _proposal(context)


async def _proposal(context: Context, status: int = 200, problem: str = "", typed: str = "") -> Response:
    thread = await context.core.cws.thread(context.principal, context.path["proposal_id"])
    return shown(
        context,
        "proposal.html",
        status,
        problem=problem,
        view=thread.view,
        answers=thread.answers,
        states=[each.value for each in ProposalState],
        typed=typed,
        key=secrets.token_urlsafe(18),
        **_common(context),
    )


async def _done(context: Context, act: Callable[[str], Awaitable[None]], typed: str = "") -> Response:
    """Back to the proposal; a refusal is said there."""
    proposal_id = context.path["proposal_id"]
    try:
        await act(proposal_id)
    except CenError as refused:
        if status_of(refused.code) not in _SAID_HERE:
            raise
        return await _proposal(context, status_of(refused.code), sentence(context, refused), typed)
    return RedirectResponse(f"/cen/forum/{proposal_id}", SEE_OTHER)


async def answer_proposal(context: Context) -> Response:
    body = one(context.form, "body")
    post = Post(one(context.form, "language"), "", body, one(context.form, "key"))

    async def act(proposal_id: str) -> None:
        context.services.rates.posts.take(context.principal.officer)
        await context.core.cws.answer(context.principal, proposal_id, post)

    return await _done(context, act, body)


def _yes(context: Context, name: str) -> bool:
    value = one(context.form, name)
    if value not in {"yes", "no"}:
        raise RequestMalformed(what=name)
    return value == "yes"


async def vote_proposal(context: Context) -> Response:
    wanted = _yes(context, "vote")
    return await _done(context, lambda found: context.core.cws.vote(context.principal, found, wanted=wanted))


async def judge_proposal(context: Context) -> Response:
    state = _state_of(one(context.form, "state"))
    if state is None:
        raise RequestMalformed(what="state")
    verdict = Verdict(_number(one(context.form, "revision")), state, _yes(context, "hidden"))
    return await _done(context, lambda found: context.core.cws.judge(context.principal, found, verdict))


async def hide_answer(context: Context) -> Response:
    answer_id, hidden = one(context.form, "answer_id"), _yes(context, "hidden")
    return await _done(
        context, lambda found: context.core.cws.hide_answer(context.principal, found, answer_id, hidden=hidden)
    )


HANDLERS: Final[Mapping[str, Handler]] = {
    "forum_page": forum_page,
    "propose": propose,
    "proposal_page": proposal_page,
    "answer_proposal": answer_proposal,
    "vote_proposal": vote_proposal,
    "judge_proposal": judge_proposal,
    "hide_answer": hide_answer,
}
