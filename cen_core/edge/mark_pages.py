"""Marking regions of a picture without a script: two clicks on it are two corners (`<input type="image">` sends where
it was clicked), and the same as four numbers for whoever does not click."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from cen_core.api import PictureChange
from cen_core.edge import picture_form
from cen_core.edge.context import Context, Handler
from cen_core.edge.errors import status_of
from cen_core.edge.picture_view import Window, shown_in
from cen_core.edge.rendering import sentence, shown
from cen_core.edge.requests import Fields, one
from cen_core.errors import CenError, PictureInvalid, PictureUnknown, RequestMalformed
from cen_core.model.picture import MAX_MARKS, MAX_WORDS, WHOLE, PictureView
from cen_core.services import access
from cen_core.services.access import Resource

SEE_OTHER: Final = 303
WIDTH: Final = 640
"""CSS pixels in which the picture is shown for clicking: where a click was is known only in a size that is fixed."""
PLACES: Final = ("x", "y", "width", "height")


async def marks_page(context: Context) -> Response:
    view = await _own(context)
    first = _corner(context.query, view)
    second = _clicked(context.query, view)
    region: Mapping[str, int] = {}
    if first is None:
        first, second = second, None
    elif second is not None:
        region = _region(first, second)
    if first is None or region:
        return _marks(context, view, region=region)
    return _marks(context, view, first=first, region={"x": first[0], "y": first[1]})


def _marks(
    context: Context,
    view: PictureView,
    status: int = 200,
    *,
    first: tuple[int, int] | None = None,
    region: Mapping[str, Any] | None = None,
    words: str = "",
    problem: str = "",
) -> Response:
    return shown(
        context,
        "picture_marks.html",
        status,
        place="pictures_page",
        problem=problem,
        view=view,
        pane=shown_in(Window(), view),
        first=first,
        region=region or {},
        written=words,
        sides=PLACES,
        click_width=min(WIDTH, view.width),
        whole=WHOLE,
        max_words=MAX_WORDS,
        is_full=len(view.content.marks) >= MAX_MARKS,
    )


async def _own(context: Context) -> PictureView:
    view = await context.core.cpdb.read(context.principal, context.path["picture_id"])
    if not view.revision:
        raise PictureUnknown
    access.require(context.principal, "amend_picture", Resource(view.member))
    return view


def _clicked(query: Fields, view: PictureView) -> tuple[int, int] | None:
    """Where the picture was clicked, in thousandths."""
    x, y = _number(query, "at.x"), _number(query, "at.y")
    if x is None or y is None:
        return None
    width = min(WIDTH, view.width)
    height = max(round(view.height * width / view.width), 1)
    return min(x * WHOLE // width, WHOLE), min(y * WHOLE // height, WHOLE)


def _corner(query: Fields, view: PictureView) -> tuple[int, int] | None:
    x, y = _number(query, "x"), _number(query, "y")
    return None if x is None or y is None else (min(x, WHOLE), min(y, WHOLE))


def _region(first: tuple[int, int], second: tuple[int, int]) -> dict[str, int]:
    x, y = min(first[0], second[0]), min(first[1], second[1])
    return {
        "x": min(x, WHOLE - 1),
        "y": min(y, WHOLE - 1),
        "width": max(abs(first[0] - second[0]), 1),
        "height": max(abs(first[1] - second[1]), 1),
    }


def _number(fields: Fields, name: str) -> int | None:
    """Raises RequestMalformed."""
    text = one(fields, name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 6:
        raise RequestMalformed(what=name[:8])
    return int(text)


async def mark_picture(context: Context) -> Response:
    """A mark more or a mark less is another version of what is said about the picture."""
    view = await _own(context)
    revision = _number(context.form, "revision")
    if revision is None:
        raise RequestMalformed(what="revision")
    data = picture_form.content_data(view.content)
    typed = {name: one(context.form, name) for name in PLACES}
    words = one(context.form, "words")
    try:
        data["marks"] = _changed(context.form, picture_form.marks_of(view.content))
        await context.core.cpdb.amend(context.principal, PictureChange(view.picture_id, revision), data)
    except CenError as refused:
        if status_of(refused.code) not in {409, 422}:
            raise
        problem = sentence(context, refused)
        return _marks(context, view, status_of(refused.code), region=typed, words=words, problem=problem)
    return RedirectResponse(f"/cen/pictures/{view.picture_id}/marks", SEE_OTHER)


def _changed(form: Fields, marks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Raises RequestMalformed, PictureInvalid."""
    removed = _number(form, "remove")
    if removed is not None:
        return [mark for number, mark in enumerate(marks, 1) if number != removed]
    found = {name: _number(form, name) for name in PLACES}
    if None in found.values():
        raise PictureInvalid(field="marks", reason="missing")
    return [*marks, {**found, "words": one(form, "words")}]


HANDLERS: Final[Mapping[str, Handler]] = {"marks_page": marks_page, "mark_picture": mark_picture}
