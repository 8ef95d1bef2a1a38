"""Search and statistics: one filter, kept in the address, for the results, the facets, the export and the figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import Response

from cen_core.api import Question
from cen_core.edge.context import Context, Handler
from cen_core.edge.exports import exported
from cen_core.edge.rendering import options, sentence, shown
from cen_core.edge.requests import Fields, one
from cen_core.edge.words import Words
from cen_core.errors import QueryInvalid
from cen_core.model.dimensions import DIMENSIONS, PERIODS
from cen_core.model.query import FIELDS, NOTHING, page_of
from cen_core.model.results import Bucket, Cell, Results, Statistics
from cencomm.i18n import has_message

FACETS: Final = ("heading", "country", "departure", "destination", "transport_mode", "detection_method", "year")
SHOWN_VALUES: Final = 6
PAGE: Final = 25
MAX_ROWS: Final = 200
MAX_SUMS: Final = 3
EXPORTS: Final = ("xlsx", "csv", "sqlite", "geojson", "zip")
TYPED: Final = ("text", "since", "until", "quantity_min", "quantity_max", "quantity_unit")
"""Fields with a place of their own on the search page; of other fields the page keeps what the address says."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet."""

    value: str
    word: str
    cases: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    name: str
    first: Sequence[Choice]
    more: Sequence[Choice]


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition of the filter, and the address without it."""

    field: str
    word: str
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of figures; `share` of a hundred is how long its bar is."""

    words: Sequence[str]
    cases: int
    share: int
    sums: Sequence[str]
    url: str


def given_of(query: Fields, *without: str) -> dict[str, list[str]]:
    """The filter in the address: a form sends its empty fields too."""
    kept = {name: [value.strip() for value in values if value.strip()] for name, values in query.items()}
    return {name: values for name, values in kept.items() if values and name not in without}


def address(path: str, given: Mapping[str, Sequence[str]], **more: str) -> str:
    pairs = [(name, value) for name, values in given.items() for value in values]
    pairs += [(name, value) for name, value in more.items() if value]
    return f"{path}?{urlencode(pairs)}" if pairs else path


async def search_page(context: Context) -> Response:
    given = given_of(context.query, "after")
    after = one(context.query, "after")
    try:
        question = Question(given, FACETS, page_of(PAGE, after))
        results = await context.core.search(context.principal, question)
        total = (await context.core.statistics(context.principal, given, ())).total
    except QueryInvalid as refused:
        return shown(
            context,
            "search.html",
            400,
            place="search_page",
            problem=sentence(context, refused),
            **_form(context, _known(given)),
            results=None,
        )
    words = Words(context.view.language)
    return shown(
        context,
        "search.html",
        place="search_page",
        **_form(context, given, results),
        results=results,
        sums=_sums(words, total),
        first_url=address("/cen/search", given) if after else "",
        next_url=address("/cen/search", given, after=results.next_after) if results.next_after else "",
        exports=[(kind, address(f"/cen/export.{kind}", given)) for kind in EXPORTS],
        statistics_url=address("/cen/statistics", given),
        condition=urlencode([(name, value) for name, values in given.items() for value in values]),
        headings=options("heading", words.language),
    )


