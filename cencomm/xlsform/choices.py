"""The choices sheet: lists of choices in their order, checked as pyxform checks them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cencomm.xlsform.columns import Row, rows_of
from cencomm.xlsform.errors import NameMissing, NameTwice
from cencomm.xlsform.workbook import Book


@dataclass(frozen=True, slots=True)
class Choice:
    name: str
    row: Row


@dataclass(slots=True)
class Choices:
    """The lists by their names; `external` are those of a sheet of its own, for long lists."""

    lists: dict[str, list[Choice]] = field(default_factory=dict)
    external: dict[str, list[Choice]] = field(default_factory=dict)

    def get(self, name: str) -> list[Choice] | None:
        return self.lists.get(name)


def read_choices(book: Book, *, may_repeat: bool) -> Choices:
    """Every list of the book.

    Args:
        may_repeat: whether the form allows one name twice in a list.

    Raises:
        HeaderMissing, HeaderTwice, NameMissing, NameTwice.
    """
    found = Choices()
    for sheet, lists in (("choices", found.lists), ("external_choices", found.external)):
        if sheet in book and book[sheet].rows:
            _read(rows_of(book[sheet], ["name"]), lists, may_repeat=may_repeat or sheet == "external_choices")
    return found


def _read(rows: Iterator[Row], lists: dict[str, list[Choice]], *, may_repeat: bool) -> None:
    seen: set[tuple[str, str]] = set()
    for row in rows:
        name, list_name = row.get("name"), row.get("list_name")
        if not list_name:
            continue
        if not name:
            raise NameMissing(row.sheet, row.number, row.headers.get("name", "name"))
        if (list_name, name) in seen and not may_repeat:
            raise NameTwice(row.sheet, row.number, row.headers.get("name", "name"), name)
        seen.add((list_name, name))
        lists.setdefault(list_name, []).append(Choice(name, row))
