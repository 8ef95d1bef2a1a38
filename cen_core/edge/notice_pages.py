"""CWS on pages: finding and reading notices, writing them in six languages, judging and publishing them."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from cen_core.api import Role
from cen_core.edge import notice_form
from cen_core.edge.context import Context, Handler
from cen_core.edge.errors import status_of
from cen_core.edge.markdown import rendered
from cen_core.edge.notice_form import Meanwhile, Values
from cen_core.edge.rendering import OWN_NAMES, sentence, shown
from cen_core.edge.requests import one
from cen_core.edge.search_pages import address, given_of
from cen_core.edge.words import Words
from cen_core.errors import AttachmentRefused, CenError, NoticeUnknown, QueryInvalid, RequestMalformed
from cen_core.model import notice_content
from cen_core.model.attachment import KINDS as FILE_KINDS
from cen_core.model.attachment import MAX_BYTES, MAX_FILES
from cen_core.model.case import LogEntry
from cen_core.model.notice import (
    GENERAL,
    TRANSITIONS,
    Notice,
    NoticeKind,
    NoticeMove,
    NoticeState,
    NoticeVersion,
    NoticeView,
    member_of,
    region_of,
    topics,
)
from cen_core.model.notice_content import NoticeContent
from cen_core.model.notice_query import notice_page as page_of
from cen_core.services import access
from cen_core.services.access import Resource
from cen_core.services.notices import KINDS, OPEN, REASONS, NewNotice, SeenNotice
from cencomm.i18n import LANGUAGES, is_right_to_left

SEE_OTHER: Final = 303
PAGE: Final = 20
PLACE: Final = "notices_page"
NEW: Final = "/cen/notices/new"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a field of the form: where on the page, its name, in which language, and why."""

    place: str
    field: str
    why: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class ChangedText:
    """A text that one version has otherwise than the one before."""

    field: str
    language: str
    before: str
    after: str


def common(language: str) -> dict[str, Any]:
    """What every page of notices needs."""
    words = Words(language)
    return {
        "own_names": OWN_NAMES,
        "direction_of": lambda name: "rtl" if is_right_to_left(name) else "ltr",
        "topic": lambda code: topic_word(words, code),
        "owner": lambda code: owner_word(words, code),
        "country_of": member_of,
        "markdown": rendered,
        "place": PLACE,
    }


def topic_word(words: Words, code: str) -> str:
    return words.say("cen.topic.general") if code == GENERAL else words.code("heading", code)


def owner_word(words: Words, owner: str) -> str:
    if member_of(owner):
        return words.code("country", owner)
    region = region_of(owner)
    if region:
        return words.say("cen.notice.of_rilo", region=words.say(f"cen.region.{region}"))
    return words.say("cen.role.secretariat")


def listed_topics(words: Words) -> list[tuple[str, str]]:
    """Each topic with its word, the general one first."""
    named = sorted(((code, topic_word(words, code)) for code in topics() - {GENERAL}), key=lambda pair: pair[1])
    return [(GENERAL, topic_word(words, GENERAL)), *named]


async def notices_page(context: Context) -> Response:
    given = given_of(context.query, "after")
    words = Words(context.view.language)
    status, problem, found = 200, "", None
    try:
        found = await context.core.cws.find(context.principal, given, page_of(PAGE, one(context.query, "after")))
    except QueryInvalid as refused:
        status, problem = status_of(refused.code), sentence(context, refused)
    return shown(
        context,
        "notices.html",
        status,
        problem=problem,
        given={name: values[0] for name, values in given.items()},
        found=found,
        older=address("/cen/notices", given, after=found.next_after) if found and found.next_after else "",
        first=address("/cen/notices", given) if one(context.query, "after") else "",
        kinds=[kind.value for kind in NoticeKind],
        topics=listed_topics(words),
        **common(context.view.language),
    )


async def notice_worklist_page(context: Context) -> Response:
    found = await context.core.cws.worklist(context.principal)
    by_state = {state: [view for view in found if view.state is state] for state in OPEN}
    return shown(context, "notice_worklist.html", by_state=by_state, **common(context.view.language))


async def notice_page(context: Context) -> Response:
    view = await context.core.cws.read(context.principal, context.path["notice_id"])
    return _notice(context, view)


