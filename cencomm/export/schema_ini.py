"""`schema.ini`: what the text drivers of Windows (Access, Excel, ODBC) must know of CSV files to read them as meant.

One section for each file. A column in which some value is not of its kind is declared as text, so that none is lost;
so is a moment, which those drivers cannot read in ISO 8601.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from cencomm.export.table import Column, Kind, unique_keys
from cencomm.export.whole_file import whole_file

NAME = "schema.ini"
_TYPES = {Kind.NUMBER: "Double", Kind.DATE: "DateTime"}


@dataclass(frozen=True, slots=True)
class Section:
    """One CSV file: its columns, and the places of those that hold a value of another kind."""

    file: str
    columns: tuple[Column, ...]
    mixed: Collection[int] = ()


def write_schema_ini(path: Path, sections: Iterable[Section]) -> None:
    """Write `schema.ini`, which stands beside the files that it describes."""
    with whole_file(path) as partial, partial.open("w", encoding="ascii", newline="\r\n") as file:
        for section in sections:
            file.writelines(f"{line}\n" for line in _lines(section))


def _lines(section: Section) -> list[str]:
    lines = [
        f"[{section.file}]",
        "ColNameHeader=True",
        "Format=CSVDelimited",
        "CharacterSet=65001",
        "MaxScanRows=0",
        "DecimalSymbol=.",
        "DateTimeFormat=yyyy-mm-dd",
    ]
    names = unique_keys(section.columns)
    for place, (name, column) in enumerate(zip(names, section.columns, strict=True)):
        kind = "LongChar" if place in section.mixed else _TYPES.get(column.kind, "LongChar")
        lines.append(f'Col{place + 1}="{name}" {kind}')
    return [*lines, ""]
