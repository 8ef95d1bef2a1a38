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
    TRUTH = "truth"


@dataclass(frozen=True, slots=True)
class Column:
    """`key` is stable and for programs, `title` is for people in their language; `width` in characters."""

    key: str
    title: str
    kind: Kind = Kind.TEXT
    width: int = 18


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` is read once; each row has one cell for each column.

    `name` is for people. For programs: `key` names the table; the columns `keys` name a row; where there is a `parent`,
    the first of them, as many as the parent has, name the row that it belongs to.
    """

    name: str
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[Cell]]
    key: str = ""
    keys: tuple[str, ...] = ()
    parent: str = ""
    is_list: bool = True
    """Whether people sort and filter it; a cover sheet is read from top to bottom."""


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


def unique_keys(columns: Iterable[Column]) -> list[str]:
    """The keys of the columns, a second one of the same name with a number: formats that know names need them so."""
    found: list[str] = []
    taken: set[str] = set()
    for column in columns:
        name, number = column.key, 1
        while name.lower() in taken:
            number += 1
            name = f"{column.key}_{number}"
        taken.add(name.lower())
        found.append(name)
    return found
