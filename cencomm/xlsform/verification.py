"""The last look at a template that came from elsewhere: an expression that does not fit its place is taken out and
reported, so that what is left is whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec

from cencomm.errors import DomainError
from cencomm.templates_forms.compiled import layout_of, place_of_rule
from cencomm.templates_forms.evaluation import Layout, compile_expression
from cencomm.templates_forms.expression import Call, Chain, Column, Negation, Node, parse
from cencomm.templates_forms.model import Field, Group, Rule, Template
from cencomm.xlsform.columns import OWN, Row
from cencomm.xlsform.report import Notes

_OF_FIELDS = ("required", "relevant", "constraint", "choice_filter", "calculation", "default")


def verified(template: Template, places: Mapping[str, Row], notes: Notes) -> Template:
    """`template` with those of its expressions that can be compiled where they stand; `places` are their rows."""
    verifier = _Verifier(template, layout_of(template), places, notes)
    groups = tuple(group for group in map(verifier.group, template.groups) if group.children)
    template = msgspec.structs.replace(template, groups=groups)
    rules = tuple(filter(_Verifier(template, layout_of(template), places, notes).rule, template.rules))
    return msgspec.structs.replace(template, rules=rules)


@dataclass(frozen=True, slots=True)
class _Verifier:
    template: Template
    layout: Layout
    places: Mapping[str, Row]
    notes: Notes

    def group(self, group: Group) -> Group:
        place = self.layout.repeats.get(group.key, ())
        children: list[Field | Group] = []
        for child in group.children:
            if isinstance(child, Group):
                inner = self.group(child)
                children += [inner] if inner.children else []
            else:
                field = self._field(child)
                children += [field] if field.type != "derived" or field.calculation else []
        relevant = group.relevant
        if relevant and not self._fits(
            relevant, place[:-1] if group.repeat else self._around(group), group.key, "relevant"
        ):
            relevant = ""
        return msgspec.structs.replace(group, children=tuple(children), relevant=relevant)

    def _around(self, group: Group) -> tuple[str, ...]:
        """The repeats around a group that is none."""
        parent = self.layout.parents.get(group.key, "")
        while parent and parent not in self.layout.repeats:
            parent = self.layout.parents.get(parent, "")
        return self.layout.repeats.get(parent, ())

    def _field(self, field: Field) -> Field:
        place = self.layout.fields[field.key]
        said = {name: getattr(field, name) for name in _OF_FIELDS}
        gone = {name: "" for name, text in said.items() if text and not self._fits(text, place, field.key, name)}
        return msgspec.structs.replace(field, **gone)

    def rule(self, rule: Rule) -> bool:
        row = self.places.get(rule.key)
        column = "repeat_count" if row is not None and row.get("repeat_count") else f"{OWN}rule"
        if rule.at not in self.layout.fields and rule.at not in self.layout.repeats:
            return self._report(rule.key, column, rule.expression, "unknown_field")
        return self._fits(rule.expression, place_of_rule(self.layout, rule.at), rule.at, column, rule.key)

    def _fits(self, text: str, place: tuple[str, ...], at: str, column: str, key: str = "") -> bool:
        is_filter = column == "choice_filter"
        try:
            expression = parse(text)
            compile_expression(expression, self.layout, place, at=at, columns=is_filter, entry=column == "default")
        except DomainError as error:
            return self._report(key or at, column, text, str(error.facts.get("reason", "too_large")))
        for name in expression.references:
            if name in self.template.fields and self.template.fields[name].type == "derived":
                return self._report(key or at, column, text, "reference_to_derived")
        if is_filter and not set(_columns(expression.root)) <= self._attributes(at):
            return self._report(at, column, text, "unknown_column")
        return True

    def _attributes(self, key: str) -> set[str]:
        codes = self.template.lists[self.template.fields[key].code_list].codes
        return {name for code in codes for name in code.attributes}

    def _report(self, key: str, column: str, text: str, reason: str) -> bool:
        row = self.places.get(key)
        if row is not None:
            written = row.get(OWN + column) or row.get(column) or text
            self.notes.add(
                "expression_left_out", "survey", row.number, row.headers.get(column, column), written, reason
            )
        return False


def _columns(node: Node) -> Iterator[str]:
    """Bare names, but for those in brackets."""
    match node:
        case Column(key=key):
            yield key
        case Negation(operand=operand):
            yield from _columns(operand)
        case Chain(head=head, links=links):
            for operand in (head, *(operand for _, operand in links)):
                yield from _columns(operand)
        case Call(arguments=arguments):
            for argument in arguments:
                yield from _columns(argument)
