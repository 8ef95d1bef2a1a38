"""/cen/v1: cases, search, statistics and exports for programs. Facts and codes only; no cookie is looked at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from starlette.responses import JSONResponse, Response

from cen_core.api import Change, Entry, Principal, Question
from cen_core.edge import openapi
from cen_core.edge.bodies import (
    Amendment,
    CasesOut,
    JudgeBody,
    LogOut,
    MoveBody,
    NewCase,
    ReleaseBody,
    SessionOut,
    SignInBody,
    VersionsOut,
    WithdrawReleaseBody,
    WordsBody,
    case_out,
    entry_out,
    json_of,
    parse,
    results_out,
    statistics_out,
    version_out,
    view_out,
)
from cen_core.edge.context import Context, Handler
from cen_core.edge.exports import exported
from cen_core.edge.requests import address_of, limit_of, one
from cen_core.errors import QueryInvalid
from cen_core.model.case import Case, State
from cen_core.model.query import page_of
from cen_core.services.cases import OPEN

IDEMPOTENCY_KEY: Final = "idempotency-key"


async def sign_in(context: Context) -> Response:
    sent = parse(SignInBody, context.body)
    context.services.rates.sign_ins_of_address.take(address_of(context.request))
    context.services.rates.sign_ins_of_name.take(sent.officer)
    token, person = await context.people.sign_in(sent.officer, sent.password)
    return json_of(
        SessionOut(token=token, officer=person.officer, role=person.role.value, level=person.level.value), 201
    )


async def sign_out(context: Context) -> Response:
    await context.people.sign_out(context.token)
    return Response(status_code=204)


async def document(_context: Context) -> Response:
    return JSONResponse(openapi.document())


async def create(context: Context) -> Response:
    """The key makes a resend harmless: the same again gives the same case, something else is refused."""
    sent = parse(NewCase, context.body)
    key = context.request.headers.get(IDEMPOTENCY_KEY, "")
    entry = Entry(sent.content, key, sent.source_key, sent.words_read, sent.submit)
    return json_of(case_out(await context.core.create(context.principal, entry)), 201)


async def release(context: Context) -> Response:
    """As `create`; a source key that is known amends its case."""
    sent = parse(ReleaseBody, context.body)
    key = context.request.headers.get(IDEMPOTENCY_KEY, "")
    entry = Entry(sent.content, key, sent.source_key, sent.words_read)
    return json_of(case_out(await context.core.release(context.principal, entry)))


async def withdraw_release(context: Context) -> Response:
    sent = parse(WithdrawReleaseBody, context.body)
    return json_of(case_out(await context.core.withdraw_release(context.principal, sent.source_key, sent.reason)))


async def read(context: Context) -> Response:
    return json_of(view_out(await context.core.read(context.principal, context.path["case_id"])))


async def amend(context: Context) -> Response:
    sent = parse(Amendment, context.body)
    change = Change(context.path["case_id"], sent.revision)
    case = await context.core.amend(
        context.principal, change, sent.content, words_read=sent.words_read, submit=sent.submit
    )
    return json_of(case_out(case))


async def add_words(context: Context) -> Response:
    sent = parse(WordsBody, context.body)
    change = Change(context.path["case_id"], sent.revision)
    return json_of(case_out(await context.core.add_words(context.principal, change, sent.words)))


def _moves(move: Callable[[Context], Callable[[Principal, Change], Awaitable[Case]]]) -> Handler:
    async def handler(context: Context) -> Response:
        sent = parse(MoveBody, context.body)
        change = Change(context.path["case_id"], sent.revision)
        return json_of(case_out(await move(context)(context.principal, change)))

    return handler


def _judges(move: Callable[[Context], Callable[[Principal, Change, str], Awaitable[Case]]]) -> Handler:
    async def handler(context: Context) -> Response:
        sent = parse(JudgeBody, context.body)
        change = Change(context.path["case_id"], sent.revision)
        return json_of(case_out(await move(context)(context.principal, change, sent.reason)))

    return handler


async def versions(context: Context) -> Response:
    found = await context.core.history(context.principal, context.path["case_id"])
    return json_of(VersionsOut(versions=[version_out(version) for version in found]))


async def log(context: Context) -> Response:
    limit, _ = limit_of(context.query, {"limit"})
    found = await context.core.log(context.principal, context.path["case_id"])
    return json_of(LogOut(entries=[entry_out(entry) for entry in list(reversed(found))[:limit]]))


async def worklist(context: Context) -> Response:
    limit, rest = limit_of(context.query, {"limit", "state"})
    states = [_state(value) for value in rest.get("state", [])]
    found = await context.core.worklist(context.principal, states or OPEN, limit)
    return json_of(CasesOut(cases=[view_out(view) for view in found]))


def _state(value: str) -> State:
    try:
        return State(value)
    except ValueError:
        raise QueryInvalid(field="state", reason="not_in_list") from None


async def search(context: Context) -> Response:
    limit, rest = limit_of(context.query)
    given = {name: values for name, values in rest.items() if name not in {"facet", "after"}}
    question = Question(given, rest.get("facet", []), page_of(limit, one(rest, "after")))
    return json_of(results_out(await context.core.search(context.principal, question)))


async def statistics(context: Context) -> Response:
    given = {name: values for name, values in context.query.items() if name != "by"}
    return json_of(statistics_out(await context.core.statistics(context.principal, given, context.query.get("by", []))))


async def export(context: Context) -> Response:
    return await exported(context, context.query)


HANDLERS: Final[Mapping[str, Handler]] = {
    "api_openapi": document,
    "api_sign_in": sign_in,
    "api_sign_out": sign_out,
    "api_search": search,
    "api_statistics": statistics,
    "api_export": export,
    "api_worklist": worklist,
    "api_create": create,
    "api_release": release,
    "api_withdraw_release": withdraw_release,
    "api_read": read,
    "api_amend": amend,
    "api_add_words": add_words,
    "api_submit": _moves(lambda context: context.core.submit),
    "api_discard": _moves(lambda context: context.core.discard),
    "api_validate": _moves(lambda context: context.core.validate),
    "api_return": _judges(lambda context: context.core.send_back),
    "api_withdraw": _judges(lambda context: context.core.withdraw),
    "api_versions": versions,
    "api_log": log,
}
