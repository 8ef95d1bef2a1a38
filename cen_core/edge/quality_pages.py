"""The board of quality on a page: members and headings, the share of cases that lack something, and the way to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from cen_core.edge.context import Context, Handler
from cen_core.edge.errors import status_of
from cen_core.edge.rendering import sentence, shown
from cen_core.edge.search_pages import address, given_of
from cen_core.errors import QueryInvalid
from cen_core.model.quality import CHECKS, Quality

MANY: Final = 25
"""From this share of a hundred on, a figure stands out."""


async def quality_page(context: Context) -> Response:
    given = given_of(context.query)
    try:
        found = await context.core.quality(context.principal, given)
    except QueryInvalid as refused:
        status = status_of(refused.code)
        return shown(context, "quality.html", status, place="quality_page", problem=sentence(context, refused), rows=[])
    return shown(
        context,
        "quality.html",
        place="quality_page",
        rows=[(one, _urls(given, one)) for one in found],
        checks=list(CHECKS),
        many=MANY,
    )


def _urls(given: Mapping[str, list[str]], one: Quality) -> Mapping[str, str]:
    """For each check the search that shows what it counted."""
    here = {**given, "member": [one.member], "heading": [one.heading]}
    return {name: address("/cen/search", {**here, **check}) for name, check in CHECKS.items()}


HANDLERS: Final[Mapping[str, Handler]] = {"quality_page": quality_page}
