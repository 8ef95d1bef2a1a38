"""Answers together with what follows from them: derived values are never sent, but shown and extracted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from cencomm.templates_forms.calculation import derived_values
from cencomm.templates_forms.model import Answers, Template

_STEP = re.compile(r"([a-z][a-z0-9_]*)(?:\[([0-9]+)\])?\.?")


def with_derived(template: Template, answers: Mapping[str, Any], now: datetime, language: str = "") -> Answers:
    """A copy of `answers` with each derived value at its place, as of `now`; an answer that was sent stays."""
    found = derived_values(template, answers, now=now, language=language)
    if not found:
        return dict(answers)
    whole = deepcopy(dict(answers))
    for path, text in found.items():
        _put(whole, path, text)
    return whole


def _put(whole: Answers, path: str, text: str) -> None:
    level: Any = whole
    steps = list(_STEP.finditer(path))
    for step in steps[:-1]:
        level = level[step[1]][int(step[2])]
    if isinstance(level, dict):
        level.setdefault(steps[-1][1], text)


def has_derived(template: Template) -> bool:
    return any(field.type == "derived" for field in template.fields.values())
