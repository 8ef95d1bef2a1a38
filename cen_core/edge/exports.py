"""Exports of exactly what a filter shows, from one snapshot of the database.

XLSX and CSV have one row for each goods line, GeoJSON one feature for each case; SQLite and a ZIP of CSV have related
tables (`export_tables`).

Rows flow from the database through a thread into a file, some hundred at a time, and from the file to the reader.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile

from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from cen_core.edge.bodies import content_data
from cen_core.edge.context import Context
from cen_core.edge.export_tables import Spool
from cen_core.edge.pages import places
from cen_core.edge.requests import Fields
from cen_core.edge.words import Words
from cen_core.errors import NoSuchPage, QueryInvalid
from cen_core.model.content import GoodsLine
from cen_core.model.query import Page
from cen_core.model.results import Found
from cen_core.services.search import Question
from cencomm.export import Cell, Column, Kind, Table, write_csv, write_sqlite, write_xlsx
from cencomm.export.geojson import feature, write_geojson
from cencomm.export.schema_ini import NAME as SCHEMA_INI
from cencomm.export.schema_ini import Section, write_schema_ini
from cencomm.i18n import is_right_to_left

MAX_CASES: Final = 100_000
MAX_WHOLE: Final = 5_000_000
BATCH: Final = 500
TYPES: Final[Mapping[str, str]] = {
    "csv": "text/csv; charset=utf-8",
    "geojson": "application/geo+json",
    "sqlite": "application/vnd.sqlite3",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
_WHOLE: Final = frozenset({"sqlite", "zip"})
"""Formats that take the whole base."""
_CASE: Final = (
    ("member", "country"),
    ("occurred_on", ""),
    ("country", "country"),
    ("location_type", "location_type"),
    ("location", ""),
    ("direction", "direction"),
    ("departure", "country"),
    ("transit", ""),
    ("destination", "country"),
    ("transport_mode", "transport_mode"),
    ("conveyance_type", "conveyance_type"),
    ("traffic_type", "traffic_type"),
    ("detection_method", "detection_method"),
    ("concealment", ""),
    ("case_outcome", "case_outcome"),
    ("operation_code", ""),
    ("narrative", ""),
)
_LINE: Final = (("heading", "heading"), ("product", "product"), ("species", ""), ("unit", "unit"), ("currency", ""))


async def exported(context: Context, given: Fields) -> Response:
    """The file. Raises NoSuchPage: a format that there is not. QueryInvalid: too many cases; TooManyRequests."""
    kind = context.path["format"]
    if kind not in TYPES:
        raise NoSuchPage
    principal = context.principal
    context.services.rates.exports.take(principal.officer)
    counted = await context.core.search(principal, Question(given, (), Page(1)))
    if counted.total > (MAX_WHOLE if kind in _WHOLE else MAX_CASES):
        raise QueryInvalid(field="export", reason="too_many_cases")
    words = Words(context.view.language)
    folder = Path(mkdtemp(prefix="cen-export-"))
    path = folder / f"cen.{kind}"
    try:
        await _write(path, kind, context.core.export(principal, given), words)
    except BaseException:
        _remove(folder)
        raise
    return FileResponse(path, media_type=TYPES[kind], filename=path.name, background=BackgroundTask(_remove, folder))


async def _write(path: Path, kind: str, cases: AsyncIterator[Found], words: Words) -> None:
    """The file is written in a thread, which asks this loop for the next cases."""
    loop = asyncio.get_running_loop()

    def given() -> Iterator[Found]:
        while batch := asyncio.run_coroutine_threadsafe(_next(cases), loop).result():
            yield from batch

    await asyncio.to_thread(_WRITERS[kind], path, given(), words)


def _as_csv(path: Path, cases: Iterable[Found], words: Words) -> None:
    write_csv(path, _flat(cases, words))


def _as_xlsx(path: Path, cases: Iterable[Found], words: Words) -> None:
    write_xlsx(path, [_flat(cases, words)], right_to_left=is_right_to_left(words.language))


def _flat(cases: Iterable[Found], words: Words) -> Table:
    rows = (row for found in cases for row in rows_of(found, words))
    return Table(words.say("cen.export.sheet"), columns(words), rows)


def _as_sqlite(path: Path, cases: Iterable[Found], words: Words) -> None:
    with Spool(path.parent) as spool:
        for found in cases:
            spool.put(found)
        write_sqlite(path, spool.tables(words))


def _as_zip(path: Path, cases: Iterable[Found], words: Words) -> None:
    """CSV files and the `schema.ini` by which Access imports them with the right types."""
    sections: list[Section] = []
    with Spool(path.parent) as spool, ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for found in cases:
            spool.put(found)
        for table in spool.tables(words):
            file = path.parent / f"{table.key}.csv"
            sections.append(Section(file.name, table.columns, write_csv(file, table)))
            archive.write(file, file.name)
            file.unlink()
        schema = path.parent / SCHEMA_INI
        write_schema_ini(schema, sections)
        archive.write(schema, schema.name)
        schema.unlink()


def _as_geojson(path: Path, cases: Iterable[Found], words: Words) -> None:
    write_geojson(path, (_feature(found, words) for found in cases))


def _feature(found: Found, words: Words) -> str:
    """The core keeps no position: the point is the middle of the country of detection, and says so."""
    at = places().get(found.content.country)
    properties = {
        "case_id": found.case_id,
        "member": found.member,
        **content_data(found.content),
        "country_word": words.code("country", found.content.country),
        "point": "country" if at is not None else None,
    }
    return feature(properties, at)


_WRITERS: Final[Mapping[str, Callable[[Path, Iterable[Found], Words], None]]] = {
    "csv": _as_csv,
    "geojson": _as_geojson,
    "sqlite": _as_sqlite,
    "xlsx": _as_xlsx,
    "zip": _as_zip,
}


async def _next(cases: AsyncIterator[Found]) -> list[Found]:
    batch: list[Found] = []
    async for found in cases:
        batch.append(found)
        if len(batch) == BATCH:
            break
    return batch


def _remove(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


def columns(words: Words) -> tuple[Column, ...]:
    """A code has two columns: itself for programs, its word for people."""
    return (
        Column("case_id", words.field("case_id"), width=34),
        *_titles(words, _CASE),
        Column("line", words.field("line"), Kind.NUMBER, 8),
        *_titles(words, _LINE),
        Column("quantity", words.field("quantity"), Kind.NUMBER),
        Column("value", words.field("value"), Kind.NUMBER),
    )


def _titles(words: Words, fields: Sequence[tuple[str, str]]) -> Iterator[Column]:
    for name, code_list in fields:
        if code_list:
            yield Column(name, f"{words.field(name)} [{code_list}]")
            yield Column(f"{name}.word", words.field(name), width=28)
        else:
            yield Column(name, words.field(name), Kind.DATE if name == "occurred_on" else Kind.TEXT)


def rows_of(found: Found, words: Words) -> Iterator[Sequence[Cell]]:
    content = found.content
    of_stage = {part: [stage.country for stage in content.route if stage.part == part] for part in _PARTS}
    values: dict[str, Cell] = {
        "member": found.member,
        "occurred_on": content.occurred_on,
        "departure": next(iter(of_stage["departure"]), ""),
        "transit": " ".join(of_stage["transit"]),
        "destination": next(iter(of_stage["destination"]), ""),
        "concealment": " ".join(content.concealment),
    }
    head = [*_cells(lambda name: values[name] if name in values else getattr(content, name), _CASE, words)]
    for number, line in enumerate(content.goods, start=1):
        yield [found.case_id, *head, number, *_line(line, words), line.quantity, line.value]


_PARTS: Final = ("departure", "transit", "destination")


def _line(line: GoodsLine, words: Words) -> Iterator[Cell]:
    return _cells(lambda name: getattr(line, name), _LINE, words)


def _cells(value_of: object, fields: Sequence[tuple[str, str]], words: Words) -> Iterator[Cell]:
    assert callable(value_of)
    for name, code_list in fields:
        value: Cell = value_of(name)
        yield value
        if code_list:
            yield words.code(code_list, str(value)) if value else ""
