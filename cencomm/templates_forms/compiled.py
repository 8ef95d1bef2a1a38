"""A template made ready for judging: expressions compiled, lookup tables and the places of its fields at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial

from cencomm.templates_forms.evaluation import Compiled, Env, Layout, Row, Tables, compile_expression
from cencomm.templates_forms.expression import parse
from cencomm.templates_forms.model import Field, Group, Rule, Template
from cencomm.templates_forms.remembered import Remembered, Slot, comes_again, slots_of
from cencomm.templates_forms.values import MISSING, Value
from cencomm.templates_forms.words import SOURCE_LANGUAGE


@dataclass(frozen=True, slots=True)
class Ready:
    """One compiled expression; calling it spends its size from the budget."""

    run: Compiled
    nodes: int

    def __call__(self, env: Env) -> Value:
        env.budget.spend(self.nodes)
        return self.run(env)


Judged = Ready | Remembered
"""An expression as it is run: each time anew, or where it follows from few answers, once for each of them."""


@dataclass(frozen=True, slots=True)
class FieldPlan:
    field: Field
    key: str
    codes: Mapping[str, Mapping[str, str]]
    """The attributes of each code of its list."""
    relevant: Judged | None
    required: Judged | None
    constraint: Judged | None
    choice_filter: Judged | None
    calculation: Judged | None
    default: Judged | None
    units: Mapping[str, Mapping[str, str]]
    """The attributes of each unit that the number may have."""
    is_judged: bool
    """Whether an answer is judged by more than its type."""
    is_code: bool


@dataclass(frozen=True, slots=True)
class RulePlan:
    rule: Rule
    at: str
    expression: Judged
    needs: tuple[Slot, ...]
    """The fields that must be answered, where `expression` does not look for them itself."""
    looks_at_own: bool
    """Whether `expression` may ask for the answer at its field."""


@dataclass(frozen=True, slots=True)
class Level:
    """What the answers of one level hold: the fields of all its groups, and the repeats that begin in it."""

    fields: tuple[FieldPlan, ...]
    repeats: tuple[GroupPlan, ...]
    places: Mapping[str, int] = field(init=False)
    """The number of each field among these, by its key."""
    blank: Row = field(init=False)
    """A row in which nothing is answered: every field is missing, every list empty."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", {plan.field.key: place for place, plan in enumerate(self.fields)})
        blank: dict[str, Value | list[Row]] = {plan.field.key: MISSING for plan in self.fields}
        object.__setattr__(self, "blank", blank | {plan.group.key: [] for plan in self.repeats})


@dataclass(frozen=True, slots=True)
class GroupPlan:
    group: Group
    relevant: Judged | None
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
        plans: list[RulePlan] = []
        for rule in self.template.rules:
            if place_of_rule(self.layout, rule.at) == path:
                plans.append(self._rule(rule, path))
        return tuple(plans)

    def _rule(self, rule: Rule, path: tuple[str, ...]) -> RulePlan:
        needs = {key: (len(self.layout.fields[key]), key) for key in rule.needs}
        again = tuple(slot for key, slot in needs.items() if comes_again(self.template.fields[key].type))
        judged = self._ready(rule.expression, path, rule.at, needs=again)
        assert judged is not None
        is_ready = isinstance(judged, Ready)
        wanted = tuple(needs.values()) if is_ready else _without(needs, again)
        return RulePlan(rule, rule.at, judged, wanted, looks_at_own=is_ready)

    def _field(self, field: Field, path: tuple[str, ...]) -> FieldPlan:
        code_list = self.template.lists.get(field.code_list)
        conditions = (field.relevant, field.constraint, field.choice_filter, field.unit_field)
        unit = self.template.fields.get(field.unit_field)
        units = self.template.lists.get(unit.code_list) if unit is not None else None
        return FieldPlan(
            field,
            field.key,
            {code.key: code.attributes for code in code_list.codes} if code_list is not None else {},
            self._ready(field.relevant, path, field.key),
            self._ready(field.required, path, field.key),
            self._ready(field.constraint, path, field.key),
            self._ready(field.choice_filter, path, field.key, columns=True),
            self._ready(field.calculation, path, field.key),
            self._ready(field.default, path, field.key, entry=True),
            {code.key: code.attributes for code in units.codes} if units is not None else {},
            any(conditions),
            field.type == "code",
        )

    def _ready(
        self,
        text: str,
        path: tuple[str, ...],
        at: str,
        *,
        columns: bool = False,
        entry: bool = False,
        needs: tuple[Slot, ...] = (),
    ) -> Judged | None:
        if not text:
            return None
        expression = parse(text)
        run = compile_expression(expression, self.layout, path, at=at, columns=columns, entry=entry)
        types = {key: known.type for key, known in self.template.fields.items()}
        slots = None if entry else slots_of(expression.root, self.layout, path, types)
        return Ready(run, expression.nodes) if slots is None else Remembered(run, expression.nodes, slots, needs)


def _without(needs: Mapping[str, Slot], known: tuple[Slot, ...]) -> tuple[Slot, ...]:
    return tuple(slot for slot in needs.values() if slot not in known)
