"""A file that an operator has, read within bounds: text of either encoding, or such texts in a ZIP archive."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from pathlib import Path

from cencomm.damaged_zip import DAMAGED_ZIP
from cencomm.refdata.errors import RefdataMalformed, RefdataTooLarge

MAX_BYTES = 64 * 1024 * 1024
"""Of a file, and of all that is unpacked from an archive."""
MAX_MEMBERS = 200
MAX_ROWS = 500_000
MAX_CELL = 4_000
_CHUNK = 1024 * 1024


def rows_of(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows of each CSV file, in the order of their names, each with its line.

    Raises:
        RefdataMalformed, RefdataTooLarge.
    """
    number = 0
    for text in _texts(path):
        for line, cells in _csv(text):
            number += 1
            if number > MAX_ROWS:
                raise RefdataTooLarge(what="rows", limit=MAX_ROWS)
            yield line, cells


def _csv(text: str) -> Iterator[tuple[int, list[str]]]:
    first = text[: text.find("\n") + 1] or text
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    try:
        for cells in reader:
            if any(len(cell) > MAX_CELL for cell in cells):
                raise RefdataMalformed(line=reader.line_num, column="", reason="cell_text")
            if any(cells):
                yield reader.line_num, cells
    except csv.Error:
        raise RefdataMalformed(line=reader.line_num, column="", reason="quoting") from None


def _texts(path: Path) -> Iterator[str]:
    if zipfile.is_zipfile(path):
        yield from _members(path)
        return
    if path.stat().st_size > MAX_BYTES:
        raise RefdataTooLarge(what="bytes", limit=MAX_BYTES)
    yield _decoded(path.read_bytes())


def _members(path: Path) -> Iterator[str]:
    """Only what was really unpacked counts: what an archive says of itself may be false."""
    left = MAX_BYTES
    try:
        with zipfile.ZipFile(path) as archive:
            names = sorted(name for name in archive.namelist() if _is_list(name))
            if len(archive.namelist()) > MAX_MEMBERS:
                raise RefdataTooLarge(what="files", limit=MAX_MEMBERS)
            for name in names:
                data = bytearray()
                with archive.open(name) as member:
                    while chunk := member.read(_CHUNK):
                        data += chunk
                        if len(data) > left:
                            raise RefdataTooLarge(what="bytes", limit=MAX_BYTES)
                left -= len(data)
                yield _decoded(bytes(data))
    except (*DAMAGED_ZIP, OSError):
        raise RefdataMalformed(line=0, column="", reason="archive") from None
    if not names:
        raise RefdataMalformed(line=0, column="", reason="no_table")


def _is_list(name: str) -> bool:
    """UNECE's archive of UN/LOCODE also holds the subdivisions, which are another list."""
    return name.lower().endswith(".csv") and "subdivision" not in name.lower()


def _decoded(data: bytes) -> str:
    """UTF-8, else Latin-1 as Windows has it: UNECE has published both."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise RefdataMalformed(line=0, column="", reason="not_text")
