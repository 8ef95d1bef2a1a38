"""Training albums on pages: all of them, one of them, and what its keeper may do to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.responses import RedirectResponse, Response

from cen_core.edge.context import Context, Handler
from cen_core.edge.errors import status_of
from cen_core.edge.picture_pages import title_of
from cen_core.edge.rendering import sentence, shown
from cen_core.edge.requests import one
from cen_core.edge.words import Words
from cen_core.errors import CenError, RequestMalformed
from cen_core.model.album import MAX_TITLE, OpenAlbum
from cen_core.services import access
from cen_core.services.albums import resource

SEE_OTHER: Final = 303
ALBUMS: Final = "/cen/pictures/albums"


async def albums_page(context: Context) -> Response:
    return await _albums(context)


async def _albums(context: Context, status: int = 200, problem: str = "") -> Response:
    return shown(
        context,
        "albums.html",
        status,
        place="pictures_page",
        problem=problem,
        albums=await context.core.cpdb.albums(context.principal),
        max_title=MAX_TITLE,
    )


async def keep_album(context: Context) -> Response:
    try:
        album = await context.core.cpdb.keep_album(context.principal, one(context.form, "title"))
    except CenError as refused:
        if status_of(refused.code) != 422:
            raise
        return await _albums(context, 422, sentence(context, refused))
    return RedirectResponse(f"{ALBUMS}/{album.album_id}", SEE_OTHER)


async def album_page(context: Context) -> Response:
    return _album(context, await context.core.cpdb.album(context.principal, context.path["album_id"]))


def _album(context: Context, found: OpenAlbum, status: int = 200, problem: str = "") -> Response:
    words = Words(context.view.language)
    return shown(
        context,
        "album.html",
        status,
        place="pictures_page",
        problem=problem,
        album=found.album,
        pictures=found.pictures,
        title_of=lambda picture: title_of(words, picture),
        keeps=access.may(context.principal, "keep_album", resource(found.album)),
        max_title=MAX_TITLE,
    )


async def change_album(context: Context) -> Response:
    """One step: another title, a picture more, a picture less, or the album gone."""
    found = await context.core.cpdb.album(context.principal, context.path["album_id"])
    text = one(context.form, "revision")
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise RequestMalformed(what="revision")
    address = f"{ALBUMS}/{found.album.album_id}"
    ids = [picture.picture_id for picture in found.pictures]
    added, dropped = one(context.form, "add"), one(context.form, "drop")
    try:
        if one(context.form, "do") == "remove":
            await context.core.cpdb.remove_album(context.principal, found.album.album_id)
            return RedirectResponse(ALBUMS, SEE_OTHER)
        wanted = [each for each in ids if each != dropped] + ([added] if added and added not in ids else [])
        title = one(context.form, "title") or found.album.title
        await context.core.cpdb.change_album(context.principal, found.album.album_id, int(text), title, wanted)
    except CenError as refused:
        if status_of(refused.code) not in {404, 409, 422}:
            raise
        return _album(context, found, status_of(refused.code), sentence(context, refused))
    return RedirectResponse(address, SEE_OTHER)


HANDLERS: Final[Mapping[str, Handler]] = {
    "albums_page": albums_page,
    "keep_album": keep_album,
    "album_page": album_page,
    "change_album": change_album,
}
