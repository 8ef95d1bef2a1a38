"""How much of what was reported may leave a group with an extraction, by the levels that each field of a template has.

    full          everything: for the group's own coordination unit
    non_nominal   without what leads to a person: no personal field, no free text, no answer that the template lacks
    statistical   only what the template lets into the global core (`cen`): times become days, people become counts

Handling binds both lower profiles. A record marked TLP:RED or TLP:AMBER+STRICT, or whose originator forbids onward
sharing, stays in the group in every version of it; so does one whose marking nobody knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any

from cencomm.templates_forms.compiled import plan_of
from cencomm.templates_forms.model import Answers, Field, Group, Template
from cencomm.templates_forms.parts import misplaced
from cencomm.templates_forms.reading import Findings, Reader


class Profile(StrEnum):
    """What an extraction holds."""

    FULL = "full"
    NON_NOMINAL = "non_nominal"
    STATISTICAL = "statistical"


MARKINGS = ("clear", "green", "amber", "amber_strict", "red")
"""The Traffic Light Protocol's, from the loosest to the strictest."""
_MARKING_LIST = "tlp"
_USE_LIST = "permitted_use"
_MAY_LEAVE = frozenset({"clear", "green", "amber"})
_NO_ONWARD = "no_onward"
_DAY = len("2024-03-01")
_TOO_FEW_ROWS = "too_few_rows"


def marking_of(template: Template, answers: Mapping[str, Any]) -> str:
    """The sharing marking of a form, `red` for one that nobody knows; empty where its template has none."""
    for field in _marked(template, _MARKING_LIST):
        value = answers.get(field.key)
        if value is not None and value != "":
            return str(value) if value in MARKINGS else MARKINGS[-1]
    return ""


def stays(template: Template, answers: Mapping[str, Any]) -> bool:
    """Whether handling keeps the form in the group."""
    marking = marking_of(template, answers)
    if marking and marking not in _MAY_LEAVE:
        return True
    uses = [answers.get(field.key) for field in _marked(template, _USE_LIST)]
    return any(_NO_ONWARD in (use if isinstance(use, list) else [use]) for use in uses)


def strictest(markings: Iterable[str]) -> str:
    """The strictest of some markings; empty of none."""
    return max((each for each in markings if each), key=MARKINGS.index, default="")


def _marked(template: Template, code_list: str) -> Iterator[Field]:
    return (field for field in template.fields.values() if field.code_list == code_list)


@lru_cache(maxsize=64)
def non_nominal_template(template: Template) -> Template | None:
    """The template without its personal fields; None where nothing is left."""
    return _reduced(template, lambda field: not field.is_personal)


@lru_cache(maxsize=64)
def statistical_template(template: Template) -> Template | None:
    """The template with the fields that enter the global core as values, not as counts."""
    return _reduced(template, lambda field: _enters(template, field))


def _enters(template: Template, field: Field) -> bool:
    """A number without its unit, or money without its currency, says nothing: it stays when the unit stays."""
    if field.is_personal or field.cen not in {"full", "coarse"}:
        return False
    return not field.unit_field or template.fields[field.unit_field].cen == "full"


def _reduced(template: Template, keeps: Callable[[Field], bool]) -> Template | None:
    """For tables only: rules and expressions may name what is gone, so it is never compiled or published."""
    groups = tuple([kept for group in template.groups if (kept := _kept(group, keeps)) is not None])
    if not groups:
        return None
    return Template(
        format=template.format,
        id=template.id,
        version=template.version,
        labels=template.labels,
        groups=groups,
        code_lists=template.code_lists,
    )


def _kept(group: Group, keeps: Callable[[Field], bool]) -> Group | None:
    children: list[Field | Group] = []
    for child in group.children:
        if isinstance(child, Field):
            if keeps(child):
                children.append(child)
        elif (inner := _kept(child, keeps)) is not None:
            children.append(inner)
    if not children:
        return None
    return Group(key=group.key, labels=group.labels, children=tuple(children), repeat=group.repeat)


def is_clean(template: Template, public: Mapping[str, Any]) -> bool:
    """Whether a public part holds nothing but answers to fields that are not personal, each what its field says.

    Anything else may say anything, and so name a person: a name where a code should stand, an answer to no question.
    """
    if misplaced(template, public):
        return False
    findings = Findings()
    Reader(plan_of(template), findings).read(public)
    return all(finding.rule == _TOO_FEW_ROWS for finding in findings.found)


def statistical_answers(template: Template, answers: Mapping[str, Any]) -> Answers:
    """The answers that enter the global core, a moment as its day; `template` is the whole one."""
    kept: Answers = {}
    for key, value in answers.items():
        field = template.fields.get(key)
        if field is not None:
            if _enters(template, field):
                kept[key] = value[:_DAY] if field.cen == "coarse" and field.type == "datetime" else value
        elif isinstance(value, list):
            rows = [statistical_answers(template, row) for row in value if isinstance(row, Mapping)]
            kept[key] = [row for row in rows if row]
    return kept


def counts(template: Template, answers: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(field, code) for each answer of a clean form to a field that enters as a count."""
    for key, value in answers.items():
        field = template.fields.get(key)
        if field is not None and field.cen == "count" and not field.is_personal:
            for each in value if isinstance(value, list) else [value]:
                yield key, str(each)
        elif field is None and isinstance(value, list):
            for row in value:
                if isinstance(row, Mapping):
                    yield from counts(template, row)
