"""Forms of one template as flat tables: one row for each form, and one table more for each repeat of the template.

A code gets two columns, the code itself for programs and its word for people. Whatever an answer holds that has no
place in the template, or another type than its field, is written as it is: nothing is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cencomm.export.table import Cell, Column, Kind, Table
from cencomm.i18n import message
from cencomm.templates_forms.errors import UnknownWord
from cencomm.templates_forms.model import Answers, Field, Group, Template

OTHER = "other_answers"
_KINDS = {
    "int": Kind.NUMBER,
    "decimal": Kind.NUMBER,
    "date": Kind.DATE,
    "datetime": Kind.TIME,
    "bool": Kind.TRUTH,
}
_CODED = frozenset({"code", "codes"})
_MAX_INT_TEXT = 40
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UTC_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?(?:Z|\+00:00)")


@dataclass(frozen=True, slots=True)
class FormRow:
    """One form: what is known of the record, in the order of the head columns, and its answers."""

    head: tuple[Cell, ...]
    answers: Answers
    derive: Callable[[], Answers] | None = None
    """Gives the answers with what follows from them; asked only for tables that show such a value."""

    def shown(self, has_derived: bool) -> Answers:
        return self.derive() if has_derived and self.derive is not None else self.answers


Forms = Callable[[], Iterable[FormRow]]
"""Gives the forms anew for each table, so that they need not all lie in memory."""


def form_tables(
    template: Template, head: Sequence[Column], forms: Forms, language: str, *, key: str = "", parent: str = ""
) -> list[Table]:
    """The table of the forms, then one for each repeat, whose rows carry the first column of the head.

    `other_answers` of the first table holds as JSON what has no place in the template. `key` names the first table for
    programs, and the others begin with it; `parent` is the table that each form's row belongs to.
    """
    fields = [field for group in template.groups for field in _flat_fields(group)]
    columns = [*head, *_columns(template, fields, language), _other_column(language)]
    rows = _rows(template, fields, forms, language)
    key = key or f"form.{template.id}"
    tables = [Table(template.title(language), tuple(columns), rows, key, (head[0].key,), parent)]
    for chain in _repeats(template.groups):
        tables.append(_repeat_table(template, chain, head[0], forms, language, key))
    return tables


def _has_derived(fields: Iterable[Field]) -> bool:
    return any(field.type == "derived" for field in fields)


def _other_column(language: str) -> Column:
    return Column(OTHER, message("text.column.other_answers", {}, language), width=24)


def _rows(template: Template, fields: Sequence[Field], forms: Forms, language: str) -> Iterator[list[Cell]]:
    placed = {field.key for field in fields} | {chain[0].key for chain in _repeats(template.groups)}
    has_derived = _has_derived(fields)
    for form in forms():
        other = {key: value for key, value in form.answers.items() if key not in placed}
        cells = _cells(template, fields, form.shown(has_derived), language)
        yield [*form.head, *cells, as_json(other) if other else None]


def _repeat_table(
    template: Template, chain: Sequence[Group], first: Column, forms: Forms, language: str, key: str
) -> Table:
    inner = chain[-1]
    fields = [field for child in inner.children for field in _own_fields(child)]
    numbers = [
        Column(f"{group.key}.row", f"{template.label(group.key, language)} #", Kind.NUMBER, 8) for group in chain
    ]
    columns = (first, *numbers, *_columns(template, fields, language), _other_column(language))
    has_derived = _has_derived(fields)
    known = {field.key for field in fields} | {below[-1].key for below in _repeats(inner.children)}

    def rows() -> Iterator[list[Cell]]:
        for form in forms():
            answers = form.shown(has_derived and bool(form.answers.get(chain[0].key)))
            for places, row in _occurrences(answers, chain):
                other = {key: value for key, value in row.items() if key not in known}
                cells = _cells(template, fields, row, language)
                yield [form.head[0], *places, *cells, as_json(other) if other else None]

    around = ".".join([key, *(group.key for group in chain[:-1])])
    return Table(
        template.label(inner.key, language),
        columns,
        rows(),
        f"{around}.{inner.key}",
        (first.key, *(number.key for number in numbers)),
        around,
    )


def _occurrences(answers: Mapping[str, Any], chain: Sequence[Group]) -> Iterator[tuple[list[Cell], Mapping[str, Any]]]:
    """Each row of the innermost repeat with the row numbers on the way to it, from 1."""
    rows = answers.get(chain[0].key)
    if not isinstance(rows, list):
        rows = [] if rows is None else [rows]
    for number, row in enumerate(rows, start=1):
        plain = row if isinstance(row, dict) else {"": row}
        if len(chain) == 1:
            yield [number], plain
        else:
            for places, inner in _occurrences(plain, chain[1:]):
                yield [number, *places], inner


def _repeats(nodes: Iterable[Field | Group]) -> Iterator[list[Group]]:
    """Each repeat with the repeats around it, outermost first."""
    for node in nodes:
        if isinstance(node, Group):
            here = [node] if node.repeat is not None else []
            if here:
                yield here
            for chain in _repeats(node.children):
                yield [*here, *chain]


def _own_fields(node: Field | Group) -> Iterator[Field]:
    if isinstance(node, Field):
        yield node
    else:
        yield from _flat_fields(node)


def _flat_fields(group: Group) -> Iterator[Field]:
    """The fields whose answers lie beside the group's: those of repeats lie in rows of their own."""
    if group.repeat is None:
        for child in group.children:
            yield from _own_fields(child)


def _columns(template: Template, fields: Iterable[Field], language: str) -> Iterator[Column]:
    for field in fields:
        label = template.label(field.key, language)
        if field.type in _CODED:
            yield Column(field.key, f"{label} [{field.code_list}]")
            yield Column(f"{field.key}.word", label, width=28)
        else:
            yield Column(field.key, label, _KINDS.get(field.type, Kind.TEXT))


def _cells(template: Template, fields: Iterable[Field], answers: Mapping[str, Any], language: str) -> Iterator[Cell]:
    for field in fields:
        value = answers.get(field.key)
        yield cell(field, value)
        if field.type in _CODED:
            yield words_of(template, field, value, language)


def cell(field: Field, value: object) -> Cell:
    """The answer as a typed cell; as text where it is not what the field says."""
    if value is None:
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if value.bit_length() < _MAX_INT_TEXT else str(value)
    if isinstance(value, str):
        return _typed(field, value)
    if field.type == "codes" and isinstance(value, list) and all(isinstance(code, str) for code in value):
        return " ".join(value)
    return as_json(value)


def _typed(field: Field, text: str) -> Cell:
    """Only if the typed value says exactly what the text says; the forms are the same in every client."""
    try:
        if field.type == "decimal" and _DECIMAL.fullmatch(text):
            return Decimal(text)
        if field.type == "date" and _DATE.fullmatch(text):
            return date.fromisoformat(text)
        if field.type == "datetime" and _UTC_MOMENT.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        return text
    return text


def words_of(template: Template, field: Field, value: object, language: str) -> str | None:
    """The words of a coded answer; None for an answer that is no code."""
    if field.type not in _CODED:
        return None
    if isinstance(value, str):
        return _word(template, field, value, language)
    if isinstance(value, list):
        return "; ".join(_word(template, field, code, language) for code in value if isinstance(code, str))
    return None


def _word(template: Template, field: Field, code: str, language: str) -> str:
    try:
        return template.code_word(field.code_list, code, language)
    except UnknownWord:
        return code


def as_json(value: object) -> str:
    """For programs: sorted keys, every character as it is."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
