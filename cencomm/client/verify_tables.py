"""The tables of an extraction, made again out of the examined records and compared: they must say the same."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

import python_calamine

from cencomm.client import bundle
from cencomm.client.bundle import Bundle
from cencomm.client.errors import BundleDamaged
from cencomm.client.extraction_files import write_tables
from cencomm.client.verify_log import Examination


def compare_tables(given: Bundle, examination: Examination, language: str) -> Iterator[tuple[str, str]]:
    """Each table that is there or should be, and in what it differs; empty where it does not."""
    with tempfile.TemporaryDirectory(prefix="cencomm-verify-") as place:
        folder = Path(place)
        (folder / bundle.TABLES).mkdir()
        write_tables(folder, examination, language)
        made = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
        names = {name for name in given.names if name.startswith(f"{bundle.TABLES}/")} | made.keys()
        for name in sorted(names):
            yield name, _difference(given, name, made.get(name))


def _difference(given: Bundle, name: str, made: Path | None) -> str:
    if made is None:
        return "there is no such table"
    try:
        data = given.read(name)
    except BundleDamaged as error:
        return str(error.facts["reason"])
    if data == made.read_bytes():
        return ""
    return _first_difference(data, made) if name == bundle.XLSX else "other content"


def _first_difference(given: bytes, made: Path) -> str:
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
