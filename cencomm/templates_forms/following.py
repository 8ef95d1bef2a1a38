"""A form that begins from others: what is known is not typed again (the chain; from the simplified to the long form).

What is taken over from which form is data (`following.json`), the same for the browser client. Of that, only what fits
the form that begins is kept; the rest is named, so that nothing is lost unseen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from cencomm.templates_forms.chain import Entry
from cencomm.templates_forms.compiled import plan_of
from cencomm.templates_forms.errors import CannotFollow
from cencomm.templates_forms.model import Answers, Field, Template
from cencomm.templates_forms.reading import Findings, Reader

COUNTRY = "reporting_country"
_DATE_LENGTH = 10
_MISFITS = frozenset({"wrong_type", "too_long", "unknown_code", "unknown_field", "too_many_rows", "derived"})

Sources = Mapping[str, Entry]
"""The records that come before, by the name of their template."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a form begins. `left` are the paths of answers that it has no place for; `replaces` says whether it is a new
    version of the record that came before."""

    answers: Answers
    left: tuple[str, ...]
    replaces: bool


def follow(template: Template, begun_by: str, sources: Sources, *, country: str) -> Beginning:
    """The answers with which a form of `template` begins after one of `begun_by`, filled in by `country`.

    Raises:
        CannotFollow: no such form begins from one of that kind.
    """
    move = _moves().get((begun_by, template.id))
    if move is None:
        raise CannotFollow(template=template.id, before=begun_by)
    replaces = bool(move.get("replaces"))
    taken: Answers = dict(move.get("set", {}))
    if move["take"] == "all":
        taken |= {key: value for key, value in sources[begun_by].answers.items() if key not in move.get("without", ())}
    else:
        _take(template, taken, move["take"], sources, move.get("beside", {}))
    _take(template, taken, move.get("also", ()), sources, {})
    if COUNTRY in template.fields and not replaces:
        taken[COUNTRY] = country
    return Beginning(*_fitting(template, taken), replaces)


def can_follow(template_id: str, before: str) -> bool:
    return (before, template_id) in _moves()


@cache
def _moves() -> Mapping[tuple[str, str], Mapping[str, Any]]:
    moves = json.loads(files("cencomm.templates_forms").joinpath("following.json").read_bytes())
    return {(move["from"], move["to"]): move for move in moves}


def _take(
    template: Template,
    made: Answers,
    wanted: Sequence[tuple[str, str]],
    sources: Sources,
    beside: Mapping[str, Answers],
) -> None:
    """Each wanted answer at its place; `container[no].container_no` is a row named `no`, with what stands beside it."""
    rows: dict[str, Answers] = {}
    for target, source in wanted:
        row, _, key = target.rpartition(".")
        value = _as(template.fields.get(key), _known(sources, source))
        if value is None:
            continue
        if row:
            rows.setdefault(row, dict(beside.get(row, {})))[key] = value
        else:
            made[key] = value
    for row, answers in rows.items():
        repeat = row.partition("[")[0]
        made[repeat] = [*made.get(repeat, []), answers]


def _known(sources: Sources, source: str) -> object:
    before, _, key = source.partition(".")
    entry = sources.get(before)
    if entry is None:
        return None
    return entry.ref if key == "ref" else entry.answers.get(key)


def _as(field: Field | None, value: object) -> object:
    """A value as the field that takes it keeps it (a list of rows has no field); none where it says something else."""
    if value is None or value in ("", []):
        return None
    if field is None:
        return value if isinstance(value, list) else None
    if field.type == "codes" and isinstance(value, str):
        return [value]
    if field.type == "code" and isinstance(value, list):
        return value[0] if len(value) == 1 else None
    if field.type == "date" and isinstance(value, str):
        return value[:_DATE_LENGTH]
    return value


def _fitting(template: Template, answers: Answers) -> tuple[Answers, tuple[str, ...]]:
    findings = Findings()
    Reader(plan_of(template), findings).read(answers)
    left = {finding.path for finding in findings.found if finding.rule in _MISFITS}
    return _without(answers, left, ""), tuple(sorted(left))


def _without(answers: Mapping[str, Any], left: set[str], prefix: str) -> Answers:
    return {key: _kept(value, left, prefix + key) for key, value in answers.items() if prefix + key not in left}


def _kept(value: object, left: set[str], path: str) -> object:
    if isinstance(value, list) and all(isinstance(row, Mapping) for row in value):
        return [_without(row, left, f"{path}[{number}].") for number, row in enumerate(value)]
    return value
