"""Watch lists and risk indicators, on pages and for programs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from cen_core.api import SavedKind, WantedSearch
from cen_core.edge.bodies import SavedBody, SearchesOut, ShareBody, json_of, measured_out, parse, saved_out
from cen_core.edge.context import Context, Handler
from cen_core.edge.errors import status_of
from cen_core.edge.rendering import sentence, shown
from cen_core.edge.requests import one
from cen_core.edge.search_pages import address, chips
from cen_core.edge.words import Words
from cen_core.errors import CaseMalformed, CenError, QueryInvalid, RequestMalformed
from cen_core.model.query import filter_of
from cen_core.model.saved import Saved, Watched, read
from cen_core.services import access
from cen_core.services.access import Resource

SEE_OTHER: Final = 303
PAGE: Final = "/cen/saved"


async def saved_page(context: Context) -> Response:
    return await _shown(context)


async def _shown(context: Context, status: int = 200, problem: str = "") -> Response:
    found = await context.core.searches(context.principal)
    words = Words(context.view.language)
    return shown(
        context,
        "saved.html",
        status,
        place="saved_page",
        problem=problem,
        own=[_line(words, context, one) for one in found if one.saved.officer == context.principal.officer],
        others=[_line(words, context, one) for one in found if one.saved.officer != context.principal.officer],
    )


def _line(words: Words, context: Context, watched: Watched) -> dict[str, Any]:
    saved = watched.saved
    condition = read(saved.condition)
    fresh = {**condition, "published_after": [str(saved.seen_ms)]}
    return {
        "saved": saved,
        "fresh": watched.fresh,
        "url": address("/cen/search", condition),
        "fresh_url": address("/cen/search", fresh),
        "said": _said(words, saved.condition),
        "may_share": access.may(context.principal, "share_search", Resource(saved.member, (saved.officer,))),
    }


def _said(words: Words, condition: str) -> list[tuple[str, str]]:
    """The condition in words; as it is written where it does not hold any more."""
    given = read(condition)
    try:
        filter_of(given)
    except QueryInvalid:
        return [(name, " ".join(values)) for name, values in given.items()]
    return [(words.field(chip.field), chip.word) for chip in chips(words, "", given)]


async def save_search(context: Context) -> Response:
    """From the search page: the condition comes as the address that it had."""
    form = context.form
    try:
        kind = SavedKind(one(form, "kind"))
    except ValueError:
        raise RequestMalformed(what="kind") from None
    try:
        wanted = WantedSearch(kind, one(form, "name"), read(one(form, "condition")), read(one(form, "aim")))
        await context.core.save_search(context.principal, wanted)
    except CenError as refused:
        return await _shown(context, status_of(refused.code), sentence(context, refused))
    return RedirectResponse(PAGE, SEE_OTHER)


async def measure_page(context: Context) -> Response:
    try:
        measured = await context.core.measure(context.principal, context.path["saved_id"])
    except CenError as refused:
        return await _shown(context, status_of(refused.code), sentence(context, refused))
    words = Words(context.view.language)
    saved = measured.saved
    most = max((period.fits for period in measured.periods), default=1)
    return shown(
        context,
        "measured.html",
        place="saved_page",
        measured=measured,
        most=max(most, 1),
        said_condition=_said(words, saved.condition),
        aim=_said(words, saved.aim),
        url=address("/cen/search", read(saved.condition)),
    )


def _changes(change: Callable[[Context, str], Awaitable[object]]) -> Handler:
    async def handler(context: Context) -> Response:
        try:
            await change(context, context.path["saved_id"])
        except CenError as refused:
            return await _shown(context, status_of(refused.code), sentence(context, refused))
        return RedirectResponse(PAGE, SEE_OTHER)

    return handler


def _share(context: Context, saved_id: str) -> Awaitable[Saved]:
    wanted = one(context.form, "shared")
    if wanted not in {"yes", "no"}:
        raise CaseMalformed(field="shared")
    return context.core.share_search(context.principal, saved_id, shared=wanted == "yes")


# ------------------------------------------------------------ programs


async def api_searches(context: Context) -> Response:
    found = await context.core.searches(context.principal)
    return json_of(SearchesOut(searches=[saved_out(one.saved, one.fresh) for one in found]))


async def api_save(context: Context) -> Response:
    sent = parse(SavedBody, context.body)
    wanted = WantedSearch(SavedKind(sent.kind), sent.name, sent.condition, sent.aim)
    return json_of(saved_out(await context.core.save_search(context.principal, wanted)), 201)


async def api_measure(context: Context) -> Response:
    return json_of(measured_out(await context.core.measure(context.principal, context.path["saved_id"])))


async def api_seen(context: Context) -> Response:
    return json_of(saved_out(await context.core.search_seen(context.principal, context.path["saved_id"])))


async def api_share(context: Context) -> Response:
    sent = parse(ShareBody, context.body)
    found = await context.core.share_search(context.principal, context.path["saved_id"], shared=sent.shared)
    return json_of(saved_out(found))


async def api_forget(context: Context) -> Response:
    await context.core.forget_search(context.principal, context.path["saved_id"])
    return Response(status_code=204)


HANDLERS: Final[Mapping[str, Handler]] = {
    "saved_page": saved_page,
    "save_search": save_search,
    "measure_page": measure_page,
    "search_seen": _changes(lambda context, saved_id: context.core.search_seen(context.principal, saved_id)),
    "share_search": _changes(_share),
    "forget_search": _changes(lambda context, saved_id: context.core.forget_search(context.principal, saved_id)),
    "api_searches": api_searches,
    "api_save_search": api_save,
    "api_measure": api_measure,
    "api_search_seen": api_seen,
    "api_share_search": api_share,
    "api_forget_search": api_forget,
}