def _notice(context: Context, view: NoticeView, status: int = 200, problem: str = "") -> Response:
    """In the reader's language, in the one that he asks for, or in all of them beside each other."""
    words, wanted = Words(context.view.language), one(context.query, "in")
    beside = wanted == "all"
    moves = _moves(context, view)
    waits = view.state is NoticeState.SUBMITTED and NoticeMove.APPROVE not in moves
    return shown(
        context,
        "notice.html",
        status,
        problem=problem,
        view=view,
        beside=beside,
        shown_in=view.content.best(wanted if wanted in LANGUAGES else context.view.language),
        moves={move.value.removesuffix("_notice") for move in moves},
        author_waits=waits and context.principal.role is not Role.OFFICER and _is_author(context, view),
        reasons=sorted(REASONS - {""}),
        room_for_files=MAX_FILES - len(view.content.files),
        max_file=words.number(MAX_BYTES // 1024 // 1024),
        file_kinds=", ".join(FILE_KINDS),
        **common(context.view.language),
    )


def _is_author(context: Context, view: NoticeView) -> bool:
    return context.principal.officer in {view.author, view.editor}


def _moves(context: Context, view: NoticeView) -> set[NoticeMove]:
    """What the reader may do now: the state allows it, and so does the access table."""
    is_published = view.approved_ms is not None and view.state is not NoticeState.WITHDRAWN
    on = Resource(member_of(view.owner), (view.author, view.editor), is_published, region_of(view.owner))
    possible = set(TRANSITIONS[view.state]) - ({NoticeMove.DISCARD} if view.first_ms is not None else set())
    if not view.revision:
        return set()
    return {move for move in possible if access.may(context.principal, move.value, on)}


async def notice_history_page(context: Context) -> Response:
    """Every version with what it changed; for whoever judges it, who saw and changed it besides."""
    notice_id = context.path["notice_id"]
    versions = await context.core.cws.history(context.principal, notice_id)
    log: Sequence[LogEntry] = ()
    if access.may(context.principal, "read_notice_log"):
        log = await context.core.cws.log(context.principal, notice_id)
    words = Words(context.view.language)
    numbered = list(zip(versions, [None, *versions], strict=False))
    return shown(
        context,
        "notice_history.html",
        notice_id=notice_id,
        versions=[(version, changed(words, before, version)) for version, before in reversed(numbered)],
        log=log,
        log_actions={entry.action: words.say(f"cen.done.{entry.action}") for entry in log},
        **common(context.view.language),
    )


def changed(words: Words, before: NoticeVersion | None, after: NoticeVersion) -> list[ChangedText]:
    """What the version has otherwise than the one before; nothing for the first."""
    if before is None:
        return []
    old, new = before.content, after.content
    found = [
        ChangedText(words.field(name), "", str(getattr(old, name)), str(getattr(new, name)))
        for name in ("original", "url")
        if getattr(old, name) != getattr(new, name)
    ]
    if old.files != new.files:
        found.append(ChangedText(words.field("files"), "", _file_names(old), _file_names(new)))
    for language in LANGUAGES:
        for part in ("title", "body"):
            was = getattr(old.texts.get(language), part, "")
            now = getattr(new.texts.get(language), part, "")
            if was != now:
                found.append(ChangedText(words.field(part), language, was, now))
    return found


def _file_names(content: NoticeContent) -> str:
    return "\n".join(file.name for file in content.files)


async def new_notice_page(context: Context) -> Response:
    values = {"original": context.view.language, "key": secrets.token_urlsafe(18)}
    return _form(context, values, NEW)


@dataclass(frozen=True, slots=True)
class Refused:
    """What the form says when it comes back."""

    status: int
    problem: str
    problems: Sequence[Problem] = ()
    meanwhile: Sequence[Meanwhile] = field(default_factory=tuple)


def _form(
    context: Context, values: Values, action: str, view: NoticeView | None = None, refused: Refused | None = None
) -> Response:
    words = Words(context.view.language)
    problems = refused.problems if refused is not None else ()
    own = values.get("original", "")
    return shown(
        context,
        "notice_entry.html",
        refused.status if refused is not None else 200,
        problem=refused.problem if refused is not None else "",
        problems=problems,
        problem_at={found.place: found.why for found in problems},
        meanwhile=refused.meanwhile if refused is not None else (),
        values=values,
        action=action,
        view=view,
        kinds=sorted(kind.value for kind in KINDS[context.principal.role]),
        topics=listed_topics(words),
        ordered=sorted(LANGUAGES, key=lambda language: language != own),
        max_title=notice_content.MAX_TITLE,
        max_body=notice_content.MAX_BODY,
        **common(context.view.language),
    )


async def draft_notice(context: Context) -> Response:
    values = notice_form.values_of(context.form)
    content = notice_form.content_in(values)
    try:
        kind = NoticeKind(values.get("kind", ""))
    except ValueError:
        raise RequestMalformed(what="kind") from None
    given = NewNotice(kind, values.get("topic", ""), content, values.get("key", ""), values.get("do") == "submit")
    return await _stored(context, values, NEW, lambda: context.core.cws.create(context.principal, given))


async def amend_notice_page(context: Context) -> Response:
    view = await _own(context)
    values = notice_form.values_from(view.content) | {"revision": str(view.revision)}
    return _form(context, values, _amend_address(view), view)


async def _own(context: Context) -> NoticeView:
    """The notice, if it may be amended here. Raises NoticeUnknown: also for one of somebody else's."""
    view = await context.core.cws.read(context.principal, context.path["notice_id"])
    if not view.is_own:
        raise NoticeUnknown
    access.require(context.principal, "amend_notice", Resource(member_of(view.owner), region=region_of(view.owner)))
    return view


def _amend_address(view: NoticeView) -> str:
    return f"/cen/notices/{view.notice_id}/amend"


async def amend_notice(context: Context) -> Response:
    """What somebody else stored in between is shown beside what was typed; storing again is then on purpose."""
    view = await _own(context)
    values = notice_form.values_of(context.form)
    content = notice_form.content_in(values)
    seen = SeenNotice(view.notice_id, _revision(context))
    submit = values.get("do") == "submit"
    return await _stored(
        context,
        values,
        _amend_address(view),
        lambda: context.core.cws.amend(context.principal, seen, content, submit=submit),
        view,
    )


def _revision(context: Context) -> int:
    text = one(context.form, "revision")
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise RequestMalformed(what="revision")
    return int(text)


async def _stored(
    context: Context,
    values: Values,
    action: str,
    store: Callable[[], Awaitable[Notice]],
    view: NoticeView | None = None,
) -> Response:
    """The notice's page; or the form again with everything that was typed and everything that is wrong."""
    try:
        notice = await store()
    except CenError as error:
        status = status_of(error.code)
        if status not in {409, 422}:
            raise
        problems = _problems(context, values, view) if error.code == "cen.notice_invalid" else []
        between: Sequence[Meanwhile] = ()
        if error.code == "cen.version_conflict" and view is not None:
            between = notice_form.meanwhile(values, view.content)
            values = values | {"revision": str(view.revision)}
        return _form(context, values, action, view, Refused(status, sentence(context, error), problems, between))
    return RedirectResponse(f"/cen/notices/{notice.notice_id}", SEE_OTHER)


def _problems(context: Context, values: Values, view: NoticeView | None) -> list[Problem]:
    """Every flaw at its field."""
    words = Words(context.view.language)
    kind = view.kind.value if view is not None else values.get("kind", "")
    found = notice_content.flaws(notice_form.content_in(values), is_link=kind == NoticeKind.LINK)
    return [
        Problem(
            notice_form.place_of(flaw, values),
            words.field(flaw.field.rpartition(".")[2]),
            words.reason(flaw.reason),
            flaw.field.removeprefix("texts[").partition("]")[0] if "[" in flaw.field else "",
        )
        for flaw in found
    ]


def _moving(move: NoticeMove) -> Handler:
    """Back to the notice, or to all of them where there is none any more; a refusal is said beside the notice."""

    async def handler(context: Context) -> Response:
        notice_id = context.path["notice_id"]
        try:
            seen = SeenNotice(notice_id, _revision(context))
            await context.core.cws.move(context.principal, move, seen, one(context.form, "reason"))
        except CenError as refused:
            if status_of(refused.code) not in {403, 409, 422}:
                raise
            view = await context.core.cws.read(context.principal, notice_id)
            return _notice(context, view, status_of(refused.code), sentence(context, refused))
        gone = move in {NoticeMove.WITHDRAW, NoticeMove.DISCARD}
        return RedirectResponse("/cen/notices" if gone else f"/cen/notices/{notice_id}", SEE_OTHER)

    return handler


async def attach_file(context: Context) -> Response:
    """Back to the notice; why a file was refused is said there."""

    async def attach(seen: SeenNotice) -> Notice:
        if context.file is None:
            raise AttachmentRefused(reason="empty")
        return await context.core.cws.attach(context.principal, seen, context.file.name, context.file.content)

    return await _changed(context, attach)


async def detach_file(context: Context) -> Response:
    file_id = one(context.form, "file_id")
    return await _changed(context, lambda seen: context.core.cws.detach(context.principal, seen, file_id))


async def _changed(context: Context, change: Callable[[SeenNotice], Awaitable[Notice]]) -> Response:
    notice_id = context.path["notice_id"]
    try:
        await change(SeenNotice(notice_id, _revision(context)))
    except CenError as refused:
        if status_of(refused.code) not in {403, 404, 409, 422}:
            raise
        view = await context.core.cws.read(context.principal, notice_id)
        return _notice(context, view, status_of(refused.code), sentence(context, refused))
    return RedirectResponse(f"/cen/notices/{notice_id}", SEE_OTHER)


async def notice_file(context: Context) -> Response:
    """The file, to be saved: no browser shows it as a page of this origin, whatever is in it."""
    file, content = await context.core.cws.file_of(
        context.principal, context.path["notice_id"], context.path["file_id"]
    )
    named = f"filename*=UTF-8''{quote(file.name, safe='')}"
    headers = {
        "Content-Disposition": f'attachment; filename="file.{file.kind}"; {named}',
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(content, media_type="application/octet-stream", headers=headers)


HANDLERS: Final[Mapping[str, Handler]] = {
    "notices_page": notices_page,
    "notice_worklist_page": notice_worklist_page,
    "new_notice_page": new_notice_page,
    "draft_notice": draft_notice,
    "notice_page": notice_page,
    "notice_history_page": notice_history_page,
    "amend_notice_page": amend_notice_page,
    "amend_notice": amend_notice,
    "attach_file": attach_file,
    "detach_file": detach_file,
    "notice_file": notice_file,
    **{f"{move.value}": _moving(move) for move in NoticeMove if move is not NoticeMove.AMEND},
}
