"""The formats of an extraction: each is written from the examined records alone, so that `verify` writes it again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from enum import StrEnum
from pathlib import Path

from cencomm.client import bundle
from cencomm.client.errors import FormatMissing, FormatNeedsRecords
from cencomm.client.extraction_layout import Layout
from cencomm.client.extraction_lines import features, json_files
from cencomm.client.extraction_statistics import statistical_tables
from cencomm.client.extraction_tables import csv_path, named_tables, reported
from cencomm.client.extraction_transcript import transcript
from cencomm.client.verify_rows import Examined
from cencomm.export import Table, parquet, schema_ini, write_csv, write_sqlite, write_xlsx
from cencomm.export.cites import cites_table
from cencomm.export.geojson import write_geojson
from cencomm.export.html import write_html
from cencomm.export.json_lines import write_json, write_json_lines
from cencomm.export.profiles import Profile
from cencomm.i18n import is_right_to_left, message

JSON, PARQUET = "json", "parquet"
SQLITE, GEOJSON, CITES, TRANSCRIPT = "extraction.sqlite", "extraction.geojson", "cites.xlsx", "transcript.html"
COVER = "cover"


class Format(StrEnum):
    """What an extraction can be written as."""

    XLSX = "xlsx"
    CSV = "csv"
    SQLITE = "sqlite"
    JSONL = "jsonl"
    GEOJSON = "geojson"
    PARQUET = "parquet"
    CITES = "cites"
    HTML = "html"


DEFAULT = (Format.XLSX, Format.CSV)
_NEED_RECORDS = frozenset({Format.GEOJSON, Format.CITES, Format.HTML})


def check_formats(formats: Collection[Format], profile: Profile) -> None:
    """Raises FormatNeedsRecords, FormatMissing: said before anything is read or announced."""
    for each in formats:
        if profile is Profile.STATISTICAL and each in _NEED_RECORDS:
            raise FormatNeedsRecords(format=str(each))
        if each is Format.PARQUET and not parquet.is_available():
            raise FormatMissing(format=str(each))


def tables_of(found: Examined, layout: Layout) -> list[tuple[str, Table]]:
    """The tables of an extraction, each with its file name without ending, to be read once."""
    if layout.profile is Profile.STATISTICAL:
        return statistical_tables(found, layout)
    return named_tables(found, layout)


def write_formats(folder: Path, found: Examined, layout: Layout) -> None:
    """Write every format of the layout into `folder`; the same records always give the same files."""
    for each in layout.formats:
        _WRITERS[Format(each)](folder, found, layout)


def _write_xlsx(folder: Path, found: Examined, layout: Layout) -> None:
    tables = [table for _, table in tables_of(found, layout)]
    is_rtl = is_right_to_left(layout.language)
    write_xlsx(folder / bundle.XLSX, tables, right_to_left=is_rtl, made_at_ms=layout.at_ms)


def _write_csv(folder: Path, found: Examined, layout: Layout) -> None:
    (folder / bundle.TABLES).mkdir(exist_ok=True)
    sections: list[schema_ini.Section] = []
    for name, table in tables_of(found, layout):
        path = folder / csv_path(name)
        mixed = write_csv(path, table)
        sections.append(schema_ini.Section(path.name, table.columns, mixed))
    schema_ini.write_schema_ini(folder / bundle.TABLES / schema_ini.NAME, sections)


def _write_sqlite(folder: Path, found: Examined, layout: Layout) -> None:
    tables = [table for _, table in tables_of(found, layout)]
    parents = {table.parent for table in tables}
    first = [table for table in tables if table.key in parents and not table.parent]
    write_sqlite(folder / SQLITE, [*first, *(table for table in tables if table not in first)])


def _write_parquet(folder: Path, found: Examined, layout: Layout) -> None:
    (folder / PARQUET).mkdir()
    for name, table in tables_of(found, layout):
        if name != COVER:
            parquet.write_parquet(folder / PARQUET / f"{Path(csv_path(name)).stem}.parquet", table)


def _write_jsonl(folder: Path, found: Examined, layout: Layout) -> None:
    (folder / JSON).mkdir()
    tables = tables_of(found, layout) if layout.profile is Profile.STATISTICAL else []
    for name, schema, lines in json_files(found, layout, tables):
        write_json(folder / JSON / f"{name}.schema.json", schema)
        write_json_lines(folder / JSON / f"{name}.jsonl", lines)


def _write_geojson(folder: Path, found: Examined, layout: Layout) -> None:
    write_geojson(folder / GEOJSON, features(found, layout))


def _write_cites(folder: Path, found: Examined, layout: Layout) -> None:
    name = message("text.sheet.cites", {}, layout.language)
    table = cites_table(name, reported(found), layout.language)
    write_xlsx(folder / CITES, [table], right_to_left=is_right_to_left(layout.language), made_at_ms=layout.at_ms)


def _write_html(folder: Path, found: Examined, layout: Layout) -> None:
    write_html(folder / TRANSCRIPT, transcript(found, layout))


_WRITERS: dict[Format, Callable[[Path, Examined, Layout], None]] = {
    Format.XLSX: _write_xlsx,
    Format.CSV: _write_csv,
    Format.SQLITE: _write_sqlite,
    Format.JSONL: _write_jsonl,
    Format.GEOJSON: _write_geojson,
    Format.PARQUET: _write_parquet,
    Format.CITES: _write_cites,
    Format.HTML: _write_html,
}


def made_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every file below `folder` with its name in a bundle."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path
