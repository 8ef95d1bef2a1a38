"""Judging the answers of one record against its template: the same findings on every client (DESIGN §4).

`now` is the server's stored time of the record, so that early and late readers judge alike. Rules that need the
group's state (unique case numbers, moves of a status) live in code elsewhere. Nothing that a sender put into a record
can make this raise, hang, or use more than a bounded amount of work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from cencomm.i18n import has_message, message
from cencomm.templates_forms import words
from cencomm.templates_forms.compiled import FieldPlan, GroupPlan, Judged, Plan, RulePlan, plan_of
from cencomm.templates_forms.errors import ExpressionTooLarge
from cencomm.templates_forms.evaluation import Env
from cencomm.templates_forms.model import Template
from cencomm.templates_forms.reading import Finding, Findings, Reader
from cencomm.templates_forms.values import MISSING, Value, to_bool, to_number, to_text

__all__ = ["Finding", "Report", "finding_message", "validate"]


@dataclass(frozen=True, slots=True)
class Report:
    """All findings, in the order of the form."""

    findings: tuple[Finding, ...]

    @property
    def valid(self) -> bool:
        """Whether no finding is an error."""
        return not any(finding.level == "error" for finding in self.findings)


def validate(template: Template, answers: Mapping[str, Any], *, now: datetime) -> Report:
    """Judge `answers`, plain data from anywhere, as of `now` (aware). Never raises for what they hold."""
    plan = plan_of(template)
    findings = Findings()
    if not isinstance(answers, Mapping):
        findings.add("wrong_type", "")
        return Report(tuple(findings.found))
    root = Reader(plan, findings).read(answers)
    env = plan.env(root, now)
    try:
        _Judge(findings, env).form(plan)
    except ExpressionTooLarge:
        findings.add("too_much_work", "")
    return Report(tuple(findings.found))


def finding_message(template: Template, finding: Finding, language: str) -> str:
    """The sentence for a finding, in the reader's language: the template's own, or ours for what every form checks."""
    if finding.rule in template.rule_of:
        return template.rule_message(finding.rule, language)
    key = finding.path.rpartition(".")[2].partition("[")[0]
    known = template.fields.get(key)
    if finding.rule == "constraint" and known is not None and known.constraint_messages:
        return words.choose(known.constraint_messages, language)
    said = f"finding.{finding.rule}"
    return message(said if has_message(said) else "finding.unknown_rule", {}, language)


@dataclass(slots=True)
class _Judge:
    """Walks the form once; `env` always holds the rows around the field in hand."""

    findings: Findings
    env: Env
    found_at: set[str] = field(default_factory=set)

    def form(self, plan: Plan) -> None:
        self._rules(plan.rules, "")
        for group in plan.groups:
            self._group(group, "", relevant=True)

    def _group(self, plan: GroupPlan, prefix: str, *, relevant: bool) -> None:
        relevant = relevant and (plan.relevant is None or to_bool(plan.relevant(self.env)))
        if plan.group.repeat is None:
            self._inside(plan, prefix, relevant=relevant)
            return
        rows = self.env.rows[-1][plan.group.key]
        assert isinstance(rows, list)
        if not rows:
            return
        outer, outer_positions = self.env.rows, self.env.positions
        for number, row in enumerate(rows):
            self.env.rows, self.env.positions = (*outer, row), (*outer_positions, number + 1)
            inner = f"{prefix}{plan.group.key}[{number}]."
            self._rules(plan.rules, inner)
            self._inside(plan, inner, relevant=relevant)
        self.env.rows, self.env.positions = outer, outer_positions

    def _inside(self, plan: GroupPlan, prefix: str, *, relevant: bool) -> None:
        row, failed = self.env.rows[-1], self.findings.failed
        for child in plan.fields:
            if row[child.key] is not MISSING:
                if child.is_judged or not relevant:
                    self._answered(child, prefix, relevant=relevant)
            elif relevant and child.required is not None and not (failed and prefix + child.key in failed):
                self._missing(child, child.required, prefix)
        for group in plan.groups:
            self._group(group, prefix, relevant=relevant)

    def _missing(self, plan: FieldPlan, required: Judged, prefix: str) -> None:
        self.env.own = MISSING
        if (plan.relevant is None or to_bool(plan.relevant(self.env))) and to_bool(required(self.env)):
            self.findings.add("required", prefix + plan.field.key)

    def _answered(self, plan: FieldPlan, prefix: str, *, relevant: bool) -> None:
        path = prefix + plan.field.key
        value = self.env.rows[-1][plan.field.key]
        assert not isinstance(value, list)
        self.env.own = value
        if not (relevant and (plan.relevant is None or to_bool(plan.relevant(self.env)))):
            self.findings.add("not_relevant", path, "warn")
            return
        if plan.constraint is not None and not to_bool(plan.constraint(self.env)):
            self.findings.add("constraint", path)
        if plan.field.unit_field:
            self._unit(plan, value, path)
        if plan.choice_filter is not None and path not in self.found_at:
            self._choice(plan, plan.choice_filter, str(value), path)

    def _unit(self, plan: FieldPlan, value: Value, path: str) -> None:
        """A number without its unit says nothing; yen have no cents."""
        unit = self.env.rows[-1].get(plan.field.unit_field, MISSING)
        if unit == MISSING:
            self.findings.add("unit", path)
            return
        most = to_number(plan.units.get(str(unit), {}).get("decimals", MISSING))
        if isinstance(most, Decimal) and len(to_text(value).partition(".")[2]) > most:
            self.findings.add("decimals", path)

    def _choice(self, plan: FieldPlan, offered: Judged, value: str, path: str) -> None:
        """Each code that was chosen must be one that is offered here. A rule at the same place has said so already."""
        for code in value.split(" "):
            self.env.columns = plan.codes.get(code, {})
            if not to_bool(offered(self.env)):
                self.findings.add("choice", path)
                return

    def _rules(self, plans: tuple[RulePlan, ...], prefix: str) -> None:
        env, failed = self.env, self.findings.failed
        rows = env.rows
        for plan in plans:
            for depth, key in plan.needs:
                if rows[depth][key] is MISSING:
                    break
            else:
                if failed and prefix + plan.at in failed:
                    continue
                if plan.looks_at_own:
                    own = rows[-1].get(plan.at, MISSING)
                    env.own = MISSING if isinstance(own, list) else own
                verdict = plan.expression(env)
                if verdict is not True and not to_bool(verdict):
                    path = prefix + plan.at
                    self.findings.add(plan.rule.key, path, plan.rule.level)
                    self.found_at.add(path)
