"""Whether the parts of a template fit together; done once, when its bytes are decoded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from cencomm.templates_forms.compiled import layout_of, place_of_rule, plan_of
from cencomm.templates_forms.errors import TemplateMalformed, TemplateTooLarge
from cencomm.templates_forms.expression import parse
from cencomm.templates_forms.model import MAX_DEPTH, MAX_FIELDS, Field, Group, Template

_CODED = frozenset({"code", "codes"})
_REFERRING = frozenset({"text", "identifier"})
MAX_RULES = 1_000
MAX_PATTERNS = 1_000
"""Uses of `regex` in one template: each may cost some milliseconds to compile."""


def check(template: Template) -> None:
    """Refuse a template whose keys repeat, whose references lead nowhere, or whose expressions do not compile.

    Raises:
        TemplateMalformed, TemplateTooLarge, ExpressionMalformed, ExpressionTooLarge.
    """
    _check_depth(template)
    if len(template.fields) > MAX_FIELDS:
        raise TemplateTooLarge(what="fields", limit=MAX_FIELDS)
    if len(template.rules) > MAX_RULES:
        raise TemplateTooLarge(what="rules", limit=MAX_RULES)
    _check_keys(template)
    for field in template.fields.values():
        _check_field(template, field)
    _check_units(template)
    _check_code_words(template)
    _check_rules(template)
    _check_references(template)
    plan_of(template)


def _check_depth(template: Template) -> None:
    pending = [(group, 1) for group in template.groups]
    while pending:
        group, depth = pending.pop()
        if depth > MAX_DEPTH:
            raise TemplateTooLarge(what="depth", limit=MAX_DEPTH)
        pending.extend((child, depth + 1) for child in group.children if isinstance(child, Group))


def _check_keys(template: Template) -> None:
    nodes = [group.key for group in template.all_groups()]
    nodes += [child.key for group in template.all_groups() for child in group.children if isinstance(child, Field)]
    _refuse_twice(nodes)
    _refuse_twice([*(entry.key for entry in template.code_lists), *(table.key for table in template.tables)])
    _refuse_twice(rule.key for rule in template.rules)
    for code_list in template.code_lists:
        _refuse_twice(code.key for code in code_list.codes)


def _refuse_twice(keys: Iterable[str]) -> None:
    for key, times in Counter(keys).items():
        if times > 1:
            raise TemplateMalformed(reason="key_twice", at=key)


def _check_field(template: Template, field: Field) -> None:
    if (field.type in _CODED) != bool(field.code_list):
        raise TemplateMalformed(reason="code_list_and_type", at=field.key)
    if field.code_list and field.code_list not in template.lists:
        raise TemplateMalformed(reason="unknown_code_list", at=field.key)
    if (field.type == "derived") != bool(field.calculation):
        raise TemplateMalformed(reason="calculation_and_type", at=field.key)
    if field.reference and field.type not in _REFERRING:
        raise TemplateMalformed(reason="reference_and_type", at=field.key)
    if field.nominal == "direct" and field.cen != "none":
        raise TemplateMalformed(reason="direct_nominal_to_cen", at=field.key)
    if not field.labels:
        raise TemplateMalformed(reason="no_label", at=field.key)


def _check_units(template: Template) -> None:
    """The unit of a number is a code beside it."""
    layout = layout_of(template)
    for field in filter(lambda field: field.unit_field, template.fields.values()):
        unit = template.fields.get(field.unit_field)
        is_beside = unit is not None and layout.fields[unit.key] == layout.fields[field.key]
        if unit is None or not is_beside or unit.type != "code" or field.type not in {"int", "decimal"}:
            raise TemplateMalformed(reason="unit_field", at=field.key)


def _check_references(template: Template) -> None:
    """No expression names a derived field: these are calculated after all answers are judged."""
    texts = [group.relevant for group in template.all_groups()] + [rule.expression for rule in template.rules]
    for field in template.fields.values():
        texts += [
            field.required,
            field.relevant,
            field.constraint,
            field.choice_filter,
            field.calculation,
            field.default,
        ]
    patterns = sum(text.count("regex") for text in texts)
    if patterns > MAX_PATTERNS:
        raise TemplateTooLarge(what="patterns", limit=MAX_PATTERNS)
    for text in filter(None, texts):
        for key in parse(text).references:
            if key in template.fields and template.fields[key].type == "derived":
                raise TemplateMalformed(reason="reference_to_derived", at=key)


def _check_code_words(template: Template) -> None:
    for code_list in template.code_lists:
        for code in code_list.codes:
            if not code.labels and code_list.words == "own":
                raise TemplateMalformed(reason="no_label", at=f"{code_list.key}.{code.key}")


def _check_rules(template: Template) -> None:
    layout = layout_of(template)
    for rule in template.rules:
        if rule.at not in layout.fields and rule.at not in layout.repeats:
            raise TemplateMalformed(reason="unknown_field", at=rule.key)
        place = place_of_rule(layout, rule.at)
        for key in rule.needs:
            if key not in layout.fields or layout.fields[key] != place[: len(layout.fields[key])]:
                raise TemplateMalformed(reason="needs_out_of_reach", at=rule.key)
        if not rule.messages:
            raise TemplateMalformed(reason="no_message", at=rule.key)
