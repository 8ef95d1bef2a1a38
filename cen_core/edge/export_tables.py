"""The cases of a filter as related tables: cases, their goods, routes and codes, and the words of the codes.

One pass over the database fills a file for each table, so that all are of one moment and memory does not grow; the
tables are read again from those files, as often as a format needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

import msgspec

from cen_core.edge.words import Words
from cen_core.model import codes
from cen_core.model.results import Found
from cencomm.export import Cell, Column, Kind, Table
from cencomm.i18n import has_message

_CASE: Final = (
    "form",
    "occurred_on",
    "country",
    "location_type",
    "location",
    "place_text",
    "direction",
    "transport_mode",
    "conveyance_type",
    "traffic_type",
    "detection_method",
    "case_outcome",
    "operation_code",
    "persons_arrested",
    "concealment_text",
    "narrative",
    "narrative_language",
)
_LINE: Final = (
    "heading",
    "product",
    "product_other",
    "species",
    "hs6",
    "quantity",
    "unit",
    "quantity_basis",
    "quantity_missing",
    "value",
    "currency",
    "value_basis",
)
_STAGE: Final = ("part", "country", "location", "reached")
_LISTS: Final = (
    ("concealment", "concealment"),
    ("detection_aids", "detection_aid"),
    ("goods_outcome", "goods_outcome"),
)
_NUMBERS: Final = frozenset({"version", "line", "position", "quantity", "value", "persons_arrested", "reached"})
_DATES: Final = frozenset({"occurred_on"})
_CASES: Final = "cases"
_COLUMNS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    _CASES: (("case_id",), ("case_id", "member", "version", *_CASE)),
    "goods": (("case_id", "line"), ("case_id", "line", *_LINE)),
    "route": (("case_id", "position"), ("case_id", "position", *_STAGE)),
    "codes": (("case_id", "list", "code"), ("case_id", "list", "code")),
}
"""For each table its keys and its columns."""
_WORDS: Final = ("list", "code", "word")


class Spool:
    """The tables as files in `folder`, while the block runs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, BinaryIO] = {}
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        for name in _COLUMNS:
            self._files[name] = self._closing.enter_context((self._folder / f"{name}.rows").open("w+b"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()
        for name in _COLUMNS:
            (self._folder / f"{name}.rows").unlink()

    def put(self, found: Found) -> None:
        content = found.content
        self._put(_CASES, [found.case_id, found.member, found.version, *(getattr(content, name) for name in _CASE)])
        for number, line in enumerate(content.goods, start=1):
            self._put("goods", [found.case_id, number, *(getattr(line, name) for name in _LINE)])
        for number, stage in enumerate(content.route, start=1):
            cells = [getattr(stage, name) for name in _STAGE[:-1]]
            self._put("route", [found.case_id, number, *cells, int(stage.reached)])
        for field, name in _LISTS:
            for code in getattr(content, field):
                self._put("codes", [found.case_id, name, code])

    def _put(self, name: str, row: Sequence[Cell]) -> None:
        self._files[name].write(msgspec.json.encode(row) + b"\n")

    def tables(self, words: Words) -> Iterator[Table]:
        """A parent before its children; each can be read once."""
        for name, (keys, columns) in _COLUMNS.items():
            parent = "" if name == _CASES else _CASES
            made = tuple(_column(words, column) for column in columns)
            yield Table(name, made, self._rows(name, made), key=name, keys=keys, parent=parent)
        made = tuple(_column(words, column) for column in _WORDS)
        yield Table("words", made, _words(words), key="words", keys=("list", "code"))

    def _rows(self, name: str, columns: Sequence[Column]) -> Iterator[Sequence[Cell]]:
        file = self._files[name]
        file.flush()
        file.seek(0)
        for line in file:
            cells = msgspec.json.decode(line)
            yield [_cell(value, column.kind) for value, column in zip(cells, columns, strict=True)]


def _column(words: Words, name: str) -> Column:
    kind = Kind.NUMBER if name in _NUMBERS else Kind.DATE if name in _DATES else Kind.TEXT
    return Column(name, words.field(name) if has_message(f"cen.field.{name}") else name, kind)


def _cell(value: str | int | None, kind: Kind) -> Cell:
    if not isinstance(value, str) or kind is Kind.TEXT:
        return value
    return date.fromisoformat(value) if kind is Kind.DATE else Decimal(value)


def _words(words: Words) -> Iterator[Sequence[Cell]]:
    """Every code that may stand in the tables, with its word in the reader's language."""
    for name, code in codes.all_codes():
        yield name, code, codes.word(name, code, words.language)
