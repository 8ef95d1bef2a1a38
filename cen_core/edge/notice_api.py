"""/cen/v1/notices: CWS for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from cen_core.edge.bodies import JudgeBody, LogOut, MoveBody, entry_out, json_of, parse
from cen_core.edge.context import Context, Handler
from cen_core.edge.notice_bodies import (
    NewNoticeBody,
    NoticeAmendment,
    NoticeVersionsOut,
    NoticeWorklistOut,
    content_in,
    found_out,
    notice_out,
    version_out,
    view_out,
)
from cen_core.edge.notice_pages import notice_file
from cen_core.edge.requests import one
from cen_core.errors import NoticeInvalid, QueryInvalid
from cen_core.model.notice import NoticeKind, NoticeMove
from cen_core.model.notice_query import DEFAULT_NOTICES, notice_page
from cen_core.services.notices import NewNotice, SeenNotice

IDEMPOTENCY_KEY: Final = "idempotency-key"
_DIGITS: Final = 6


async def notices(context: Context) -> Response:
    limit = one(context.query, "limit") or str(DEFAULT_NOTICES)
    if not (limit.isascii() and limit.isdigit()) or len(limit) > _DIGITS:
        raise QueryInvalid(field="limit", reason="out_of_range")
    page = notice_page(int(limit), one(context.query, "after"))
    given = {name: values for name, values in context.query.items() if name not in {"limit", "after"}}
    return json_of(found_out(await context.core.cws.find(context.principal, given, page)))


async def worklist(context: Context) -> Response:
    found = await context.core.cws.worklist(context.principal)
    return json_of(NoticeWorklistOut(notices=[view_out(view) for view in found]))


async def draft(context: Context) -> Response:
    """The key makes a resend harmless: the same again gives the same notice, something else is refused."""
    sent = parse(NewNoticeBody, context.body)
    key = context.request.headers.get(IDEMPOTENCY_KEY, "")
    given = NewNotice(_kind(sent.kind), sent.topic, content_in(sent), key, sent.submit)
    return json_of(notice_out(await context.core.cws.create(context.principal, given)), 201)


def _kind(value: str) -> NoticeKind:
    try:
        return NoticeKind(value)
    except ValueError:
        raise NoticeInvalid(field="kind", reason="not_in_list", count=1) from None


async def read(context: Context) -> Response:
    return json_of(view_out(await context.core.cws.read(context.principal, context.path["notice_id"])))


async def amend(context: Context) -> Response:
    sent = parse(NoticeAmendment, context.body)
    seen = SeenNotice(context.path["notice_id"], sent.revision)
    notice = await context.core.cws.amend(context.principal, seen, content_in(sent), submit=sent.submit)
    return json_of(notice_out(notice))


def _moving(move: NoticeMove) -> Handler:
    async def handler(context: Context) -> Response:
        sent = parse(MoveBody, context.body)
        return await _moved(context, move, sent.revision, "")

    return handler


def _judging(move: NoticeMove) -> Handler:
    async def handler(context: Context) -> Response:
        sent = parse(JudgeBody, context.body)
        return await _moved(context, move, sent.revision, sent.reason)

    return handler


async def _moved(context: Context, move: NoticeMove, revision: int, reason: str) -> Response:
    seen = SeenNotice(context.path["notice_id"], revision)
    return json_of(notice_out(await context.core.cws.move(context.principal, move, seen, reason)))


async def versions(context: Context) -> Response:
    found = await context.core.cws.history(context.principal, context.path["notice_id"])
    return json_of(NoticeVersionsOut(versions=[version_out(version) for version in found]))


async def log(context: Context) -> Response:
    found = await context.core.cws.log(context.principal, context.path["notice_id"])
    return json_of(LogOut(entries=[entry_out(entry) for entry in found]))


HANDLERS: Final[Mapping[str, Handler]] = {
    "api_notices": notices,
    "api_notice_worklist": worklist,
    "api_draft_notice": draft,
    "api_read_notice": read,
    "api_amend_notice": amend,
    "api_submit_notice": _moving(NoticeMove.SUBMIT),
    "api_discard_notice": _moving(NoticeMove.DISCARD),
    "api_approve_notice": _moving(NoticeMove.APPROVE),
    "api_return_notice": _judging(NoticeMove.RETURN),
    "api_withdraw_notice": _judging(NoticeMove.WITHDRAW),
    "api_notice_versions": versions,
    "api_notice_log": log,
    "api_notice_file": notice_file,
}
