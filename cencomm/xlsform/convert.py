"""A form's workbook becomes a template, with a report of all that has no counterpart (docs/templates.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import msgspec

from cencomm.templates_forms.checking import check
from cencomm.templates_forms.model import Field, Group, Table, Template
from cencomm.xlsform.choices import Choices, read_choices
from cencomm.xlsform.columns import OWN, Row, rows_of
from cencomm.xlsform.languages import tag_of
from cencomm.xlsform.lists import lists_of
from cencomm.xlsform.naming import Taken, key_of
from cencomm.xlsform.questions import Questions
from cencomm.xlsform.report import Note, Notes
from cencomm.xlsform.structure import Structure, structure_of
from cencomm.xlsform.survey import Question, Section, Survey, check_references, read_survey
from cencomm.xlsform.translation import Translation
from cencomm.xlsform.verification import verified
from cencomm.xlsform.wording import Wording
from cencomm.xlsform.workbook import OTHER_SHEETS, TABLES, Book, read_workbook

_YES = frozenset({"yes", "true", "true()"})
_MAX_VERSION = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Imported:
    template: Template
    notes: tuple[Note, ...]


def import_form(path: Path, *, language: str = "en") -> Imported:
    """The template of the form in `path`.

    Args:
        language: of words whose column names none, where the form itself does not say it.

    Raises:
        XlsformUnreadable, XlsformTooLarge, SheetMissing; RowRefused, in one of its kinds; TemplateMalformed,
        TemplateTooLarge: a valid form that no template can be.
    """
    book = read_workbook(path)
    settings = _settings(book)
    choices = read_choices(book, may_repeat=settings.get("allow_choice_duplicates").lower() in _YES)
    survey = read_survey(rows_of(book["survey"], ["type"]), choices)
    settings.cells.update(survey.settings)
    check_references(survey, choices, settings)
    return _Conversion(book, settings, survey, choices, path.stem, language).convert()


def _settings(book: Book) -> Row:
    """The one row of settings; where there is none, an empty one."""
    if "settings" not in book:
        return Row("settings", 2)
    return next(rows_of(book["settings"], []), Row("settings", 2))


class _Conversion:
    def __init__(
        self, book: Book, settings: Row, survey: Survey, choices: Choices, file_name: str, language: str
    ) -> None:
        self._book = book
        self._settings = settings
        self._survey = survey
        self._choices = choices
        self._file_name = file_name
        self._notes = Notes()
        chosen = settings.get("default_language")
        named = bool(chosen) and chosen != "default"
        self._wording = Wording(tag_of(chosen) if named else language, self._notes, is_assumed=not named)

    def convert(self) -> Imported:
        tables = self._tables()
        lists = lists_of(self._choices, self._survey, self._wording, self._notes, [table.key for table in tables])
        structure = structure_of(self._survey, self._notes, f"{OWN}rule")
        known = lists.tables | {table.key: table.key for table in tables}
        translation = Translation(self._survey, structure.keys, lists.renamed, known)
        questions = Questions(self._wording, self._notes, lists, structure, translation)
        groups = _Groups(questions, structure, self._title()).of(self._survey)
        template = Template(
            format=1,
            id=self._id(),
            version=self._version(),
            labels=self._title(),
            groups=groups,
            code_lists=tuple(lists.code_lists),
            tables=tables,
            rules=tuple(questions.ordered_rules()),
        )
        self._remaining()
        template = verified(template, questions.places, self._notes)
        check(template)
        return Imported(template, self._notes.ordered())

    def _id(self) -> str:
        name = self._settings.get("form_id") or self._file_name
        key = key_of(name)
        if key != name:
            self._notes.add("setting_changed", "settings", self._settings.number, "form_id", name, key)
        return key

    def _version(self) -> int:
        given = self._settings.get("version")
        if re.fullmatch(r"[0-9]{1,10}", given) and 1 <= int(given) <= _MAX_VERSION:
            return int(given)
        if given:
            self._notes.add("setting_changed", "settings", self._settings.number, "version", given, "1")
        return 1

    def _title(self) -> dict[str, str]:
        title = self._settings.get("form_title") or self._settings.get("form_id") or self._file_name
        return self._wording.words(self._settings, "title") or {self._wording.default: title[:2_000]}

    def _tables(self) -> tuple[Table, ...]:
        rows: dict[str, dict[str, dict[str, str]]] = {}
        if TABLES in self._book:
            for row in rows_of(self._book[TABLES], ["table", "row", "column", "value"]):
                table = rows.setdefault(key_of(row.get("table")), {})
                table.setdefault(row.get("row"), {})[key_of(row.get("column"))] = row.get("value")
        return tuple(Table(key=key, rows=table) for key, table in rows.items())

    def _remaining(self) -> None:
        """What stands in the workbook and has been asked for nowhere."""
        for row in self._survey.notes:
            cells = [*row.cells.items(), *row.others.items()]
            cells += [(column, text) for column, words in row.words.items() for text in words.values()]
            for header, value in cells:
                self._notes.add("cell_left_out", "survey", row.number, header, value)
        used = {"form_id", "form_title", "version", "default_language", "allow_choice_duplicates"}
        row = self._settings
        for header, value in row.cells.items():
            if header not in used:
                self._notes.add("cell_left_out", "settings", row.number, header, value)
        for header, value in row.others.items():
            self._notes.add("cell_left_out", "settings", row.number, header, value)
        for name in OTHER_SHEETS & set(self._book):
            if self._book[name].rows:
                self._notes.add("sheet_left_out", name, 0, "", name)


class _Groups:
    """The tree of sections as groups; questions that stand in none come into one made for them."""

    def __init__(self, questions: Questions, structure: Structure, title: dict[str, str]) -> None:
        self._questions = questions
        self._structure = structure
        self._title = title
        self._made: set[str] = set()
        self._taken = Taken(questions.taken)

    def of(self, survey: Survey) -> tuple[Group, ...]:
        groups: list[Group] = []
        for child in self._children(survey.children):
            if isinstance(child, Group):
                groups.append(child)
            elif groups and groups[-1].key in self._made:
                groups[-1] = msgspec.structs.replace(groups[-1], children=(*groups[-1].children, child))
            else:
                groups.append(Group(key=self._made_key(), labels=self._title, children=(child,)))
        return tuple(groups)

    def _made_key(self) -> str:
        key = self._taken.free("section")
        self._made.add(key)
        return key

    def _children(self, nodes: list[Question | Section]) -> list[Field | Group]:
        """What stands in one group; a dissolved group's condition goes to each of its questions."""
        found: list[Field | Group] = []
        for node in nodes:
            if isinstance(node, Question):
                found += self._questions.fields(node)
                continue
            children = self._children(node.children)
            if id(node) in self._structure.dissolved:
                condition = self._questions.relevant(node)
                found += (_also(child, condition) for child in children)
            elif children:
                labels, relevant, repeat = self._questions.section(node)
                key = self._structure.keys[id(node)]
                found.append(Group(key=key, labels=labels, children=tuple(children), relevant=relevant, repeat=repeat))
            else:
                self._questions.empty(node)
        return found


def _also(node: Field | Group, condition: str) -> Field | Group:
    """`node`, asked only where `condition` holds, too."""
    relevant = f"({condition}) and ({node.relevant})" if condition and node.relevant else condition or node.relevant
    return msgspec.structs.replace(node, relevant=relevant)
