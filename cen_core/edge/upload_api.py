"""/cen/v1/uploads: many cases at once for programs, checked or stored whole, with an idempotency key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from starlette.responses import Response

from cen_core.api import Row
from cen_core.edge.bodies import (
    RowIn,
    RowsBody,
    UploadBody,
    UploadedOut,
    UploadsOut,
    json_of,
    parse,
    report_out,
    upload_out,
)
from cen_core.edge.context import Context, Handler
from cen_core.edge.requests import limit_of

IDEMPOTENCY_KEY: Final = "idempotency-key"


def _rows(sent: Sequence[RowIn]) -> list[Row]:
    return [Row(row.number, row.reference, row.content) for row in sent]


async def check(context: Context) -> Response:
    context.services.rates.uploads.take(context.principal.officer)
    sent = parse(RowsBody, context.body)
    report = await context.core.dry_run(context.principal, _rows(sent.rows), words_read=sent.words_read)
    return json_of(report_out(report))


async def upload(context: Context) -> Response:
    """The key makes a resend harmless: the same again gives the same upload, something else is refused."""
    context.services.rates.uploads.take(context.principal.officer)
    sent = parse(UploadBody, context.body)
    key = context.request.headers.get(IDEMPOTENCY_KEY, "")
    made, report = await context.core.upload(
        context.principal, _rows(sent.rows), sent.name, words_read=sent.words_read, key=key
    )
    return json_of(UploadedOut(upload=upload_out(made), report=report_out(report)), 201)


async def uploads(context: Context) -> Response:
    limit, _ = limit_of(context.query, {"limit"})
    found = await context.core.upload_log(context.principal, limit)
    return json_of(UploadsOut(uploads=[upload_out(one) for one in found]))


async def validate(context: Context) -> Response:
    return json_of(upload_out(await context.core.validate_upload(context.principal, context.path["upload_id"])))


async def undo(context: Context) -> Response:
    return json_of(upload_out(await context.core.undo_upload(context.principal, context.path["upload_id"])))


HANDLERS: Final[Mapping[str, Handler]] = {
    "api_uploads": uploads,
    "api_upload": upload,
    "api_check_upload": check,
    "api_validate_upload": validate,
    "api_undo_upload": undo,
}
