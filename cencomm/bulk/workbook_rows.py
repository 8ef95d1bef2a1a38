"""A filled-in workbook becomes records: cells read, lines put into their record, every record judged by its form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from cencomm.bulk.cells import CellReader, Unreadable
from cencomm.bulk.errors import TableTooLarge, TableUnreadable, WorkbookOfOther
from cencomm.bulk.layout import FIRST_ROW, KEY_ROW, LAST_ROW, MAIN, MARK, NUMBER, SheetLayout, layout_of
from cencomm.bulk.rows import BulkRow, CellError, Judged
from cencomm.bulk.workbook import ABOUT, FORMAT, LISTS, Filled
from cencomm.bulk.workbook_file import Sheets, Value, cell_text, open_sheets
from cencomm.templates_forms.model import Answers, Template
from cencomm.templates_forms.reading import Finding
from cencomm.templates_forms.validate import finding_message, validate

Place = tuple[str, int, int]
"""Sheet, row and column, from 0."""


@dataclass(frozen=True, slots=True)
class About:
    """What a workbook says of itself."""

    template_id: str
    version: str
    template_hash: str
    language: str


@dataclass(slots=True)
class FilledWorkbook:
    """What was read, and what is wrong where."""

    about: About
    judged: Judged = field(default_factory=Judged)
    sheets: dict[str, Filled] = field(default_factory=dict)
    wrong: dict[Place, Finding] = field(default_factory=dict)
    """The first thing that is wrong with a cell."""


@dataclass(slots=True)
class _Line:
    """One row of a sheet and what became of it; `at` holds the column of each field."""

    sheet: str
    row: int
    answers: Answers
    at: Mapping[str, int]
    below: dict[str, list[_Line]] = field(default_factory=dict)


def about_workbook(path: Path) -> About | None:
    """What a workbook of ours says of itself; None where it is another's.

    Raises:
        TableUnreadable, TableTooLarge.
    """
    with open_sheets(path) as sheets:
        return _about(sheets)


def _about(sheets: Sheets) -> About | None:
    if ABOUT not in sheets.names:
        return None
    lines = [cell_text(cells[0]) if cells else "" for _, cells in sheets.rows(ABOUT)]
    return About(*lines[1:5]) if len(lines) == 5 and lines[0] == FORMAT else None


def read_workbook(path: Path, template: Template, *, now: datetime) -> FilledWorkbook:
    """Every record of the workbook.

    Raises:
        TableUnreadable, TableTooLarge.
        WorkbookOfOther: it was made for another template, or another version.
    """
    with open_sheets(path) as sheets:
        about = _about(sheets)
        if about is None or about.template_hash != template.hash.hex():
            raise WorkbookOfOther(template=about.template_id[:64] if about is not None else "")
        found = FilledWorkbook(about)
        reading = _Reading(template, found)
        names = _by_mark(sheets, {layout.key for layout in layout_of(template)})
        for layout in layout_of(template):
            if layout.key in names:
                reading.sheet(layout, sheets.rows(names[layout.key]))
    reading.judge(now)
    return found


def _by_mark(sheets: Sheets, known: set[str]) -> dict[str, str]:
    """The name of each sheet by its mark; a sheet that could hold lines which nobody would read is refused."""
    found: dict[str, str] = {}
    for name in sheets.names:
        if name in {ABOUT, LISTS}:
            continue
        rows = [cells for _, cells in islice(sheets.rows(name), LAST_ROW) if any(cell != "" for cell in cells)]
        mark = next((cell_text(cells[0]) for cells in rows[:2] if cells and cells[0] != ""), "")
        key = mark.removeprefix(MARK)
        if not mark.startswith(MARK) or key not in known or key in found:
            if rows:
                raise TableUnreadable(line=KEY_ROW + 1, reason="unknown_sheet")
            continue
        found[key] = name
    if MAIN not in found:
        raise TableUnreadable(line=0, reason="no_sheet")
    return found


class _Reading:
    def __init__(self, template: Template, found: FilledWorkbook) -> None:
        self._template = template
        self._found = found
        self._reader = CellReader(template, found.about.language)
        self._records: list[_Line] = []
        self._numbered: dict[tuple[str, ...], _Line] = {}
        """Lines by the numbers that name them: the record's, then those of the lists around."""

    def sheet(self, layout: SheetLayout, rows: Iterator[tuple[int, Sequence[Value]]]) -> None:
        cells: dict[tuple[int, int], Value] = {}
        keys: list[str] = []
        for number, row in rows:
            if number == KEY_ROW + 1:
                keys = _keys(layout, row)
            elif number > FIRST_ROW:
                if number > LAST_ROW:
                    raise TableTooLarge(what="rows", limit=LAST_ROW)
                filled = {at: cell for at, cell in enumerate(row[1 : len(keys) + 1], 1) if cell != ""}
                cells |= {(number - 1, at): cell for at, cell in filled.items()}
                if any(not keys[at - 1].startswith(NUMBER) for at in filled):
                    self._line(layout, number - 1, filled, keys)
        self._found.sheets[layout.key] = Filled(cells, keys)

    def _line(self, layout: SheetLayout, row: int, cells: Mapping[int, Value], keys: Sequence[str]) -> None:
        columns = {key: at for at, key in enumerate(keys, 1)}
        line = _Line(layout.key, row, {}, columns)
        for each in layout.fields:
            cell = cells.get(columns.get(each.key, 0), "")
            try:
                answer = self._reader.answer(each, cell)
            except Unreadable as refused:
                self._mark_wrong(line, each.key, Finding(refused.rule, "error", each.key))
                continue
            if answer is not None and answer != []:
                line.answers[each.key] = answer
        name = tuple(cell_text(cells.get(columns.get(NUMBER + each, 0), "")).strip() for each in layout.numbers)
        if not layout.chain and not name[0]:
            name = (f"row {row + 1}",)  # a record without lists needs no number
        self._place(layout, line, name)

    def _place(self, layout: SheetLayout, line: _Line, name: tuple[str, ...]) -> None:
        around = name[:-1] if layout.numbers_itself else name
        if layout.numbers_itself:
            if name in self._numbered:
                self._mark_wrong(line, NUMBER + layout.key, Finding("number_twice", "error", ""))
                return
            self._numbered[name] = line
        if not layout.chain:
            self._records.append(line)
        elif around in self._numbered:
            self._numbered[around].below.setdefault(layout.key, []).append(line)
        else:
            self._mark_wrong(line, NUMBER + layout.numbers[len(around) - 1], Finding("no_record", "error", ""))

    def _mark_wrong(self, line: _Line, key: str, finding: Finding) -> None:
        place = (line.sheet, line.row, line.at.get(key, 1))
        if place not in self._found.wrong:
            self._found.wrong[place] = finding
            self._found.judged.errors.append(CellError(line.row + 1, finding.rule, finding.path, sheet=line.sheet))

    def judge(self, now: datetime) -> None:
        """Each record with its lines, by the rules of the form."""
        unread = {(sheet, row) for sheet, row, _ in self._found.wrong}
        judged = self._found.judged
        judged.total = len(self._records)
        for record in self._records:
            answers = _answers(record)
            errors = [one for one in validate(self._template, answers, now=now).findings if one.level == "error"]
            for finding in errors:
                line = _at(record, finding.path)
                self._mark_wrong(line, finding.path.rpartition(".")[2].partition("[")[0], finding)
            if not errors and not any((line.sheet, line.row) in unread for line in _all(record)):
                judged.rows.append(BulkRow(record.row + 1, answers))
        judged.errors.sort(key=lambda error: (error.sheet != MAIN, error.sheet, error.line))


