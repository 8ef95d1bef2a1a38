"""The workbook of a form: drop-down lists, notes and hidden keys in the reader's language; empty, or marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from cencomm.bulk.cells import offered
from cencomm.bulk.layout import FIRST_ROW, KEY_ROW, LAST_ROW, MAIN, MARK, TITLE_ROW, SheetLayout, layout_of
from cencomm.bulk.workbook_file import Value, cell_text
from cencomm.export.whole_file import whole_file
from cencomm.i18n import is_right_to_left, message
from cencomm.templates_forms.model import Field, Template

ABOUT = "_cencomm"
LISTS = "_lists"
FORMAT = "1"
_ALWAYS = "true()"
_DATES = frozenset({"date", "datetime"})
_NUMBERS = frozenset({"int", "decimal"})
_PREPARED = 1_000
"""Rows with drop-down lists beyond those that are filled in."""
_NUMBERED = 200
"""Records that have a number beforehand; a row with nothing else is no record."""
_NOTE = 500
_CELL = 32_767
_NAME = 31
"""UTF-16 units that the name of a sheet takes; its number makes it the only one."""
_NOT_IN_NAMES = str.maketrans(dict.fromkeys([*"[]:*?/\\'\ufffe\uffff", *map(chr, range(32))], " "))


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in one sheet: cells by row and column (from 0), and what is wrong with some of them, in words."""

    cells: Mapping[tuple[int, int], Value]
    keys: Sequence[str]
    """The hidden row, after the mark: columns may have been moved."""
    notes: Mapping[tuple[int, int], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Book:
    workbook: Workbook
    template: Template
    language: str
    title: Format
    must: Format
    text: Format
    day: Format
    plain: Format
    wrong: Format
    wrong_day: Format
    ranges: dict[str, str] = field(default_factory=dict)
    """Where the words of each code list stand."""


def write_workbook(path: Path, template: Template, language: str, filled: Mapping[str, Filled] | None = None) -> None:
    """Write the workbook of `template`, whole or not at all; with `filled` (by key of the sheet), the marked copy."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with whole_file(path) as partial, Workbook(str(partial), options) as workbook:
        head = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
        red = {"bg_color": "#FFC7CE", "font_color": "#9C0006"}
        book = _Book(
            workbook,
            template,
            language,
            title=workbook.add_format(head),
            must=workbook.add_format({**head, "bg_color": "#DDEBF7"}),
            text=workbook.add_format({"num_format": "@"}),
            day=workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            plain=workbook.add_format(),
            wrong=workbook.add_format({**red, "num_format": "@"}),
            wrong_day=workbook.add_format({**red, "num_format": "yyyy-mm-dd hh:mm"}),
        )
        layouts = layout_of(template)
        sheets = [_add_sheet(book, number, layout) for number, layout in enumerate(layouts, 1)]
        _write_lists(book)
        for layout, sheet in zip(layouts, sheets, strict=True):
            _write_sheet(book, layout, sheet, (filled or {}).get(layout.key))
        _write_about(book)
        sheets[0].activate()


def _add_sheet(book: _Book, number: int, layout: SheetLayout) -> Worksheet:
    template = book.template
    title = template.label(layout.key, book.language) if layout.chain else template.title(book.language)
    name = f"{number} {title.translate(_NOT_IN_NAMES)}".strip()
    while len(name.encode("utf-16-le")) // 2 > _NAME:
        name = name[:-1]
    sheet = book.workbook.add_worksheet(name)
    if is_right_to_left(book.language):
        sheet.right_to_left()
    return sheet


def _write_lists(book: _Book) -> None:
    sheet = book.workbook.add_worksheet(LISTS)
    sheet.hide()
    names = dict.fromkeys(each.code_list for each in book.template.fields.values() if each.code_list)
    for column, name in enumerate(names):
        words = offered(book.template, name, book.language)
        sheet.write_string(0, column, name)
        for row, (_, word) in enumerate(words, 1):
            sheet.write_string(row, column, word)
        letter = xl_col_to_name(column)
        book.ranges[name] = f"={LISTS}!${letter}$2:${letter}${len(words) + 1}"
    truths = [message(f"text.bulk.{word}", {}, book.language) for word in ("yes", "no")]
    for row, word in enumerate(truths, 1):
        sheet.write_string(row, len(names), word)
    letter = xl_col_to_name(len(names))
    book.ranges[""] = f"={LISTS}!${letter}$2:${letter}$3"


def _write_about(book: _Book) -> None:
    sheet = book.workbook.add_worksheet(ABOUT)
    sheet.very_hidden()
    template = book.template
    for row, text in enumerate((FORMAT, template.id, str(template.version), template.hash.hex(), book.language)):
        sheet.write_string(row, 0, text)


def _write_sheet(book: _Book, layout: SheetLayout, sheet: Worksheet, filled: Filled | None) -> None:
    fields = {each.key: each for each in layout.fields}
    keys = [key for key in filled.keys if key in layout.keys] if filled is not None else layout.keys
    sheet.freeze_panes(FIRST_ROW, 1 + len(layout.numbers))
    sheet.set_column(0, 0, None, None, {"hidden": True})
    sheet.set_row(KEY_ROW, None, None, {"hidden": True})
    sheet.write_string(KEY_ROW, 0, MARK + layout.key)
    last = max((row for row, _ in filled.cells), default=0) if filled is not None else 0
    last = min(last + _PREPARED, LAST_ROW)
    for column, key in enumerate(keys, 1):
        sheet.write_string(KEY_ROW, column, key)
        if key in fields:
            _write_column(book, sheet, column, fields[key], last)
        else:
            sheet.write_string(TITLE_ROW, column, _number_title(book, key[1:]), book.must)
            sheet.write_comment(TITLE_ROW, column, message("text.bulk.number_note", {}, book.language))
    if filled is None and not layout.chain:
        for number in range(1, _NUMBERED + 1):
            sheet.write_number(FIRST_ROW + number - 1, 1, number)
    if filled is not None:
        _write_cells(book, sheet, filled, [fields.get(key) for key in keys])


def _number_title(book: _Book, name: str) -> str:
    if name == MAIN:
        return message("text.bulk.number", {}, book.language)
    return f"{book.template.label(name, book.language)} #"


def _write_column(book: _Book, sheet: Worksheet, column: int, each: Field, last: int) -> None:
    kind = book.day if each.type in _DATES else book.plain if each.type in _NUMBERS else book.text
    sheet.set_column(column, column, 22, kind)
    is_must = each.required == _ALWAYS
    title = book.template.label(each.key, book.language)
    sheet.write_string(TITLE_ROW, column, title, book.must if is_must else book.title)
    notes = [message("text.bulk.must", {}, book.language)] if is_must else []
    notes += filter(None, [book.template.hint(each.key, book.language)])
    notes += [message("text.bulk.several_note", {}, book.language)] if each.type == "codes" else []
    notes += [message("text.bulk.time_note", {}, book.language)] if each.type == "datetime" else []
    if notes:
        sheet.write_comment(TITLE_ROW, column, "\n".join(notes)[:_NOTE])
    if each.type in {"code", "bool"}:
        # A warning and no refusal: a code itself may be typed, too.
        rule = {"validate": "list", "source": book.ranges[each.code_list], "error_type": "warning"}
        sheet.data_validation(FIRST_ROW, column, last, column, rule)


def _write_cells(book: _Book, sheet: Worksheet, filled: Filled, fields: Sequence[Field | None]) -> None:
    for (row, column), cell in filled.cells.items():
        is_wrong = (row, column) in filled.notes
        each = fields[column - 1] if 0 < column <= len(fields) else None
        _write_cell(book, sheet, row, column, cell, each, is_wrong)
    for (row, column), note in filled.notes.items():
        if (row, column) not in filled.cells:
            sheet.write_blank(row, column, None, book.wrong)
        sheet.write_comment(row, column, note[:_NOTE])


def _write_cell(
    book: _Book, sheet: Worksheet, row: int, column: int, cell: Value, each: Field | None, is_wrong: bool
) -> None:
    """As it came: text stays text, and nothing becomes a formula."""
    if isinstance(cell, datetime | date):
        sheet.write_datetime(row, column, cell, book.wrong_day if is_wrong else book.day)
    elif isinstance(cell, bool):
        sheet.write_boolean(row, column, cell, book.wrong if is_wrong else None)
    elif isinstance(cell, int | float):
        as_number = book.plain if each is None or each.type in _NUMBERS else book.text
        sheet.write_number(row, column, cell, book.wrong if is_wrong else as_number)
    else:
        text = cell_text(cell)[:_CELL]
        sheet.write_string(row, column, text, book.wrong if is_wrong else book.text)
