"""A template made ready for judging: expressions compiled, lookup tables and the places of its fields at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial

from cencomm.templates_forms.evaluation import Compiled, Env, Layout, Row, Tables, compile_expression
from cencomm.templates_forms.expression import parse
from cencomm.templates_forms.model import Field, Group, Rule, Template
from cencomm.templates_forms.values import MISSING, Value
from cencomm.templates_forms.words import SOURCE_LANGUAGE


@dataclass(frozen=True, slots=True)
class Ready:
    """One compiled expression; calling it spends its size from the budget."""

    run: Compiled
    nodes: int
    references: frozenset[str]

    def __call__(self, env: Env) -> Value:
        env.budget.spend(self.nodes)
        return self.run(env)


@dataclass(frozen=True, slots=True)
class FieldPlan:
    field: Field
    codes: Mapping[str, Mapping[str, str]]
    """The attributes of each code of its list."""
    relevant: Ready | None
    required: Ready | None
    constraint: Ready | None
    choice_filter: Ready | None
    calculation: Ready | None
    default: Ready | None
    units: Mapping[str, Mapping[str, str]]
    """The attributes of each unit that the number may have."""
    is_conditional: bool
    """Whether anything but its type is judged."""


@dataclass(frozen=True, slots=True)
class RulePlan:
    rule: Rule
    expression: Ready
    needs: tuple[tuple[int, str], ...]
    """How many repeats deep each field stands that must be answered, and its key."""


@dataclass(frozen=True, slots=True)
class Level:
    """What the answers of one level hold: the fields of all its groups, and the repeats that begin in it."""

    fields: tuple[FieldPlan, ...]
    repeats: tuple[GroupPlan, ...]


@dataclass(frozen=True, slots=True)
class GroupPlan:
    group: Group
    relevant: Ready | None
    fields: tuple[FieldPlan, ...]
    groups: tuple[GroupPlan, ...]
    rules: tuple[RulePlan, ...]
    """Rules that are judged for each row of this repeat."""
    level: Level
    """Of a repeat: one row's."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole template, ready."""

    template: Template
    layout: Layout
    tables: Tables
    groups: tuple[GroupPlan, ...]
    level: Level
    rules: tuple[RulePlan, ...]
    """Rules that are judged once."""

    def env(self, root: Row, now: datetime) -> Env:
        """What judging answers may look at: nothing that differs from reader to reader."""
        return Env((root,), now, self.tables, word=partial(neutral_word, self.template))


@lru_cache(maxsize=64)
def plan_of(template: Template) -> Plan:
    """The plan of a template; kept, since a group uses few templates for many records.

    Raises:
        ExpressionMalformed, ExpressionTooLarge: of one of its expressions (never for a template that was decoded).
    """
    layout = layout_of(template)
    maker = _Maker(template, layout)
    groups = tuple(maker.group(group, ()) for group in template.groups)
    return Plan(template, layout, _tables_of(template), groups, _level((), groups), maker.rules(()))


def layout_of(template: Template) -> Layout:
    """Where every field and repeat stands."""
    fields: dict[str, tuple[str, ...]] = {}
    repeats: dict[str, tuple[str, ...]] = {}
    pending: list[tuple[Group, tuple[str, ...]]] = [(group, ()) for group in template.groups]
    while pending:
        group, path = pending.pop()
        if group.repeat is not None:
            path = (*path, group.key)
            repeats[group.key] = path
        for child in group.children:
            if isinstance(child, Field):
                fields[child.key] = path
            else:
                pending.append((child, path))
    parents = {child.key: group.key for group in template.all_groups() for child in group.children}
    parents |= {group.key: "" for group in template.groups}
    lists = {field.key: field.code_list for field in template.fields.values() if field.code_list}
    return Layout(fields, repeats, parents, lists)


def neutral_word(template: Template, code_list: str, code: str) -> str:
    """The word of a code where every client must have the same: English, else the first; without words, the code."""
    found = template.code(code_list, code)
    if found is None:
        return MISSING
    return found.labels.get(SOURCE_LANGUAGE) or found.labels.get(min(found.labels, default=""), code)


def place_of_rule(layout: Layout, at: str) -> tuple[str, ...]:
    """The repeats in whose rows a rule at this field is judged; one at a repeat is judged in the row around it."""
    place = layout.fields.get(at)
    return place if place is not None else layout.repeats[at][:-1]


def _tables_of(template: Template) -> Tables:
    tables: dict[str, Mapping[str, Mapping[str, str]]] = {table.key: table.rows for table in template.tables}
    for code_list in template.code_lists:
        tables[code_list.key] = {code.key: code.attributes for code in code_list.codes}
    return tables


def _level(fields: tuple[FieldPlan, ...], groups: tuple[GroupPlan, ...]) -> Level:
    """`fields` and what stands in `groups`, as one level: groups without repeat do not nest."""
    repeats: list[GroupPlan] = []
    for group in groups:
        if group.group.repeat is not None:
            repeats.append(group)
        else:
            fields += group.level.fields
            repeats.extend(group.level.repeats)
    return Level(fields, tuple(repeats))


@dataclass(frozen=True, slots=True)
class _Maker:
    template: Template
    layout: Layout

    def group(self, group: Group, path: tuple[str, ...]) -> GroupPlan:
        outside = path
        if group.repeat is not None:
            path = (*path, group.key)
        fields = tuple(self._field(child, path) for child in group.children if isinstance(child, Field))
        groups = tuple(self.group(child, path) for child in group.children if isinstance(child, Group))
        rules = self.rules(path) if group.repeat is not None else ()
        return GroupPlan(
            group, self._ready(group.relevant, outside, group.key), fields, groups, rules, _level(fields, groups)
        )

    def rules(self, path: tuple[str, ...]) -> tuple[RulePlan, ...]:
        """The rules whose field stands in exactly the repeats of `path`."""
        plans = []
        for rule in self.template.rules:
            if place_of_rule(self.layout, rule.at) == path:
                expression = self._ready(rule.expression, path, rule.at)
                assert expression is not None
                needs = tuple((len(self.layout.fields[key]), key) for key in rule.needs)
                plans.append(RulePlan(rule, expression, needs))
        return tuple(plans)

    def _field(self, field: Field, path: tuple[str, ...]) -> FieldPlan:
        code_list = self.template.lists.get(field.code_list)
        conditions = (field.relevant, field.required, field.constraint, field.choice_filter, field.unit_field)
        unit = self.template.fields.get(field.unit_field)
        units = self.template.lists.get(unit.code_list) if unit is not None else None
        return FieldPlan(
            field,
            {code.key: code.attributes for code in code_list.codes} if code_list is not None else {},
            self._ready(field.relevant, path, field.key),
            self._ready(field.required, path, field.key),
            self._ready(field.constraint, path, field.key),
            self._ready(field.choice_filter, path, field.key, columns=True),
            self._ready(field.calculation, path, field.key),
            self._ready(field.default, path, field.key, entry=True),
            {code.key: code.attributes for code in units.codes} if units is not None else {},
            any(conditions),
        )

    def _ready(
        self, text: str, path: tuple[str, ...], at: str, *, columns: bool = False, entry: bool = False
    ) -> Ready | None:
        if not text:
            return None
        expression = parse(text)
        run = compile_expression(expression, self.layout, path, at=at, columns=columns, entry=entry)
        return Ready(run, expression.nodes, expression.references)
