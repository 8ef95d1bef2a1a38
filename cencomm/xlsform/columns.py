"""The headers of a form's sheets, whose many spellings mean one column each, some of them in a language.

`label::English (en)`, `label:English`, `caption::en` and `Label :: English (en)` are all the label in English.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from cencomm.xlsform.errors import HeaderMissing, HeaderTwice
from cencomm.xlsform.workbook import TABLES, Sheet

WORDS: Final = frozenset({"label", "hint", "guidance_hint", "constraint_message", "required_message", "title"})
"""Columns that are in a language."""

_SURVEY: Final[Mapping[str, str]] = {
    "caption": "label",
    "command": "type",
    "tag": "name",
    "value": "name",
    "relevance": "relevant",
    "bind::relevant": "relevant",
    "bind::required": "required",
    "bind::constraint": "constraint",
    "bind::calculate": "calculation",
    "bind::readonly": "read_only",
    "bind::jr:constraintmsg": "constraint_message",
    "bind::jr:requiredmsg": "required_message",
    "constraining_message": "constraint_message",
    "requiredmsg": "required_message",
    "calculate": "calculation",
    "readonly": "read_only",
    "count": "repeat_count",
    "jr:count": "repeat_count",
    "control::appearance": "appearance",
    "control::jr:count": "repeat_count",
    "body::appearance": "appearance",
    "body::jr:count": "repeat_count",
}
_CHOICES: Final[Mapping[str, str]] = {"caption": "label", "value": "name", "list_name": "list_name"}
_SETTINGS: Final[Mapping[str, str]] = {
    "set_form_title": "form_title",
    "title": "form_title",
    "set_form_id": "form_id",
    "id_string": "form_id",
}
_ALIASES: Final = {"survey": _SURVEY, "choices": _CHOICES, "external_choices": _CHOICES, "settings": _SETTINGS}
_KNOWN: Final = {
    "survey": frozenset(_SURVEY.values())
    | {"type", "name", "label", "hint", "guidance_hint", "appearance", "parameters", "default", "choice_filter"}
    | {"trigger", "disabled"},
    "choices": frozenset(_CHOICES.values()),
    "external_choices": frozenset(_CHOICES.values()),
    "settings": frozenset(_SETTINGS.values())
    | {"version", "default_language", "allow_choice_duplicates", "name", "instance_name"},
    TABLES: frozenset({"table", "row", "column", "value"}),
}
_FIXED_SPACE = "\u00a0"
"""Left by word processors, a space like others; in a text it stays, since French wants it."""
OWN: Final = "cencomm_"
"""Columns that say what XLSForm cannot; other programs pass over them."""


@dataclass(frozen=True, slots=True)
class Column:
    """What a header means: a column of the standard, with a language where it has one; or one that stays as it is."""

    name: str
    language: str = ""
    is_known: bool = True


@dataclass(slots=True)
class Row:
    """One row of a sheet, by what its columns mean."""

    sheet: str
    number: int
    cells: dict[str, str] = field(default_factory=dict)
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    """By column, then by language as the header has it (none: empty)."""
    others: dict[str, str] = field(default_factory=dict)
    """Columns that XLSForm does not know, or that have no counterpart, by their header."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """How each known column is headed."""

    def get(self, column: str) -> str:
        return self.cells.get(column, "")


def rows_of(sheet: Sheet, needed: Sequence[str]) -> Iterator[Row]:
    """The rows of a sheet.

    Raises:
        HeaderTwice, HeaderMissing.
    """
    columns = _columns(sheet)
    for name in needed:
        if not any(column is not None and column.name == name for column in columns):
            raise HeaderMissing(sheet.name, 1, name, name)
    headers = {column.name: text for column, text in zip(columns, sheet.header, strict=True) if column is not None}
    for number, cells in sheet.rows:
        row = Row(sheet.name, number, headers=headers)
        for column, text, cell in zip(columns, sheet.header, cells, strict=False):
            if column is not None and cell:
                _place(row, column, text, cell)
        yield row


def _place(row: Row, column: Column, header: str, cell: str) -> None:
    if column.name in WORDS:
        row.words.setdefault(column.name, {})[column.language] = cell
    elif column.is_known:
        row.cells[column.name] = cell if row.sheet == TABLES else cell.replace(_FIXED_SPACE, " ")
    else:
        row.others[header] = cell


def _columns(sheet: Sheet) -> list[Column | None]:
    has_double = any("::" in text for text in sheet.header)
    found: list[Column | None] = []
    for text in sheet.header:
        column = _column(sheet.name, text, has_double) if text else None
        if column is not None and column in found:
            raise HeaderTwice(sheet.name, 1, text, text)
        found.append(column)
    return found


def _column(sheet: str, text: str, has_double: bool) -> Column:
    text = text.replace(_FIXED_SPACE, " ")
    snake = "_".join(text.split()).lower()
    aliases, known = _ALIASES.get(sheet, {}), _KNOWN.get(sheet, frozenset())
    if snake.startswith(OWN) and "::" not in snake:
        return Column(snake)
    whole = "::".join(part.strip() for part in text.lower().split("::" if has_double else ":"))
    whole = whole.replace("jr::", "jr:")
    name = aliases.get(snake) or aliases.get(whole) or (snake if snake in known else "")
    if name:
        return Column(name)
    first, _, language = text.partition("::" if has_double or "::" in text else ":")
    name = "_".join(first.split()).lower()
    name = aliases.get(name, name)
    if language and name.removeprefix(OWN) in WORDS:
        return Column(name.removeprefix(OWN), language.strip())
    if language and name == "bind" and (inner := _bound(language)):
        return inner
    return Column(text, is_known=False)


def _bound(rest: str) -> Column | None:
    """`bind::jr:constraintMsg::English`: words under another name."""
    name, _, language = rest.replace("jr:", "").partition("::" if "::" in rest else ":")
    known = {"constraintmsg": "constraint_message", "requiredmsg": "required_message"}.get(name.strip().lower())
    return Column(known, language.strip()) if known and language else None
