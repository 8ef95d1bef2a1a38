"""How a form lies in a workbook: one sheet for the records, and one for each list, whose lines name their record.

The first row of a sheet is for people, the second, hidden, for programs: the sheet's own mark, then the keys of numbers
and fields. Sheets may be renamed and columns moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cencomm.templates_forms.model import Field, Group, Template

MAIN = "RECORD"
"""The sheet of the records; no list can have a key like it."""
MARK = "cencomm:"
"""Before the key of the list (or `RECORD`) in the first cell of the hidden row."""
NUMBER = "#"
"""Before the key of a list whose line a column numbers; `#RECORD` numbers the records."""
TITLE_ROW, KEY_ROW, FIRST_ROW = 0, 1, 2
LAST_ROW = 50_000
"""Rows below are not read."""


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """One sheet. `chain` holds the lists from the outermost to this one; none for the records."""

    chain: tuple[Group, ...]
    fields: tuple[Field, ...]
    numbers: tuple[str, ...]
    """What the number columns number: the record, then each list that others stand in."""

    @property
    def key(self) -> str:
        return self.chain[-1].key if self.chain else MAIN

    @property
    def keys(self) -> tuple[str, ...]:
        """The hidden row, after the mark."""
        return (*(NUMBER + name for name in self.numbers), *(field.key for field in self.fields))

    @property
    def numbers_itself(self) -> bool:
        """Whether its own lines have numbers, because lines of other sheets name them."""
        return not self.chain or self.numbers[-1] == self.key


def layout_of(template: Template) -> tuple[SheetLayout, ...]:
    """The sheets of a template, the records first."""
    fields = tuple(field for group in template.groups for field in _flat(group))
    return (SheetLayout((), fields, (MAIN,)), *_lists(template.groups, ()))


def _lists(nodes: Iterable[Field | Group], around: tuple[Group, ...]) -> Iterator[SheetLayout]:
    for node in nodes:
        if isinstance(node, Field):
            continue
        chain = around
        if node.repeat is not None:
            chain = (*around, node)
            inner = tuple(_lists(node.children, chain))
            numbers = (MAIN, *(group.key for group in around), *((node.key,) if inner else ()))
            fields = tuple(field for child in node.children for field in _own(child))
            yield SheetLayout(chain, fields, numbers)
            yield from inner
        else:
            yield from _lists(node.children, chain)


def _own(node: Field | Group) -> Iterator[Field]:
    if isinstance(node, Group):
        yield from _flat(node)
    elif node.type != "derived":
        yield node


def _flat(group: Group) -> Iterator[Field]:
    """The fields beside the group's own, those of lists in it not; what is calculated is never typed."""
    if group.repeat is None:
        for child in group.children:
            yield from _own(child)
