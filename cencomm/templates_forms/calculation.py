"""What a form calculates: derived values, shown and extracted but never sent, and the answers that it begins with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import uuid4

from cencomm.templates_forms.compiled import Level, plan_of
from cencomm.templates_forms.errors import ExpressionTooLarge
from cencomm.templates_forms.evaluation import Env
from cencomm.templates_forms.model import Answers, FieldType, Template
from cencomm.templates_forms.reading import Findings, Reader
from cencomm.templates_forms.values import MISSING, Value, to_bool, to_number, to_text


def derived_values(
    template: Template, answers: Mapping[str, Any], *, now: datetime, language: str = ""
) -> dict[str, str]:
    """The text of each derived field that has a value, by path (`item[0].quantity_canonical`); words of codes are in
    `language`, or those that all clients share.

    Answers that do not fit their fields count as missing; hostile ones give fewer values, never an error.
    """
    plan = plan_of(template)
    env = plan.env(Reader(plan, Findings()).read(answers), now)
    if language:
        env.word = partial(_word, template, language)
    found: dict[str, str] = {}
    try:
        found.update(_derived(plan.level, env, ""))
    except ExpressionTooLarge:
        return {}
    return found


def _derived(level: Level, env: Env, prefix: str) -> Iterator[tuple[str, str]]:
    for plan in level.fields:
        if plan.calculation is not None:
            text = to_text(plan.calculation(env))
            if text:
                yield prefix + plan.field.key, text
    for repeat in level.repeats:
        rows = env.rows[-1].get(repeat.group.key, [])
        assert isinstance(rows, list)
        for number, row in enumerate(rows):
            inner = replace(env, rows=(*env.rows, row), positions=(*env.positions, number + 1))
            yield from _derived(repeat.level, inner, f"{prefix}{repeat.group.key}[{number}].")


def _word(template: Template, language: str, code_list: str, code: str) -> str:
    return template.code_word(code_list, code, language) if template.code(code_list, code) is not None else MISSING


def default_values(
    template: Template, answers: Mapping[str, Any], *, now: datetime, new_id: Callable[[], str] = lambda: str(uuid4())
) -> Answers:
    """Answers for the fields outside repeats that have a default and no answer yet.

    For the one who fills in the form: a record that was received is never completed (DESIGN §4).
    """
    plan = plan_of(template)
    env = plan.env(Reader(plan, Findings()).read(answers), now)
    return _defaults(plan.level, answers, env, new_id)


def default_row(
    template: Template,
    answers: Mapping[str, Any],
    repeat: str,
    *,
    now: datetime,
    new_id: Callable[[], str] = lambda: str(uuid4()),
) -> Answers:
    """What a row that is added at the end of an outermost repeat begins with."""
    plan = plan_of(template)
    level = next((group.level for group in plan.level.repeats if group.group.key == repeat), None)
    given = answers.get(repeat)
    before = given if isinstance(given, list) else []
    env = plan.env(Reader(plan, Findings()).read({**answers, repeat: [*before, {}]}), now)
    rows = env.rows[0].get(repeat, [])
    if level is None or not isinstance(rows, list) or len(rows) <= len(before):
        return {}
    env.rows, env.positions = (*env.rows, rows[len(before)]), (len(before) + 1,)
    return _defaults(level, {}, env, new_id)


def _defaults(level: Level, answers: Mapping[str, Any], env: Env, new_id: Callable[[], str]) -> Answers:
    env.new_id = new_id
    found: Answers = {}
    for field in level.fields:
        if field.default is not None and field.field.key not in answers:
            value = field.default(env)
            if value != MISSING:
                found[field.field.key] = plain_answer(field.field.type, value)
    return found


def plain_answer(kind: FieldType, value: Value) -> object:
    """A value as plain data, as `reading.py` takes it; what does not fit the type stays text, and is found there."""
    if kind == "codes":
        return to_text(value).split()
    if kind == "bool":
        return to_bool(value)
    number = to_number(value) if kind == "int" else MISSING
    if isinstance(number, Decimal) and number == int(number):
        return int(number)
    return to_text(value)
