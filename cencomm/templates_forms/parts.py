"""The two parts of a record: what everybody in the group may read, and what can lead to a person (DESIGN §2).

A field that is nominal, and all free text, is personal; so is anything that the template does not know, since nobody
can say what it is. A repeat keeps all its rows in the public part; the personal part has as many, or none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cencomm.templates_forms.compiled import GroupPlan, Level, plan_of
from cencomm.templates_forms.errors import PartsDisagree
from cencomm.templates_forms.model import MAX_DEPTH, Answers, Template


def split(template: Template, answers: Mapping[str, Any]) -> tuple[Answers, Answers]:
    """The public and the personal answers; `merge` puts them together again, whatever they are."""
    return _split(plan_of(template).level, answers)


def _split(level: Level, answers: Mapping[str, Any]) -> tuple[Answers, Answers]:
    public: Answers = {}
    personal: Answers = {}
    open_keys = {plan.field.key for plan in level.fields if not plan.field.is_personal}
    repeats = {plan.group.key: plan for plan in level.repeats}
    for key, value in answers.items():
        if key in open_keys:
            public[key] = value
        elif key in repeats and _is_rows(value):
            public[key], below = _split_rows(repeats[key], value)
            if any(below):
                personal[key] = below
        else:
            personal[key] = value
    return public, personal


def _is_rows(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(row, Mapping) for row in value)


def _split_rows(plan: GroupPlan, rows: list[Mapping[str, Any]]) -> tuple[list[Answers], list[Answers]]:
    pairs = [_split(plan.level, row) for row in rows]
    return [public for public, _ in pairs], [personal for _, personal in pairs]


def merge(public: Mapping[str, Any], personal: Mapping[str, Any], *, depth: int = 0) -> Answers:
    """The answers of which these are the parts; the personal part may be empty (an observer has none).

    Raises:
        PartsDisagree: one field answered in both, a repeat with different numbers of rows, or rows in rows deeper
            than any template has them.
    """
    merged: Answers = dict(public)
    for key, value in personal.items():
        if key not in merged:
            merged[key] = value
            continue
        theirs = merged[key]
        if depth == MAX_DEPTH or not (_is_rows(value) and _is_rows(theirs)) or len(value) != len(theirs):
            raise PartsDisagree(path=str(key)[:64])
        merged[key] = [merge(one, other, depth=depth + 1) for one, other in zip(theirs, value, strict=True)]
    return merged


def misplaced(template: Template, public: Mapping[str, Any]) -> tuple[str, ...]:
    """Paths in a public part that belong into the personal one: what a careless or hostile sender let out."""
    return tuple(_misplaced(plan_of(template).level, public, ""))


def _misplaced(level: Level, public: Mapping[str, Any], prefix: str) -> Iterator[str]:
    open_keys = {plan.field.key for plan in level.fields if not plan.field.is_personal}
    repeats = {plan.group.key: plan for plan in level.repeats}
    for key, value in public.items():
        if key in repeats and _is_rows(value):
            for number, row in enumerate(value):
                yield from _misplaced(repeats[key].level, row, f"{prefix}{key}[{number}].")
        elif key not in open_keys:
            yield prefix + str(key)[:64]
