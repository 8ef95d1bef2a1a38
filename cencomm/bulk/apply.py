"""One row of a foreign table as answers of a form: the mapping's values first, then its answers, then its lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from cencomm.bulk.mapping import ALL, ROW, WHEN, ColumnSpec, Mapping
from cencomm.bulk.tables import SourceRow
from cencomm.templates_forms.calculation import plain_answer
from cencomm.templates_forms.compiled import Ready, plan_of
from cencomm.templates_forms.errors import ExpressionTooLarge
from cencomm.templates_forms.evaluation import Env, Row, Tables
from cencomm.templates_forms.model import Answers, Template
from cencomm.templates_forms.reading import Finding
from cencomm.templates_forms.validate import validate
from cencomm.templates_forms.values import MISSING, Value, to_bool


@dataclass(frozen=True, slots=True)
class Mapped:
    """What became of a row: answers and findings, or nothing where the mapping leaves the row out."""

    source: SourceRow
    answers: Answers | None
    findings: tuple[Finding, ...] = ()
    bad_columns: tuple[str, ...] = ()
    """Headers of cells that are not what the mapping says of their column."""

    @property
    def is_wrong(self) -> bool:
        return bool(self.bad_columns) or any(finding.level == "error" for finding in self.findings)


def apply_mapping(mapping: Mapping, rows: Iterable[SourceRow], *, now: datetime) -> Iterator[Mapped]:
    """Each row mapped and judged by the rules of the form."""
    tables = {**plan_of(mapping.template).tables, **mapping.words}
    for row in rows:
        yield _mapped(mapping, row, tables, now)


def _mapped(mapping: Mapping, row: SourceRow, tables: Tables, now: datetime) -> Mapped:
    known, bad = _columns(mapping, row)
    env = Env((known,), now, tables)
    try:
        for key, ready in mapping.values.items():
            known[key] = ready(env)
        if mapping.skip is not None and not bad and to_bool(mapping.skip(env)):
            return Mapped(row, None)
        answers = _answers(mapping.template, mapping.answers, env)
        for repeat, lines in mapping.rows.items():
            made = [_answers(mapping.template, line, env) for line in lines if _is_there(line, env)]
            if made:
                answers[repeat] = made
    except ExpressionTooLarge:
        return Mapped(row, {}, (Finding("too_much_work", "error", ""),), bad)
    return Mapped(row, answers, validate(mapping.template, answers, now=now).findings, bad)


def _columns(mapping: Mapping, row: SourceRow) -> tuple[dict[str, Value | list[Row]], tuple[str, ...]]:
    known: dict[str, Value | list[Row]] = {ROW: Decimal(row.number)}
    known[ALL] = "\n".join(f"{header}: {cell}" for header, cell in row.cells.items())
    bad = []
    for key, spec in mapping.columns.items():
        text = row.cells.get(spec.header, "").strip()
        value = _read(mapping, spec, text) if text else MISSING
        known[key] = MISSING if value is None else value
        if value is None:
            bad.append(spec.header)
    return known, tuple(bad)


def _read(mapping: Mapping, spec: ColumnSpec, text: str) -> str | None:
    if spec.type == "number":
        return mapping.conventions.number(text)
    return mapping.conventions.date(text) if spec.type == "date" else text


def _is_there(line: dict[str, Ready], env: Env) -> bool:
    return WHEN not in line or to_bool(line[WHEN](env))


def _answers(template: Template, wanted: dict[str, Ready], env: Env) -> Answers:
    answers: Answers = {}
    for key, ready in wanted.items():
        if key != WHEN:
            value = ready(env)
            if value != MISSING:
                answers[key] = plain_answer(template.fields[key].type, value)
    return answers
