"""/cen/v1/pictures: the concealment pictures for programs. Facts and codes only; no cookie is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from cen_core.api import NewPicture, PictureChange
from cen_core.edge.api import IDEMPOTENCY_KEY
from cen_core.edge.bodies import JudgeBody, LogOut, MoveBody, entry_out, json_of, parse
from cen_core.edge.context import Context, Handler
from cen_core.edge.picture_bodies import (
    FoundPicturesOut,
    NewPictureBody,
    PictureAmendment,
    PicturesOut,
    ValidatePictureBody,
    found_picture_out,
    picture_out,
    picture_results_out,
    picture_view_out,
)
from cen_core.edge.requests import one
from cen_core.errors import QueryInvalid
from cen_core.model.case import Move
from cen_core.model.picture_query import DEFAULT_PAGE


async def pictures(context: Context) -> Response:
    given = {name: values for name, values in context.query.items() if name not in {"facet", "limit", "after"}}
    text = one(context.query, "limit") or str(DEFAULT_PAGE)
    if not (text.isascii() and text.isdigit()) or len(text) > 4:
        raise QueryInvalid(field="limit", reason="out_of_range")
    found = await context.core.cpdb.search(
        context.principal,
        given,
        facets=tuple(dict.fromkeys(context.query.get("facet", []))),
        limit=int(text),
        after=one(context.query, "after"),
    )
    return json_of(picture_results_out(found))


async def worklist(context: Context) -> Response:
    found = await context.core.cpdb.worklist(context.principal)
    return json_of(PicturesOut(pictures=[picture_view_out(view) for view in found]))


async def add(context: Context) -> Response:
    """The key makes a resend harmless: the same again gives the same picture, something else is refused."""
    sent = parse(NewPictureBody, context.body)
    context.services.rates.pictures.take(context.principal.officer)
    key = context.request.headers.get(IDEMPOTENCY_KEY, "")
    new = NewPicture(sent.sent, sent.content, key, sent.submit)
    return json_of(picture_out(await context.core.cpdb.add(context.principal, new)), 201)


async def read(context: Context) -> Response:
    return json_of(picture_view_out(await context.core.cpdb.read(context.principal, context.path["picture_id"])))


async def image(context: Context) -> Response:
    data, _ = await context.core.cpdb.image(context.principal, context.path["picture_id"], context.path["size"])
    return Response(data, media_type="image/jpeg")


async def similar(context: Context) -> Response:
    found = await context.core.cpdb.similar(context.principal, context.path["picture_id"])
    return json_of(FoundPicturesOut(pictures=[found_picture_out(each) for each in found]))


async def amend(context: Context) -> Response:
    sent = parse(PictureAmendment, context.body)
    change = PictureChange(context.path["picture_id"], sent.revision)
    return json_of(
        picture_out(await context.core.cpdb.amend(context.principal, change, sent.content, submit=sent.submit))
    )


def _moves(move: Move) -> Handler:
    async def handler(context: Context) -> Response:
        sent = parse(MoveBody, context.body)
        change = PictureChange(context.path["picture_id"], sent.revision)
        return json_of(picture_out(await context.core.cpdb.move(context.principal, move, change)))

    return handler


def _judges(move: Move) -> Handler:
    async def handler(context: Context) -> Response:
        sent = parse(JudgeBody, context.body)
        change = PictureChange(context.path["picture_id"], sent.revision)
        return json_of(picture_out(await context.core.cpdb.move(context.principal, move, change, reason=sent.reason)))

    return handler


async def validate(context: Context) -> Response:
    sent = parse(ValidatePictureBody, context.body)
    change = PictureChange(context.path["picture_id"], sent.revision)
    moved = await context.core.cpdb.move(context.principal, Move.VALIDATE, change, looked=sent.looked)
    return json_of(picture_out(moved))


async def log(context: Context) -> Response:
    found = await context.core.cpdb.log(context.principal, context.path["picture_id"])
    return json_of(LogOut(entries=[entry_out(entry) for entry in reversed(found)]))


HANDLERS: Final[Mapping[str, Handler]] = {
    "api_pictures": pictures,
    "api_picture_worklist": worklist,
    "api_add_picture": add,
    "api_read_picture": read,
    "api_picture_image": image,
    "api_similar_pictures": similar,
    "api_amend_picture": amend,
    "api_submit_picture": _moves(Move.SUBMIT),
    "api_discard_picture": _moves(Move.DISCARD),
    "api_validate_picture": validate,
    "api_return_picture": _judges(Move.RETURN),
    "api_withdraw_picture": _judges(Move.WITHDRAW),
    "api_picture_log": log,
}
