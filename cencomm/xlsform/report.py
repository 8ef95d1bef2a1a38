"""What of a form has no counterpart, row by row: nothing that stood in a cell is dropped without a word."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from cencomm.errors import Fact
from cencomm.i18n import message

Kind = Literal[
    "cell_left_out",
    "choice_renamed",
    "expression_left_out",
    "group_dissolved",
    "label_from_name",
    "language_assumed",
    "language_unknown",
    "list_elsewhere",
    "name_changed",
    "needs_table",
    "only_ours",
    "own_column",
    "question_left_out",
    "setting_changed",
    "sheet_left_out",
    "text_cut",
    "text_with_reference",
    "type_changed",
]
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that is otherwise than in the workbook; row 0 is the sheet as a whole."""

    kind: Kind
    sheet: str
    row: int
    column: str
    value: str
    instead: str = ""

    def sentence(self, language: str) -> str:
        facts: dict[str, Fact] = {"sheet": self.sheet, "row": self.row, "column": self.column, "value": self.value}
        return message(f"text.xlsform.{self.kind}", {**facts, "instead": self.instead}, language)


@dataclass(slots=True)
class Notes:
    """Collects, in the order in which things are come to; each once."""

    found: dict[Note, None] = field(default_factory=dict)

    def add(self, kind: Kind, sheet: str, row: int, column: str, value: str, instead: str = "") -> None:
        self.found[Note(kind, sheet, row, column[:_LONGEST], value[:_LONGEST], instead[:_LONGEST])] = None

    def ordered(self) -> tuple[Note, ...]:
        """By sheet and row, as one goes through the workbook."""
        sheets = {"settings": 0, "survey": 1, "choices": 2}
        return tuple(sorted(self.found, key=lambda note: (sheets.get(note.sheet, 3), note.sheet, note.row)))
