"""Answers as they came (perhaps from a hostile sender) become typed values; whatever does not fit becomes a finding."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from cencomm.templates_forms.compiled import FieldPlan, GroupPlan, Plan
from cencomm.templates_forms.compiled import Level as LevelPlan
from cencomm.templates_forms.evaluation import Row
from cencomm.templates_forms.model import MAX_ROWS
from cencomm.templates_forms.values import MISSING, Value, parse_date, parse_moment, parse_number

MAX_FINDINGS = 200
MAX_VALUES = 20_000
MAX_INTEGER = 10**15
MAX_TEXT = {"text": 1_000, "longtext": 20_000, "identifier": 64}

_DECIMAL = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")

Level = Literal["error", "warn", "info"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong at `path` (`item[0].unit`, rows from 0). `rule` is a rule of the template, or one of ours:
    `unknown_field wrong_type too_long unknown_code too_many_rows too_few_rows too_large required constraint choice
    unit decimals not_relevant derived too_much_work too_many_findings`."""

    rule: str
    level: Level
    path: str


@dataclass(slots=True)
class Findings:
    """Collects findings, up to a bound."""

    found: list[Finding] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    """Paths whose answer does not fit its field, so that nothing else is said of them."""

    def add(self, rule: str, path: str, level: Level = "error") -> None:
        if len(self.found) < MAX_FINDINGS:
            self.found.append(Finding(rule, level, path))
        elif len(self.found) == MAX_FINDINGS:
            self.found.append(Finding("too_many_findings", "error", ""))


class Reader:
    """Reads the answers of one record."""

    def __init__(self, plan: Plan, findings: Findings) -> None:
        self._plan = plan
        self._findings = findings
        self._values = 0

    def read(self, answers: Mapping[str, Any]) -> Row:
        """The typed top level. Values that do not fit are missing in it."""
        row = self._level(self._plan.level, answers, "")
        if self._values > MAX_VALUES:
            self._findings.add("too_large", "")
        return row

    def _level(self, level: LevelPlan, answers: Mapping[str, Any], prefix: str) -> Row:
        """Looked at in the order of the form, so that findings are in it; what is missing is `MISSING` itself."""
        row: dict[str, Value | list[Row]] = dict(level.blank)
        fields = level.fields
        places = sorted([level.places[key] for key in answers if key in level.places])
        for place in places:
            plan = fields[place]
            key = plan.key
            given = answers[key]
            if plan.is_code and given.__class__ is str and given in plan.codes and self._values < MAX_VALUES:
                self._values += 1  # what most answers are, without a detour
                row[key] = given
                continue
            value = self._value(plan, given, prefix + key)
            if value != MISSING:
                row[key] = value
        known = len(places)
        for repeat in level.repeats:
            key = repeat.group.key
            if key in answers or (repeat.group.repeat is not None and repeat.group.repeat.min):
                known += key in answers
                row[key] = self._rows(repeat, answers.get(key), prefix + key)
        if known < len(answers):
            self._refuse_unknown(level, answers, prefix)
        return row

    def _refuse_unknown(self, level: LevelPlan, answers: Mapping[str, Any], prefix: str) -> None:
        repeats = {repeat.group.key for repeat in level.repeats}
        for key in answers:
            if key not in level.places and key not in repeats:
                self._findings.add("unknown_field", prefix + str(key)[:64])

    def _rows(self, plan: GroupPlan, given: object, path: str) -> list[Row]:
        repeat = plan.group.repeat
        assert repeat is not None
        if given is None:
            given = []
        if not isinstance(given, list):
            self._refuse("wrong_type", path)
            return []
        most = min(repeat.max, MAX_ROWS)
        if len(given) > most:
            self._refuse("too_many_rows", path)
        elif len(given) < repeat.min:
            self._findings.add("too_few_rows", path)
        return [self._row(plan, answers, f"{path}[{number}]") for number, answers in enumerate(given[:most])]

    def _row(self, plan: GroupPlan, given: object, path: str) -> Row:
        self._values += 1
        if self._values > MAX_VALUES:
            return plan.level.blank
        if not isinstance(given, Mapping):
            self._refuse("wrong_type", path)
            return plan.level.blank
        return self._level(plan.level, given, path + ".")

    def _value(self, plan: FieldPlan, given: object, path: str) -> Value:
        if not given and (given is None or given in ("", [])):
            return MISSING
        self._values += len(given) if isinstance(given, list) else 1
        if self._values > MAX_VALUES:
            return MISSING
        kind = plan.field.type
        if kind in _READERS:
            return _READERS[kind](self, plan, given, path)
        value = _scalar(kind, given)
        return value if value != MISSING else self._refuse("wrong_type", path)

    def _derived(self, _plan: FieldPlan, _given: object, path: str) -> Value:
        return self._refuse("derived", path)

    def _code(self, plan: FieldPlan, given: object, path: str) -> Value:
        if not isinstance(given, str):
            return self._refuse("wrong_type", path)
        return given if given in plan.codes else self._refuse("unknown_code", path)

    def _codes(self, plan: FieldPlan, given: object, path: str) -> Value:
        if not isinstance(given, list) or not all(isinstance(code, str) for code in given):
            return self._refuse("wrong_type", path)
        if len(given) > len(plan.codes) or any(code not in plan.codes for code in given):
            return self._refuse("unknown_code", path)
        return " ".join(given) if len(set(given)) == len(given) else self._refuse("wrong_type", path)

    def _text(self, plan: FieldPlan, given: object, path: str) -> Value:
        if not isinstance(given, str):
            return self._refuse("wrong_type", path)
        if len(given) > (plan.field.max_length or MAX_TEXT[plan.field.type]):
            return self._refuse("too_long", path)
        if plan.field.type == "identifier" and _IDENTIFIER.fullmatch(given) is None:
            return self._refuse("wrong_type", path)
        return given

    def _refuse(self, rule: str, path: str) -> str:
        self._findings.add(rule, path)
        self._findings.failed.add(path)
        return MISSING


_READERS: Mapping[str, Callable[[Reader, FieldPlan, object, str], Value]] = {
    "code": Reader._code,
    "codes": Reader._codes,
    "text": Reader._text,
    "longtext": Reader._text,
    "identifier": Reader._text,
    "derived": Reader._derived,
}


def _scalar(kind: str, given: object) -> Value:
    """The value of a number, truth value, date or time; missing where it does not fit."""
    if kind == "bool":
        return given if isinstance(given, bool) else MISSING
    if kind == "int":
        fits = isinstance(given, int) and not isinstance(given, bool) and abs(given) <= MAX_INTEGER
        return Decimal(str(given)) if fits else MISSING
    if not isinstance(given, str) or len(given) > 64:
        return MISSING
    if kind == "decimal":
        return parse_number(given) if _DECIMAL.fullmatch(given) is not None else MISSING
    return parse_date(given) if kind == "date" else parse_moment(given)
