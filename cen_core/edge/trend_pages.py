"""Trends on a page: bars for the months with the average that moves with them, what is unusual and why, new routes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from cen_core.edge.context import Context, Handler
from cen_core.edge.errors import status_of
from cen_core.edge.rendering import sentence, shown
from cen_core.edge.search_pages import address, chips, given_of
from cen_core.edge.words import Words
from cen_core.errors import QueryInvalid
from cen_core.model.trends import Trend

SHOWN_MONTHS: Final = 60
HEIGHT: Final = 100


async def trends_page(context: Context) -> Response:
    given = given_of(context.query)
    words = Words(context.view.language)
    try:
        found = await context.core.trend(context.principal, given)
    except QueryInvalid as refused:
        return shown(
            context,
            "trends.html",
            status_of(refused.code),
            place="statistics_page",
            problem=sentence(context, refused),
            found=None,
        )
    months = found.months[-SHOWN_MONTHS:]
    most = max((max(month.cases, month.average or 0) for month in months), default=1) or 1
    return shown(
        context,
        "trends.html",
        place="statistics_page",
        found=found,
        months=months,
        bars=[(at, HEIGHT * month.cases / most, month.unusual is not None) for at, month in enumerate(months)],
        line=_line(found, most),
        height=HEIGHT,
        chips=chips(words, "/cen/trends", given),
        search_url=address("/cen/search", given),
        routes=[
            (
                route,
                address("/cen/search", {**given, "departure": [route.departure], "destination": [route.destination]}),
            )
            for route in found.new_routes
        ],
        month_url=lambda month: address("/cen/search", {**given, "month": [month]}),
    )


def _line(found: Trend, most: float) -> str:
    """The moving average as the points of an SVG line, in the middle of each bar."""
    months = found.months[-SHOWN_MONTHS:]
    spots = [(at + 0.5, month.average) for at, month in enumerate(months) if month.average is not None]
    return " ".join(f"{x:.1f},{HEIGHT - HEIGHT * average / most:.1f}" for x, average in spots)


HANDLERS: Final[Mapping[str, Handler]] = {"trends_page": trends_page}
