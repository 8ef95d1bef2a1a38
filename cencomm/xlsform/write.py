"""A template becomes an XLSForm workbook that pyxform takes, and that `convert` turns into the same template again.

What XLSForm has no words for stands in columns `cencomm_…`, which other programs pass over. A rule between answers is a
note that is shown where it does not hold; one that is an error must be answered, which no note can be, so that the form
cannot be finished.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from xlsxwriter import Workbook

from cencomm.export.whole_file import whole_file
from cencomm.i18n import LANGUAGES
from cencomm.templates_forms.model import MAX_ROWS, Code, CodeList, Field, FieldType, Group, Rule, Template
from cencomm.templates_forms.words import SOURCE_LANGUAGE, choose, territory
from cencomm.xlsform.columns import OWN
from cencomm.xlsform.lists import EMPTY_ATTRIBUTES, OWN_ATTRIBUTE, TERRITORIES, is_column
from cencomm.xlsform.questions import length_said
from cencomm.xlsform.report import Note, Notes
from cencomm.xlsform.said import Saying, language_said
from cencomm.xlsform.workbook import TABLES

Cells = Mapping[str, str]
"""One row, by header."""

_TYPES: Final[Mapping[FieldType, str]] = {
    "text": "text",
    "longtext": "text",
    "identifier": "text",
    "int": "integer",
    "decimal": "decimal",
    "bool": "acknowledge",
    "date": "date",
    "datetime": "dateTime",
    "derived": "text",
}
_ALWAYS = "true()"


def export_form(template: Template, path: Path) -> tuple[Note, ...]:
    """Write the workbook, whole or not at all; what other programs will not know of it is returned."""
    writer = _Writer(template)
    sheets = {
        "survey": list(writer.survey()),
        "choices": list(writer.choices()),
        "settings": [writer.settings()],
        TABLES: list(writer.tables()),
    }
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with whole_file(path) as partial, partial.open("wb") as file, Workbook(file, options) as book:
        head = book.add_format({"bold": True, "bottom": 1})
        for name, rows in sheets.items():
            if not rows:
                continue
            sheet = book.add_worksheet(name)
            header = sorted(dict.fromkeys(key for row in rows for key, text in row.items() if text), key=_order)
            sheet.freeze_panes(1, 2)
            sheet.set_column(0, len(header) - 1, 24)
            for column, text in enumerate(header):
                sheet.write_string(0, column, text, head)
            for number, row in enumerate(rows, 1):
                for column, key in enumerate(header):
                    if row.get(key):
                        sheet.write_string(number, column, row[key])
    return writer.notes.ordered()


_FIRST = ("list_name", "type", "name", "table", "row", "column", "value", "label", "hint", "required", "relevant")


def _order(header: str) -> tuple[bool, int]:
    """Columns of our own last, the usual ones first, others as they come."""
    name = header.partition("::")[0]
    return header.startswith(OWN), _FIRST.index(name) if name in _FIRST else len(_FIRST)


class _Writer:
    def __init__(self, template: Template) -> None:
        self._template = template
        self.notes = Notes()
        asked = {field.code_list for field in template.fields.values()} - {""}
        self._saying = Saying(asked, self.notes)
        self._rules: dict[str, list[tuple[int, Rule]]] = {}
        for number, rule in enumerate(template.rules, 1):
            self._rules.setdefault(rule.at, []).append((number, rule))
        self._names = set(template.fields) | {group.key for group in template.all_groups()}
        self._row = 1

    def settings(self) -> Cells:
        template = self._template
        main = SOURCE_LANGUAGE if SOURCE_LANGUAGE in template.labels else min(template.labels, default=SOURCE_LANGUAGE)
        return {
            "form_title": choose(template.labels, main),
            "form_id": template.id,
            "version": str(template.version),
            "default_language": language_said(main),
            **_words(f"{OWN}title", template.labels),
        }

    def survey(self) -> Iterator[Cells]:
        for group in self._template.groups:
            yield from self._group(group)

    def _group(self, group: Group) -> Iterator[Cells]:
        kind = "repeat" if group.repeat is not None else "group"
        self._row += 1
        cells = {"type": f"begin {kind}", "name": group.key, **_words("label", group.labels)}
        cells |= self._saying.expression(self._row, "relevant", group.relevant)
        if group.repeat is not None and group.repeat.min == group.repeat.max:
            cells["repeat_count"] = str(group.repeat.min)
        elif group.repeat is not None:
            cells |= self._own(min=str(group.repeat.min or ""))
            cells |= self._own(max=str(group.repeat.max) if group.repeat.max != MAX_ROWS else "")
        yield cells
        for child in group.children:
            if isinstance(child, Group):
                yield from self._group(child)
            else:
                yield self._field(child)
                yield from self._notes_of(child.key)
        self._row += 1
        yield {"type": f"end {kind}", "name": group.key}
        yield from self._notes_of(group.key)

    def _field(self, field: Field) -> Cells:
        self._row += 1
        say, row = self._saying.expression, self._row
        cells = {"type": self._type(field), "name": field.key, **_words("label", field.labels)}
        cells |= _words("hint", field.hints)
        cells |= {"required": "yes"} if field.required == _ALWAYS else say(row, "required", field.required)
        cells |= say(row, "relevant", field.relevant) | say(row, "constraint", field.constraint)
        cells |= _words("constraint_message", field.constraint_messages)
        cells |= say(row, "choice_filter", field.choice_filter) | say(row, "calculation", field.calculation)
        cells |= self._saying.default(row, field)
        if field.type == "derived":
            cells["read_only"] = "yes"
        if field.type == "longtext":
            cells["appearance"] = "multiline"
        cells |= _shortened(cells.get("constraint", ""), field)
        return cells | self._own(
            type="identifier" if field.type == "identifier" else "",
            max_length=str(field.max_length or ""),
            unit=field.unit_field,
            reference=field.reference,
            nominal=field.nominal.replace("none", ""),
            cen=field.cen.replace("none", ""),
        )

    def _type(self, field: Field) -> str:
        if field.code_list:
            return f"{'select_one' if field.type == 'code' else 'select_multiple'} {field.code_list}"
        return _TYPES[field.type]

    def _own(self, **cells: str) -> dict[str, str]:
        """Cells of our own columns, each of which is reported once."""
        found = {OWN + name: text for name, text in cells.items() if text}
        for name in found:
            self.notes.add("own_column", "survey", 0, name, name.removeprefix(OWN))
        return found

    def _notes_of(self, key: str) -> Iterator[Cells]:
        """The rules at a field, or at a repeat."""
        for number, rule in self._rules.get(key, ()):
            self._row += 1
            name = rule.key if rule.key not in self._names else f"rule_{rule.key}"
            cells = {"type": "note", "name": name, **_words("label", rule.messages)}
            cells |= self._saying.rule(self._row, rule)
            if rule.level == "error":
                cells["required"] = "yes"
            yield cells | {
                f"{OWN}rule": rule.expression,
                f"{OWN}key": rule.key if name != rule.key else "",
                f"{OWN}at": rule.at,
                f"{OWN}needs": " ".join(rule.needs),
                f"{OWN}level": rule.level,
                f"{OWN}order": str(number),
            }

    def choices(self) -> Iterator[Cells]:
        for code_list in self._template.code_lists:
            for number, code in enumerate(code_list.codes):
                yield self._choice(code_list, code, is_first=number == 0)

    def _choice(self, code_list: CodeList, code: Code, *, is_first: bool) -> Cells:
        is_territories = code_list.words == TERRITORIES
        labels = code.labels
        if is_territories and not labels:
            labels = {language: territory(code.key, language) for language in LANGUAGES}
        cells = {"list_name": code_list.key, "name": code.key, **_words("label", labels)}
        for name, value in code.attributes.items():
            cells[name if is_column(name) else OWN_ATTRIBUTE + name] = value
        cells[EMPTY_ATTRIBUTES] = " ".join(name for name, value in code.attributes.items() if not value)
        return cells | ({f"{OWN}words": TERRITORIES} if is_territories and is_first else {})

    def tables(self) -> Iterator[Cells]:
        for table in self._template.tables:
            for row, columns in table.rows.items():
                for column, value in columns.items():
                    yield {"table": table.key, "row": row, "column": column, "value": value}


def _words(column: str, words: Mapping[str, str]) -> dict[str, str]:
    order = {language: place for place, language in enumerate(LANGUAGES)}
    tags = sorted(words, key=lambda tag: (order.get(tag, len(order)), tag))
    return {f"{column}::{language_said(tag)}": words[tag] for tag in tags}


def _shortened(constraint: str, field: Field) -> dict[str, str]:
    """The longest answer as a condition, so that others know it, too."""
    if not field.max_length:
        return {}
    length = length_said(field.max_length)
    return {"constraint": f"({constraint}) and {length}" if constraint else length}
