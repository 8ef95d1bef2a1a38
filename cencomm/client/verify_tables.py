"""The tables of an extraction, made again out of the examined records and compared: they must say the same.

Bytes are compared first. Another version of a library may write the same contents in other bytes, so a workbook, a
database or a Parquet file that differs is then compared value by value.
"""

from __future__ import annotations

import io
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import python_calamine

from cencomm.client import bundle
from cencomm.client.bundle import Bundle
from cencomm.client.errors import BundleDamaged
from cencomm.client.extraction_formats import Format, made_files, write_formats
from cencomm.client.extraction_layout import Layout
from cencomm.client.verify_rows import Examined
from cencomm.export import parquet, sqlite

NOT_TABLES = bundle.PROOFS | bundle.NOT_IN_MANIFEST


def without_what_is_missing(layout: Layout) -> tuple[Layout, frozenset[str]]:
    """The layout with the formats that can be written here, and the endings of files that cannot be compared."""
    if Format.PARQUET in layout.formats and not parquet.is_available():
        formats = tuple(each for each in layout.formats if each != Format.PARQUET)
        return (
            Layout(layout.language, layout.profile, formats, layout.basis, layout.extracted_by, layout.at_ms),
            frozenset({".parquet"}),
        )
    return layout, frozenset()


def compare_tables(
    given: Bundle, found: Examined, layout: Layout, beyond: frozenset[str] = frozenset()
) -> Iterator[tuple[str, str]]:
    """Each table that is there or should be, and in what it differs; empty where it does not.

    `beyond`: endings of files that are not compared.
    """
    with tempfile.TemporaryDirectory(prefix="cencomm-verify-") as place:
        folder = Path(place)
        write_formats(folder, found, layout)
        made = dict(made_files(folder))
        names = {name for name in given.names if name not in NOT_TABLES and Path(name).suffix not in beyond}
        for name in sorted(names | made.keys()):
            yield name, _difference(given, name, made.get(name), folder)


def _difference(given: Bundle, name: str, made: Path | None, folder: Path) -> str:
    if made is None:
        return "there is no such table"
    try:
        data = given.read(name)
    except BundleDamaged as error:
        return str(error.facts["reason"])
    if data == made.read_bytes():
        return ""
    compare = _BY_VALUE.get(made.suffix)
    return compare(data, made, folder) if compare is not None else "other content"


def _workbook(given: bytes, made: Path, _folder: Path) -> str:
    """Where two workbooks differ, cell by cell; empty where only what no reader sees differs (when it was made)."""
    try:
        theirs = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(given))
        ours = python_calamine.CalamineWorkbook.from_path(str(made))
        if theirs.sheet_names != ours.sheet_names:
            return "other sheets"
        for name in ours.sheet_names:
            if theirs.get_sheet_by_name(name).to_python() != ours.get_sheet_by_name(name).to_python():
                return f"sheet {name}"
    except python_calamine.CalamineError as error:
        return f"not a workbook: {type(error).__name__}"
    return ""


def _database(given: bytes, made: Path, folder: Path) -> str:
    copy = folder / "given.sqlite"
    copy.write_bytes(given)
    try:
        return sqlite.same_rows(copy, made)
    except (sqlite3.Error, UnicodeError) as error:
        return f"not a database: {type(error).__name__}"
    finally:
        copy.unlink()


def _parquet(given: bytes, made: Path, folder: Path) -> str:
    copy = folder / "given.parquet"
    copy.write_bytes(given)
    try:
        return parquet.same_rows(copy, made)
    except (ValueError, OSError) as error:
        return f"not a Parquet file: {type(error).__name__}"
    finally:
        copy.unlink()


_BY_VALUE: dict[str, Callable[[bytes, Path, Path], str]] = {
    ".xlsx": _workbook,
    ".sqlite": _database,
    ".parquet": _parquet,
}
