"""One case on pages: reading it and its versions, entering and amending it, handing it on, judging it."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from cen_core.api import Change, Entry, Principal, Role
from cen_core.edge import entry_form
from cen_core.edge.bodies import content_data
from cen_core.edge.context import Context, Handler
from cen_core.edge.entry_form import Values
from cen_core.edge.errors import status_of
from cen_core.edge.picture_pages import title_of
from cen_core.edge.rendering import field_name, options, products, sentence, shown
from cen_core.edge.requests import one
from cen_core.edge.words import Words
from cen_core.errors import CaseUnknown, CenError, RequestMalformed
from cen_core.model import codes
from cen_core.model.case import TRANSITIONS, Case, LogEntry, Move, State, Version
from cen_core.model.content import Content
from cen_core.model.findings import end_of
from cen_core.model.results import CaseView
from cen_core.services import access
from cen_core.services.access import Resource
from cen_core.services.cases import REASONS

MAX_LISTED: Final = 200
MAX_LOG: Final = 200
SEE_OTHER: Final = 303
NOT_REASONS: Final = frozenset({""})


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a field of the form: where on the page, its name, and why."""

    place: str
    field: str
    why: str


@dataclass(frozen=True, slots=True)
class ChangedField:
    """A field that one version has otherwise than the one before."""

    field: str
    before: str
    after: str


async def worklist_page(context: Context) -> Response:
    cases = await context.core.worklist(context.principal, (State.SUBMITTED, State.RETURNED, State.DRAFT), MAX_LISTED)
    by_state = {
        state: [view for view in cases if view.state is state]
        for state in (State.SUBMITTED, State.RETURNED, State.DRAFT)
    }
    return shown(context, "worklist.html", place="worklist_page", by_state=by_state, end_of=end_of)


async def case_page(context: Context) -> Response:
    view = await context.core.read(context.principal, context.path["case_id"])
    return await _case(context, view)


async def _case(context: Context, view: CaseView, status: int = 200, problem: str = "") -> Response:
    moves = _moves(context.principal, view)
    judges_alone = view.state is State.SUBMITTED and Move.VALIDATE not in moves and _is_author(context, view)
    return shown(
        context,
        "case.html",
        status,
        problem=problem,
        view=view,
        moves=moves,
        is_own=view.revision > 0,
        author_waits=judges_alone and context.principal.role is Role.NCP,
        reasons=sorted(REASONS - NOT_REASONS),
        end_of=end_of,
        pictures=await context.core.cpdb.of_case(context.principal, view.case_id),
        picture_title=lambda found: title_of(Words(context.view.language), found),
    )


def _is_author(context: Context, view: CaseView) -> bool:
    return context.principal.officer in {view.author, view.editor}


def _moves(principal: Principal, view: CaseView) -> set[Move]:
    """What the reader may do now: the state allows it, and so does the access table."""
    if not view.revision:
        return set()
    on = Resource(view.member, (view.author, view.editor))
    return {move for move in TRANSITIONS[view.state] if access.may(principal, move.value, on)}


async def history_page(context: Context) -> Response:
    """Every version with what it changed; for the contact point, who saw and changed the case besides."""
    case_id = context.path["case_id"]
    versions = await context.core.history(context.principal, case_id)
    log: Sequence[LogEntry] = ()
    if access.may(context.principal, "read_log"):
        log = await _log(context, case_id)
    words = Words(context.view.language)
    numbered = list(zip(versions, [None, *versions], strict=False))
    return shown(
        context,
        "history.html",
        case_id=case_id,
        versions=[(version, changed(words, before, version)) for version, before in reversed(numbered)],
        log=list(reversed(log))[:MAX_LOG],
        log_actions={entry.action: _action(words, entry.action) for entry in log},
    )


async def _log(context: Context, case_id: str) -> Sequence[LogEntry]:
    """Of its own member's cases only: of another's published case there is none to be seen."""
    try:
        return await context.core.log(context.principal, case_id)
    except CenError:
        return ()


def _action(words: Words, action: str) -> str:
    return words.say(f"cen.done.{action}")


def changed(words: Words, before: Version | None, after: Version) -> list[ChangedField]:
    """What the version has otherwise than the one before; nothing for the first."""
    if before is None:
        return []
    old, new = _flat(before.content), _flat(after.content)
    return [
        ChangedField(
            field_name(words, path), _said(words, path, old.get(path, "")), _said(words, path, new.get(path, ""))
        )
        for path in [*new, *(path for path in old if path not in new)]
        if old.get(path) != new.get(path)
    ]


def _flat(content: Content) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in content_data(content).items():
        if isinstance(value, (list, tuple)):
            for number, row in enumerate(value):
                inner = row.items() if isinstance(row, Mapping) else [("", row)]
                found |= {f"{name}[{number}]" + (f".{key}" if key else ""): str(each) for key, each in inner}
        else:
            found[name] = str(value)
    return found


_LIST_OF: Final = {"reporting_country": "country"}


def _said(words: Words, path: str, value: str) -> str:
    name = path.rpartition(".")[2].partition("[")[0]
    code_list = _LIST_OF.get(name, name)
    return words.code(code_list, value) if code_list in (*codes.FORM_LISTS, *codes.OWN_LISTS) else value


async def new_case_page(context: Context) -> Response:
    member = context.principal.member
    return _form(context, {"country": member, "key": _new_key()}, "/cen/cases/new")


def _new_key() -> str:
    return secrets.token_urlsafe(18)


