"""What one version of a template changes against another, as data and in words (twin: `templates_forms/difference.ts`).

Versions are immutable: a record names the one that it was made with, and who publishes the next one is told, as is
everybody who reads of it, what is different for those who fill it in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cencomm.i18n import message
from cencomm.templates_forms import words
from cencomm.templates_forms.errors import UnknownWord
from cencomm.templates_forms.model import CodeList, Field, Group, Template

_MOST_CODES = 6
"""As many codes are named one by one."""


@dataclass(frozen=True, slots=True)
class Change:
    """`kind` is the sentence that says it (`change.<kind>`), `key` the field, group, code list or rule."""

    kind: str
    key: str = ""
    codes: tuple[str, ...] = ()


def differences(old: Template, new: Template) -> tuple[Change, ...]:
    """All that is different, in the order of the form: sections, questions, choices, rules, then what concerns all."""
    found = [*_title(old, new), *_groups(old, new), *_fields(old, new), *_lists(old, new), *_rules(old, new)]
    if _order(old, new) != _order(new, old):
        found.append(Change("order"))
    if {table.key: table.rows for table in old.tables} != {table.key: table.rows for table in new.tables}:
        found.append(Change("tables"))
    others = [change for change in found if change.kind != "words"]
    return (*others, *([Change("words")] if len(others) < len(found) else []))


def _title(old: Template, new: Template) -> Iterator[Change]:
    yield from _renamed("title", "", old.labels, new.labels)


def _renamed(kind: str, key: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Change]:
    """A name that is another one, or is only worded differently in some language."""
    if old != new:
        yield Change("words") if _main(old) == _main(new) else Change(kind, key)


def _main(labels: Mapping[str, str]) -> str:
    return labels.get(words.SOURCE_LANGUAGE) or labels.get(min(labels, default=""), "")


def _groups(old: Template, new: Template) -> Iterator[Change]:
    before, after = ({group.key: group for group in template.all_groups()} for template in (old, new))
    yield from (Change("group_removed", key) for key in before if key not in after)
    for key, group in after.items():
        if key not in before:
            yield Change("group_added", key)
        else:
            yield from _group(before[key], group)


def _group(old: Group, new: Group) -> Iterator[Change]:
    yield from _renamed("label", new.key, old.labels, new.labels)
    if old.relevant != new.relevant:
        yield Change("relevant", new.key)
    if old.repeat != new.repeat:
        yield Change("rows", new.key)


def _fields(old: Template, new: Template) -> Iterator[Change]:
    yield from (Change("field_removed", key) for key in old.fields if key not in new.fields)
    places = [_places(template) for template in (old, new)]
    for key, field in new.fields.items():
        if key not in old.fields:
            yield Change("field_added", key)
            continue
        yield from _field(old.fields[key], field)
        if places[0][key] != places[1][key]:
            yield Change("moved", key)


def _places(template: Template) -> dict[str, str]:
    return {child.key: group.key for group in template.all_groups() for child in group.children}


def _field(old: Field, new: Field) -> Iterator[Change]:
    yield from _renamed("label", new.key, old.labels, new.labels)
    pairs = (
        ("type", _kind(old), _kind(new)),
        (_required(old, new), old.required, new.required),
        ("relevant", old.relevant, new.relevant),
        ("constraint", _accepted(old), _accepted(new)),
        ("calculation", old.calculation, new.calculation),
        ("default", old.default, new.default),
        ("nominal", old.nominal, new.nominal),
        ("cen", old.cen, new.cen),
        ("hint", old.hints, new.hints),
        ("words", old.constraint_messages, new.constraint_messages),
    )
    for kind, before, after in pairs:
        if before != after:
            yield Change(kind, "" if kind == "words" else new.key)


def _kind(field: Field) -> tuple[str, str, str, str]:
    return field.type, field.code_list, field.unit_field, field.reference


def _required(old: Field, new: Field) -> str:
    if not new.required:
        return "now_optional"
    return "now_required" if new.required == "true()" else "required"


def _accepted(field: Field) -> tuple[str, str, int]:
    return field.constraint, field.choice_filter, field.max_length


def _lists(old: Template, new: Template) -> Iterator[Change]:
    for key, code_list in new.lists.items():
        if key in old.lists:
            yield from _list(old.lists[key], code_list)


def _list(old: CodeList, new: CodeList) -> Iterator[Change]:
    before, after = ({code.key: code for code in code_list.codes} for code_list in (old, new))
    added = tuple(code for code in after if code not in before)
    removed = tuple(code for code in before if code not in after)
    if added:
        yield Change("codes_added", new.key, added)
    if removed:
        yield Change("codes_removed", new.key, removed)
    if any(code in after and before[code] != after[code] for code in before):
        yield Change("codes_changed", new.key)


def _rules(old: Template, new: Template) -> Iterator[Change]:
    yield from (Change("rule_removed", key) for key in old.rule_of if key not in new.rule_of)
    for key, rule in new.rule_of.items():
        known = old.rule_of.get(key)
        if known is None:
            yield Change("rule_added", key)
        elif (known.level, known.at, known.expression, known.needs) != (
            rule.level,
            rule.at,
            rule.expression,
            rule.needs,
        ):
            yield Change("rule_changed", key)
        elif known.messages != rule.messages:
            yield Change("words")


def _order(one: Template, other: Template) -> list[str]:
    """The fields that both have, in the order of the first."""
    return [key for key in one.fields if key in other.fields]


def difference_words(change: Change, old: Template, new: Template, language: str) -> str:
    """The sentence for one change."""
    facts = {"name": _name(change, old, new, language), "codes": ""}
    if change.codes:
        template = old if change.kind == "codes_removed" else new
        named = [template.code_word(change.key, code, language) for code in change.codes[:_MOST_CODES]]
        facts["codes"] = ", ".join(named) + (" …" if len(change.codes) > _MOST_CODES else "")
    return message(f"change.{change.kind}", facts, language)


def _name(change: Change, old: Template, new: Template, language: str) -> str:
    """What people call the thing that changed: as it is now, or as it was where it is gone."""
    if not change.key:
        return new.title(language)
    for template in (new, old):
        if change.kind.startswith("rule_") and change.key in template.rule_of:
            return template.rule_message(change.key, language)
        if change.kind.startswith("codes_"):
            return next((words.choose(f.labels, language) for f in _users(template, change.key)), change.key)
        try:
            return template.label(change.key, language)
        except UnknownWord:
            continue
    return change.key


def _users(template: Template, code_list: str) -> Iterator[Field]:
    return (field for field in template.fields.values() if field.code_list == code_list)
