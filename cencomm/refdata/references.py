"""Answers held against the large code lists that a template refers to: for whoever fills in the form, as warnings.

A list that is not on this device says nothing, and what a reader gets is never judged so: editions differ (model.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cencomm.refdata.store import Refdata
from cencomm.templates_forms.compiled import Level, plan_of
from cencomm.templates_forms.model import Template
from cencomm.templates_forms.reading import Finding

RULE = "unknown_reference"


def refers(template: Template) -> bool:
    """Whether any field refers to a list."""
    return any(field.reference for field in template.fields.values())


def unknown_codes(template: Template, answers: Mapping[str, Any], refdata: Refdata) -> list[Finding]:
    """A warning for each answer that is not in the list of this device."""
    here = {info.name for info in refdata.lists()}
    return [
        Finding(RULE, "warn", path)
        for path, name, code in _references(plan_of(template).level, answers, "")
        if name in here and refdata.get(name, code) is None
    ]


def _references(level: Level, answers: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str, str]]:
    """Path, list and code of every answer to a field that refers to a list."""
    for plan in level.fields:
        code = answers.get(plan.field.key)
        if plan.field.reference and isinstance(code, str) and code:
            yield prefix + plan.field.key, plan.field.reference, code
    for repeat in level.repeats:
        rows = answers.get(repeat.group.key)
        for number, row in enumerate(rows if isinstance(rows, list) else ()):
            if isinstance(row, Mapping):
                yield from _references(repeat.level, row, f"{prefix}{repeat.group.key}[{number}].")