def marked_sheets(found: FilledWorkbook, template: Template, language: str) -> dict[str, Filled]:
    """The sheets as they were filled in, each wrong cell with its sentence."""
    notes: dict[str, dict[tuple[int, int], str]] = {}
    for (sheet, row, column), finding in found.wrong.items():
        notes.setdefault(sheet, {})[row, column] = finding_message(template, finding, language)
    return {key: Filled(filled.cells, filled.keys, notes.get(key, {})) for key, filled in found.sheets.items()}


def _keys(layout: SheetLayout, row: Sequence[Value]) -> list[str]:
    keys = [cell_text(cell) for cell in row[1:]]
    while keys and not keys[-1]:
        keys.pop()
    if not set(keys) <= set(layout.keys) or len(set(keys)) < len(keys):
        raise TableUnreadable(line=KEY_ROW + 1, reason="columns")
    return keys


def _answers(line: _Line) -> Answers:
    answers: dict[str, Any] = dict(line.answers)
    for key, lines in line.below.items():
        answers[key] = [_answers(one) for one in lines]
    return answers


def _all(line: _Line) -> Iterator[_Line]:
    yield line
    for lines in line.below.values():
        for one in lines:
            yield from _all(one)


def _at(record: _Line, path: str) -> _Line:
    """The line that a path as findings have it (`item[0].unit`) leads to."""
    line = record
    for step in path.split(".")[:-1]:
        key, _, number = step.removesuffix("]").partition("[")
        line = line.below[key][int(number)]
    return line
