"""What every export format is made from: named columns with a kind, and rows of plain values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

Cell = str | int | bool | Decimal | date | datetime | None
Progress = Callable[[int], None]
"""Called with the number of rows written since the last call."""

PROGRESS_ROWS = 500


class Kind(Enum):
    """What a column holds. A value of another kind in it is written as text, never dropped."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    """A moment, in UTC."""


@dataclass(frozen=True, slots=True)
class Column:
    """`key` is stable and for programs, `title` is for people in their language; `width` in characters."""

    key: str
    title: str
    kind: Kind = Kind.TEXT
    width: int = 18


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` is read once; each row has one cell for each column."""

    name: str
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[Cell]]


def counted(rows: Iterable[Sequence[Cell]], on_progress: Progress | None) -> Iterator[Sequence[Cell]]:
    """The same rows, told to `on_progress` in portions."""
    waiting = 0
    for row in rows:
        yield row
        waiting += 1
        if on_progress is not None and waiting == PROGRESS_ROWS:
            on_progress(waiting)
            waiting = 0
    if on_progress is not None and waiting:
        on_progress(waiting)


def as_text(value: Cell) -> str:
    """The value as a program reads it back: ISO 8601, decimals without rounding, true and false."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)
