"""CPDb on pages: finding pictures, adding one, looking at it closely, judging it, marking regions of it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from cen_core.api import NewPicture, PictureChange, Role
from cen_core.edge import picture_form
from cen_core.edge.context import Context, Handler
from cen_core.edge.errors import status_of
from cen_core.edge.picture_form import Values
from cen_core.edge.picture_view import around, shown_in, window_of
from cen_core.edge.rendering import sentence, shown
from cen_core.edge.requests import one
from cen_core.edge.search_pages import SHOWN_VALUES, Choice, Facet, address, given_of
from cen_core.edge.words import Words
from cen_core.errors import CenError, PictureUnknown, QueryInvalid, RequestMalformed
from cen_core.model.album import OpenAlbum
from cen_core.model.case import TRANSITIONS, LogEntry, Move, State
from cen_core.model.picture import KINDS, FoundPicture, PictureView
from cen_core.model.picture_query import LISTS, NOTHING, PictureResults
from cen_core.model.principal import Principal
from cen_core.services import access
from cen_core.services.access import Resource
from cen_core.services.albums import resource as album_resource
from cen_core.services.cases import REASONS

SEE_OTHER: Final = 303
MAX_LISTED: Final = 200
MAX_LOG: Final = 200
SEVERAL_SHOWN: Final = ("conveyance_type", "concealment", "heading", "product")
STATES: Final = (State.SUBMITTED, State.RETURNED, State.DRAFT)
IMMUTABLE: Final = {"Cache-Control": "private, no-cache"}
"""Kept by the browser, asked about each time: what was withdrawn is not shown from a store of its own."""


async def pictures_page(context: Context) -> Response:
    given = given_of(context.query, "after")
    try:
        results = await context.core.cpdb.search(
            context.principal, given, facets=tuple(LISTS), after=one(context.query, "after")
        )
    except QueryInvalid as refused:
        return _pictures(context, {}, None, 400, sentence(context, refused))
    return _pictures(context, given, results)


def _pictures(
    context: Context,
    given: Mapping[str, list[str]],
    results: PictureResults | None,
    status: int = 200,
    problem: str = "",
) -> Response:
    words = Words(context.view.language)
    counted = results.facets if results is not None else {}
    next_after = results.next_after if results is not None else ""
    return shown(
        context,
        "pictures.html",
        status,
        place="pictures_page",
        problem=problem,
        results=results,
        title_of=lambda found: title_of(words, found),
        facets=[_facet(words, name, buckets, given.get(name, ())) for name, buckets in counted.items()],
        chips=[
            (name, _word(words, name, value), address("/cen/pictures", _without(given, name, value)))
            for name, values in given.items()
            for value in values
        ],
        next_url=address("/cen/pictures", given, after=next_after) if next_after else "",
        filters_open="Mobi" not in context.request.headers.get("user-agent", ""),
    )


def _without(given: Mapping[str, list[str]], name: str, value: str) -> dict[str, list[str]]:
    return {**given, name: [each for each in given[name] if each != value]}


def _facet(words: Words, name: str, buckets: Sequence[Any], chosen: Sequence[str]) -> Facet:
    counts = {bucket.value or NOTHING: bucket.cases for bucket in buckets}
    counts |= {value: 0 for value in chosen if value not in counts}
    listed = [Choice(value, _word(words, name, value), cases, value in chosen) for value, cases in counts.items()]
    listed.sort(key=lambda choice: not choice.chosen)
    return Facet(name, listed[:SHOWN_VALUES], listed[SHOWN_VALUES:])


def _word(words: Words, name: str, value: str) -> str:
    if value in {"", NOTHING}:
        return words.say("cen.not_given")
    if name == "kind" and value in KINDS:
        return words.say(f"cen.picture.{value}")
    return words.code(LISTS.get(name, ""), value)


def title_of(words: Words, picture: FoundPicture | PictureView) -> str:
    """What is to be seen, in the words of its codes: the goods and where they were."""
    content = picture.content
    goods = words.code("product", content.product) if content.product else words.code("heading", content.heading)
    places = [words.code("concealment", code) for code in content.concealment]
    return " · ".join((goods, *places))


async def picture_page(context: Context) -> Response:
    view = await context.core.cpdb.read(context.principal, context.path["picture_id"])
    return await _picture(context, view)


async def _picture(context: Context, view: PictureView, status: int = 200, problem: str = "") -> Response:
    words, principal = Words(context.view.language), context.principal
    window = window_of(context.query)
    beside = await context.core.cpdb.beside(principal, view.picture_id)
    moves = _moves(principal, view)
    here = f"/cen/pictures/{view.picture_id}"
    judged_by_other = view.state is State.SUBMITTED and principal.officer in {view.author, view.editor}
    return shown(
        context,
        "picture.html",
        status,
        place="pictures_page",
        problem=problem,
        view=view,
        title=title_of(words, view),
        title_of=lambda found: title_of(words, found),
        window=window,
        panes=[shown_in(window, view), *(shown_in(window, other) for other in beside[:1])],
        beside=beside,
        similar=await context.core.cpdb.similar(principal, view.picture_id),
        steps={
            "in": here + window.zoomed(1).query,
            "out": here + window.zoomed(-1).query,
            "before": here + window.moved(-1, 0).query,
            "after": here + window.moved(1, 0).query,
            "up": here + window.moved(0, -1).query,
            "down": here + window.moved(0, 1).query,
        },
        mark_urls=[here + around(mark).query for mark in view.content.marks],
        moves=moves,
        is_own=view.revision > 0,
        is_gone=view.state is State.WITHDRAWN,
        author_waits=judged_by_other and principal.role is Role.NCP,
        reasons=sorted(REASONS - {""}),
        albums=await _own_albums(context, view),
        sees_log=access.may(principal, "read_picture_log", Resource(view.member)),
    )


async def _own_albums(context: Context, view: PictureView) -> list[OpenAlbum]:
    """Those that the reader may put a published picture into."""
    principal = context.principal
    if not view.is_published or not access.may(principal, "keep_album"):
        return []
    found = await context.core.cpdb.albums(principal)
    return [each for each in found if access.may(principal, "keep_album", album_resource(each.album))]


def _moves(principal: Principal, view: PictureView) -> set[Move]:
    """What the reader may do now: the state allows it, and so does the access table."""
    if not view.revision:
        return set()
    on = Resource(view.member, (view.author, view.editor))
    possible = {move for move in TRANSITIONS[view.state] if move is not Move.ADD_WORDS}
    if view.is_published:
        possible.discard(Move.DISCARD)
    return {move for move in possible if access.may(principal, f"{move.value}_picture", on)}


async def picture_image(context: Context) -> Response:
    data, picture = await context.core.cpdb.image(context.principal, context.path["picture_id"], context.path["size"])
    tag = f'"{picture.sha256[:32]}-{context.path["size"]}"'
    headers = {"ETag": tag, **IMMUTABLE} if picture.published is not None else {"Cache-Control": "no-store"}
    if picture.published is not None and context.request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(data, media_type="image/jpeg", headers=headers)


async def own_pictures_page(context: Context) -> Response:
    views = await context.core.cpdb.worklist(context.principal, STATES, MAX_LISTED)
    words = Words(context.view.language)
    by_state = {state: [view for view in views if view.state is state] for state in STATES}
    return shown(
        context,
        "own_pictures.html",
        place="pictures_page",
        by_state=by_state,
        title_of=lambda found: title_of(words, found),
    )


async def new_picture_page(context: Context) -> Response:
    """For a case, or for the other view of a picture, where the address names one that the reader may see."""
    values: Values = {"key": [secrets.token_urlsafe(18)], "case_id": [one(context.query, "case")]}
    beside = one(context.query, "beside")
    if beside:
        view = await context.core.cpdb.read(context.principal, beside)
        other = "xray" if view.content.kind == "photo" else "photo"
        values |= {**picture_form.values_from(view.content), "kind": [other], "counterpart": [beside]}
    return _form(context, values, "/cen/pictures/new")


def _form(
    context: Context,
    values: Values,
    action: str,
    *,
    status: int = 200,
    problem: str = "",
    view: PictureView | None = None,
) -> Response:
    language = context.view.language
    return shown(
        context,
        "picture_form.html",
        status,
        place="pictures_page",
        problem=problem,
        values=values,
        action=action,
        view=view,
        kinds=KINDS,
        goods=picture_form.goods(language),
        choices=picture_form.choices(language),
    )


async def add_picture(context: Context) -> Response:
    values = picture_form.values_of(context.form)
    sent = context.file.content if context.file is not None else b""
    new = NewPicture(sent, picture_form.data_of(values), _only(values, "key"), one(context.form, "do") == "submit")
    try:
        context.services.rates.pictures.take(context.principal.officer)
        picture = await context.core.cpdb.add(context.principal, new)
    except CenError as refused:
        return _form_again(context, values, "/cen/pictures/new", refused)
    return RedirectResponse(f"/cen/pictures/{picture.picture_id}", SEE_OTHER)


def _only(values: Values, name: str) -> str:
    return (values.get(name) or [""])[0]


def _form_again(
    context: Context, values: Values, action: str, refused: CenError, view: PictureView | None = None
) -> Response:
    """With everything that was chosen; a browser asks for the file again by itself."""
    status = status_of(refused.code)
    if status not in {404, 409, 422, 429, 503}:
        raise refused
    return _form(context, values, action, status=status, problem=sentence(context, refused), view=view)


async def amend_picture_page(context: Context) -> Response:
    view = await _own(context)
    values = picture_form.values_from(view.content) | {"revision": [str(view.revision)]}
    return _form(context, values, f"/cen/pictures/{view.picture_id}/amend", view=view)


async def _own(context: Context) -> PictureView:
    """The picture, if it may be amended here. Raises PictureUnknown, NotAllowed."""
    view = await context.core.cpdb.read(context.principal, context.path["picture_id"])
    if not view.revision:
        raise PictureUnknown
    access.require(context.principal, "amend_picture", Resource(view.member))
    return view


async def amend_picture(context: Context) -> Response:
    view = await _own(context)
    values = picture_form.values_of(context.form)
    data = picture_form.data_of(values, view.content)
    try:
        await context.core.cpdb.amend(
            context.principal, _change(context), data, submit=one(context.form, "do") == "submit"
        )
    except CenError as refused:
        return _form_again(context, values, f"/cen/pictures/{view.picture_id}/amend", refused, view)
    return RedirectResponse(f"/cen/pictures/{view.picture_id}", SEE_OTHER)


def _change(context: Context) -> PictureChange:
    text = one(context.form, "revision")
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise RequestMalformed(what="revision")
    return PictureChange(context.path["picture_id"], int(text))


def _moving(move: Move) -> Handler:
    """Back to the picture; a refusal is said there, with the picture as it is now."""

    async def handler(context: Context) -> Response:
        change = _change(context)
        reason = one(context.form, "reason") if move in {Move.RETURN, Move.WITHDRAW} else ""
        looked = one(context.form, "looked") == "yes"
        try:
            moved = await context.core.cpdb.move(context.principal, move, change, reason=reason, looked=looked)
        except CenError as refused:
            if status_of(refused.code) not in {403, 409, 422}:
                raise
            view = await context.core.cpdb.read(context.principal, change.picture_id)
            return await _picture(context, view, status_of(refused.code), sentence(context, refused))
        gone = moved.state is State.WITHDRAWN
        return RedirectResponse("/cen/pictures/own" if gone else f"/cen/pictures/{change.picture_id}", SEE_OTHER)

    return handler


async def picture_log_page(context: Context) -> Response:
    picture_id = context.path["picture_id"]
    log: Sequence[LogEntry] = await context.core.cpdb.log(context.principal, picture_id)
    return shown(
        context, "picture_log.html", place="pictures_page", picture_id=picture_id, log=list(reversed(log))[:MAX_LOG]
    )


HANDLERS: Final[Mapping[str, Handler]] = {
    "pictures_page": pictures_page,
    "own_pictures_page": own_pictures_page,
    "new_picture_page": new_picture_page,
    "add_picture": add_picture,
    "picture_page": picture_page,
    "picture_image": picture_image,
    "amend_picture_page": amend_picture_page,
    "amend_picture": amend_picture,
    "submit_picture": _moving(Move.SUBMIT),
    "discard_picture": _moving(Move.DISCARD),
    "validate_picture": _moving(Move.VALIDATE),
    "return_picture": _moving(Move.RETURN),
    "withdraw_picture": _moving(Move.WITHDRAW),
    "picture_log_page": picture_log_page,
}
