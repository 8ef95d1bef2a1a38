"""Parquet, for those who analyse with columns: one file for each table (the extra `cencomm[parquet]` brings pyarrow).

Columns have the types of their kinds: numbers are decimals, never rounded; moments are in UTC. A value that its
column's type cannot hold stands as text in the last column, `misfits`, a JSON object by column.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from cencomm.export.table import Cell, Kind, Progress, Table, as_text, counted, unique_keys
from cencomm.export.whole_file import whole_file

MISFITS = "misfits"
_ROWS_AT_ONCE = 5_000
_DIGITS, _PLACES = 38, 12
_LARGEST = Decimal(10) ** (_DIGITS - _PLACES)
_STEP = Decimal(1).scaleb(-_PLACES)
_WIDE = Context(prec=2 * _DIGITS)


def is_available() -> bool:
    """Whether the extra is installed."""
    return importlib.util.find_spec("pyarrow") is not None


def _arrow() -> tuple[Any, Any]:
    return importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")


def write_parquet(path: Path, table: Table, *, on_progress: Progress | None = None) -> None:
    """Write `table` to `path`, whole or not at all, in groups of rows."""
    arrow, parquet = _arrow()
    names = unique_keys(table.columns)
    kinds = [column.kind for column in table.columns]
    schema = arrow.schema(
        [(name, _type(arrow, kind)) for name, kind in zip(names, kinds, strict=True)] + [(MISFITS, arrow.string())]
    )
    rows = iter(counted(table.rows, on_progress))
    with whole_file(path) as partial, parquet.ParquetWriter(partial, schema, compression="zstd") as writer:
        while portion := list(islice(rows, _ROWS_AT_ONCE)):
            columns = _columns([_fitted(row, names, kinds) for row in portion], len(names) + 1)
            arrays = [arrow.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)]
            writer.write_table(arrow.Table.from_arrays(arrays, schema=schema))


def _type(arrow: Any, kind: Kind) -> Any:
    match kind:
        case Kind.NUMBER:
            return arrow.decimal128(_DIGITS, _PLACES)
        case Kind.DATE:
            return arrow.date32()
        case Kind.TIME:
            return arrow.timestamp("ms", tz="UTC")
        case Kind.TRUTH:
            return arrow.bool_()
        case _:
            return arrow.string()


def _columns(rows: Sequence[Sequence[Cell]], width: int) -> list[list[Cell]]:
    return [[row[place] for row in rows] for place in range(width)]


def _fitted(row: Sequence[Cell], names: Sequence[str], kinds: Sequence[Kind]) -> list[Cell]:
    fitted: list[Cell] = []
    misfits: dict[str, str] = {}
    for name, kind, value in zip(names, kinds, row, strict=True):
        held = _held(kind, value)
        if held is None and value is not None and value != "":
            misfits[name] = as_text(value)
        fitted.append(held)
    return [*fitted, json.dumps(misfits, ensure_ascii=False, sort_keys=True) if misfits else None]


def _held(kind: Kind, value: Cell) -> Cell:
    """The value as the column's type has it; None where it cannot."""
    if kind is Kind.TEXT:
        return None if value is None else as_text(value)
    return _KEPT[kind](value)


def _number(value: Cell) -> Cell:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = Decimal(value)
    return number if abs(number) < _LARGEST and number == number.quantize(_STEP, context=_WIDE) else None


def _day(value: Cell) -> Cell:
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def _moment(value: Cell) -> Cell:
    is_whole = isinstance(value, datetime) and value.microsecond % 1000 == 0
    return value.astimezone(UTC) if is_whole and isinstance(value, datetime) else None


def _truth(value: Cell) -> Cell:
    return value if isinstance(value, bool) else None


_KEPT: Mapping[Kind, Callable[[Cell], Cell]] = {
    Kind.NUMBER: _number,
    Kind.DATE: _day,
    Kind.TIME: _moment,
    Kind.TRUTH: _truth,
}


def same_rows(one: Path, other: Path) -> str:
    """In what two files differ, whichever version of the library wrote them; empty where they hold the same.

    Raises:
        ValueError, OSError: `one` is no Parquet file.
    """
    _, parquet = _arrow()
    first, second = parquet.ParquetFile(one), parquet.ParquetFile(other)
    if not first.schema_arrow.equals(second.schema_arrow):
        return "schema"
    ours, theirs = (file.iter_batches(_ROWS_AT_ONCE) for file in (second, first))
    for batch in ours:
        if not batch.equals(next(theirs, None)):
            return "rows"
    return "" if next(theirs, None) is None else "rows"