def _form(
    context: Context,
    values: Values,
    action: str,
    *,
    status: int = 200,
    problem: str = "",
    problems: Sequence[Problem] = (),
    view: CaseView | None = None,
) -> Response:
    language = context.view.language
    rows = entry_form.rows_of(values) + (entry_form.MORE_ROWS if values.get("do") == "more" else 0)
    return shown(
        context,
        "entry.html",
        status,
        problem=problem,
        problems=problems,
        problem_at={found.place: found.why for found in problems},
        values=values,
        action=action,
        view=view,
        rows=min(rows, entry_form.MAX_ROWS),
        transits=entry_form.TRANSITS,
        member=context.principal.member,
        reads_words=context.principal.role is Role.NCP,
        options=lambda name: options(name, language),
        products=products(language),
        place="worklist_page",
    )


async def create_case(context: Context) -> Response:
    values = entry_form.values_of(context.form)
    if values.get("do") == "more":
        return _form(context, values, "/cen/cases/new")

    async def store(data: dict[str, Any], words_read: bool, submit: bool) -> Case:
        entry = Entry(data, values.get("key", ""), words_read=words_read, submit=submit)
        return await context.core.create(context.principal, entry)

    return await _stored(context, values, "/cen/cases/new", store)


async def amend_page(context: Context) -> Response:
    view = await _own(context)
    values = entry_form.values_from(view.content) | {"revision": str(view.revision)}
    return _form(context, values, _amend_address(view), view=view)


async def _own(context: Context) -> CaseView:
    """The case, if it may be amended here. Raises CaseUnknown: also for one of another member."""
    view = await context.core.read(context.principal, context.path["case_id"])
    if not view.revision:
        raise CaseUnknown
    access.require(context.principal, "amend", Resource(view.member))
    return view


def _amend_address(view: CaseView) -> str:
    return f"/cen/cases/{view.case_id}/amend"


async def amend_case(context: Context) -> Response:
    """What somebody else stored in between is never overwritten: the revision that was seen comes with the form."""
    view = await _own(context)
    values = entry_form.values_of(context.form)
    action = _amend_address(view)
    if values.get("do") == "more":
        return _form(context, values, action, view=view)
    change = Change(view.case_id, _revision(context))

    async def store(data: dict[str, Any], words_read: bool, submit: bool) -> Case:
        return await context.core.amend(context.principal, change, data, words_read=words_read, submit=submit)

    return await _stored(context, values, action, store, view)


def _revision(context: Context) -> int:
    text = one(context.form, "revision")
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise RequestMalformed(what="revision")
    return int(text)


Store = Callable[[dict[str, Any], bool, bool], Awaitable[Case]]


async def _stored(
    context: Context, values: Values, action: str, store: Store, view: CaseView | None = None
) -> Response:
    """The case's page; or the form again with everything that was typed and everything that is wrong."""
    before = view.content if view is not None else None
    reads_words = context.principal.role is Role.NCP
    data = entry_form.data_of(values, context.principal.member, words=reads_words, before=before)
    try:
        case = await store(data, values.get("words_read") == "yes", values.get("do") == "submit")
    except CenError as refused:
        status = status_of(refused.code)
        if status not in {409, 422}:
            raise
        found = problems_of(context, values, data, refused)
        return _form(
            context,
            values,
            action,
            status=status,
            problem=sentence(context, refused),
            problems=found,
            view=view,
        )
    return RedirectResponse(f"/cen/cases/{case.case_id}", SEE_OTHER)


def _problems(context: Context, values: Values, data: Mapping[str, Any]) -> list[Problem]:
    """Every finding at its field."""
    words = Words(context.view.language)
    return [
        Problem(entry_form.place_of(found.field, values), field_name(words, found.field), words.reason(found.reason))
        for found in context.core.check(context.principal, data)
    ]


def problems_of(context: Context, values: Values, data: Mapping[str, Any], refused: CenError) -> list[Problem]:
    """All findings where the shape is right; else the one field that the refusal names."""
    path = str(refused.facts.get("field", ""))
    if refused.code == "cen.case_invalid":
        return _problems(context, values, data)
    if not path:
        return []
    words = Words(context.view.language)
    why = words.reason("unread" if refused.code == "cen.words_unread" else "malformed")
    return [Problem(entry_form.place_of(path, values), field_name(words, path), why)]


def _moving(move: Callable[[Context, Change], Awaitable[Case]]) -> Handler:
    """Back to the case; a refusal is said there, with the case as it is now."""

    async def handler(context: Context) -> Response:
        case_id = context.path["case_id"]
        try:
            await move(context, Change(case_id, _revision(context)))
        except CenError as refused:
            if status_of(refused.code) not in {403, 409, 422}:
                raise
            view = await context.core.read(context.principal, case_id)
            return await _case(context, view, status_of(refused.code), sentence(context, refused))
        return RedirectResponse(f"/cen/cases/{case_id}", SEE_OTHER)

    return handler


HANDLERS: Final[Mapping[str, Handler]] = {
    "worklist_page": worklist_page,
    "new_case_page": new_case_page,
    "create_case": create_case,
    "case_page": case_page,
    "history_page": history_page,
    "amend_page": amend_page,
    "amend_case": amend_case,
    "submit_case": _moving(lambda context, change: context.core.submit(context.principal, change)),
    "discard_case": _moving(lambda context, change: context.core.discard(context.principal, change)),
    "validate_case": _moving(lambda context, change: context.core.validate(context.principal, change)),
    "return_case": _moving(
        lambda context, change: context.core.send_back(context.principal, change, one(context.form, "reason"))
    ),
    "withdraw_case": _moving(
        lambda context, change: context.core.withdraw(context.principal, change, one(context.form, "reason"))
    ),
}
