"""JSON Lines: one record a line, answers as they were sent, and a JSON Schema (2020-12) that says what they mean."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from cencomm.export.table import Cell, Column, Kind, unique_keys
from cencomm.export.whole_file import whole_file
from cencomm.templates_forms.model import Field, Group, Template

ANSWERS = "answers"
DERIVED = "derived"
VALID = "valid"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NUMBER = r"^-?([0-9]+(\.[0-9]*)?|\.[0-9]+)$"
_PLAIN: Mapping[str, Mapping[str, object]] = {
    "int": {"type": "integer"},
    "decimal": {"type": "string", "pattern": _NUMBER},
    "bool": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
}
_HEAD: Mapping[Kind, Mapping[str, object]] = {
    Kind.NUMBER: {"type": ["integer", "string"]},
    Kind.TIME: {"type": "string"},
    Kind.TRUTH: {"type": "boolean"},
}


def write_json_lines(path: Path, lines: Iterable[Mapping[str, object]]) -> None:
    """Write one object a line, whole or not at all."""
    with whole_file(path) as partial, partial.open("w", encoding="utf-8", newline="\n") as file:
        for line in lines:
            file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


def write_json(path: Path, document: Mapping[str, object]) -> None:
    """Write one document for people, whole or not at all."""
    with whole_file(path) as partial:
        partial.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def head_members(columns: Sequence[Column], cells: Sequence[Cell]) -> Iterator[tuple[str, object]]:
    """What is known of a record, by key; what is not known is left out."""
    for name, value in zip(unique_keys(columns), cells, strict=True):
        if value is not None:
            yield name, _plain(value)


def _plain(value: Cell) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else value


def table_lines(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> Iterator[Mapping[str, object]]:
    """The rows of a table as objects."""
    return (dict(head_members(columns, row)) for row in rows)


def table_schema(title: str, columns: Sequence[Column]) -> dict[str, object]:
    """What a line of `table_lines` holds."""
    return {"$schema": _DIALECT, "title": title, "type": "object", "properties": _head_properties(columns)}


def form_schema(template: Template, head: Sequence[Column], language: str) -> dict[str, object]:
    """What a line of one template's forms holds; where the head says whether a form is valid, answers of others are
    not described: nobody can."""
    answers = _object(template, template.groups, language)
    schema: dict[str, object] = {
        "$schema": _DIALECT,
        "title": template.title(language),
        "type": "object",
        "properties": {**_head_properties(head), ANSWERS: {"type": "object"}, DERIVED: {"type": "object"}},
        "required": [ANSWERS],
    }
    described = {"properties": {ANSWERS: answers}}
    if any(column.key == VALID for column in head):
        schema |= {"if": {"properties": {VALID: {"const": True}}}, "then": described}
    else:
        schema["allOf"] = [described]
    return schema


def _head_properties(columns: Sequence[Column]) -> dict[str, object]:
    return {
        name: {"title": column.title, **_HEAD.get(column.kind, {"type": ["string", "boolean", "integer"]})}
        for name, column in zip(unique_keys(columns), columns, strict=True)
    }


def _object(template: Template, nodes: Iterable[Field | Group], language: str) -> dict[str, object]:
    return {
        "type": "object",
        "properties": dict(_properties(template, nodes, language)),
        "additionalProperties": False,
    }


def _properties(
    template: Template, nodes: Iterable[Field | Group], language: str
) -> Iterator[tuple[str, Mapping[str, object]]]:
    for node in nodes:
        if isinstance(node, Group) and node.repeat is None:
            yield from _properties(template, node.children, language)
        elif isinstance(node, Group):
            items = _object(template, node.children, language)
            yield node.key, {"title": template.label(node.key, language), "type": "array", "items": items}
        elif node.type != "derived":
            yield node.key, _answer(template, node, language)


def _answer(template: Template, field: Field, language: str) -> Mapping[str, object]:
    """What was not answered may stand as an empty text."""
    described: dict[str, Any] = {"title": template.label(field.key, language)}
    if field.type in {"code", "codes"}:
        codes = [code.key for code in template.lists[field.code_list].codes]
        one = {"enum": [*codes, ""]}
        return described | (
            one if field.type == "code" else {"anyOf": [{"type": "array", "items": one}, {"const": ""}]}
        )
    plain = _PLAIN.get(field.type, {"type": "string"})
    return {**described, **({"anyOf": [plain, {"const": ""}]} if field.type in _PLAIN else plain)}