def _known(given: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Without fields that there are not."""
    return {name: values for name, values in given.items() if name in DIMENSIONS or name in FIELDS}


def _form(context: Context, given: Mapping[str, list[str]], results: Results | None = None) -> dict[str, Any]:
    words = Words(context.view.language)
    counted = results.facets if results is not None else dict.fromkeys(FACETS, ())
    in_form = {*TYPED, *FACETS}
    return {
        "given": {name: values[0] for name, values in given.items() if name in TYPED},
        "hidden": [(name, value) for name, values in given.items() if name not in in_form for value in values],
        "facets": [_facet(words, name, buckets, given.get(name, ())) for name, buckets in counted.items()],
        "chips": chips(words, "/cen/search", given),
        "units": options("unit", words.language),
        "filters_open": "Mobi" not in context.request.headers.get("user-agent", ""),
    }


def _facet(words: Words, name: str, buckets: Sequence[Bucket], chosen: Sequence[str]) -> Facet:
    """The most frequent values, and those that are chosen however rare they are."""
    counts = {bucket.value or NOTHING: bucket.cases for bucket in buckets}
    counts |= {value: 0 for value in chosen if value not in counts}
    listed = [Choice(value, value_word(words, name, value), cases, value in chosen) for value, cases in counts.items()]
    listed.sort(key=lambda choice: not choice.chosen)
    return Facet(name, listed[:SHOWN_VALUES], listed[SHOWN_VALUES:])


def value_word(words: Words, name: str, value: str) -> str:
    """The word of a dimension's value."""
    if value in {"", NOTHING}:
        return words.say("cen.not_given")
    if name == "form" and has_message(f"cen.form.{value}"):
        return words.say(f"cen.form.{value}")
    return words.code(DIMENSIONS[name].code_list, value)


def chips(words: Words, path: str, given: Mapping[str, Sequence[str]]) -> list[Chip]:
    found = []
    for name, values in given.items():
        for number, value in enumerate(values):
            rest = {**given, name: [*values[:number], *values[number + 1 :]]}
            found.append(Chip(name, _chip_word(words, name, value), address(path, rest)))
    return found


def _chip_word(words: Words, name: str, value: str) -> str:
    if name in DIMENSIONS:
        return value_word(words, name, value)
    if name == "route":
        return words.code("country", value)
    if name == "published_after" and value.isascii() and value.isdigit():
        return words.moment(int(value[:13]))
    return words.unit(value) if name == "quantity_unit" else value


def _sums(words: Words, cell: Cell) -> list[str]:
    """The amounts in most goods lines, each with its unit: they are never added together."""
    ordered = sorted(cell.quantities, key=lambda found: -found.lines)
    return [words.amount(found.amount, found.of) for found in ordered[:MAX_SUMS] if found.of]


async def export(context: Context) -> Response:
    return await exported(context, given_of(context.query))


async def statistics_page(context: Context) -> Response:
    given = given_of(context.query, "by", "then")
    first, second = one(context.query, "by") or "heading", one(context.query, "then")
    names = [first] if second in {"", first} else [first, second]
    words = Words(context.view.language)
    try:
        found = await context.core.statistics(context.principal, given, names)
    except QueryInvalid as refused:
        return shown(
            context,
            "statistics.html",
            400,
            place="statistics_page",
            problem=sentence(context, refused),
            found=None,
            chosen=("heading", ""),
            dimensions=_dimensions(words),
            hidden=[],
            chips=[],
            search_url="/cen/search",
            trends_url="",
        )
    lines = _lines(words, found, given)
    return shown(
        context,
        "statistics.html",
        place="statistics_page",
        found=found,
        names=names,
        lines=lines[:MAX_ROWS],
        left_out=max(len(lines) - MAX_ROWS, 0),
        total_sums=_sums(words, found.total),
        chosen=(first, second),
        dimensions=_dimensions(words),
        hidden=[(name, value) for name, values in given.items() for value in values],
        chips=chips(words, "/cen/statistics", {**given, "by": [first], "then": [second] if second else []})[
            : sum(len(values) for values in given.values())
        ],
        search_url=address("/cen/search", given),
        trends_url=address("/cen/trends", given),
    )


def _dimensions(words: Words) -> list[tuple[str, str]]:
    return sorted(((name, words.field(name)) for name in DIMENSIONS), key=lambda pair: pair[1].casefold())


def _lines(words: Words, found: Statistics, given: Mapping[str, Sequence[str]]) -> list[Line]:
    """Periods in their order, everything else the most frequent first."""
    in_time = found.dimensions[0] in PERIODS
    cells = found.cells if in_time else sorted(found.cells, key=lambda cell: -cell.cases)
    most = max((cell.cases for cell in cells), default=1)
    return [
        Line(
            [value_word(words, name, value) for name, value in zip(found.dimensions, cell.values, strict=True)],
            cell.cases,
            max(round(100 * cell.cases / most), 1),
            _sums(words, cell),
            address(
                "/cen/search",
                {
                    **given,
                    **{n: [v or NOTHING] for n, v in zip(found.dimensions, cell.values, strict=True)},
                },
            ),
        )
        for cell in cells
    ]


HANDLERS: Final[Mapping[str, Handler]] = {
    "search_page": search_page,
    "export": export,
    "statistics_page": statistics_page,
}
