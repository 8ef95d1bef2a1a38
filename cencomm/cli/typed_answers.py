"""Answers typed on the command line: `field=value`, with `item[0].unit=kg` for a row of a list."""

from __future__ import annotations

import re

import typer

from cencomm.templates_forms.entry import finished_number, typed_answer
from cencomm.templates_forms.model import Field, Template
from cencomm.wire.content import Answers

_PLACE = re.compile(r"(?:(?P<list>[a-z][a-z0-9_]*)\[(?P<row>\d{1,3})\]\.)?(?P<field>[a-z][a-z0-9_]*)")
_TRUE = frozenset({"true", "yes", "1"})
_FALSE = frozenset({"false", "no", "0"})


def answers_from_words(template: Template, answers: Answers, words: list[str]) -> Answers:
    """`answers` with each word's value set; an empty value takes an answer out.

    Raises:
        typer.BadParameter: a word is not FIELD=VALUE, or the template has no such field.
    """
    made = dict(answers)
    for word in words:
        place, equals, value = word.partition("=")
        found = _PLACE.fullmatch(place)
        if not equals or found is None:
            raise typer.BadParameter(f"{word!r} is not FIELD=VALUE")
        field = template.fields.get(found["field"])
        if field is None:
            raise typer.BadParameter(f"the template has no field {found['field']!r}")
        target = made if found["list"] is None else _row(made, found["list"], int(found["row"]))
        if value:
            target[field.key] = _value(field, value)
        else:
            target.pop(field.key, None)
    return made


def _row(answers: Answers, name: str, number: int) -> Answers:
    """Row `number` of a list, made if it is the next one."""
    rows = answers.get(name, [])
    if not isinstance(rows, list) or number > len(rows):
        raise typer.BadParameter(f"{name}[{number}]: the rows before it are missing")
    rows = [dict(row) if isinstance(row, dict) else {} for row in rows]
    if number == len(rows):
        rows.append({})
    answers[name] = rows
    return rows[number]


def _value(field: Field, text: str) -> object:
    """The text as the field's type keeps it; what does not fit stays text and the rules will say so."""
    if field.type == "codes":
        return [code.strip() for code in text.split(",")]
    if field.type == "bool" and text.lower() in _TRUE | _FALSE:
        return text.lower() in _TRUE
    answer = typed_answer(field.type, text)
    return finished_number(answer) if field.type == "decimal" and isinstance(answer, str) else answer
