"""Rows that are to become records: judged cell by cell, their doubles found, before anything is sent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cencomm.bulk.apply import Mapped
from cencomm.templates_forms.model import Answers

_CASE_KEYS = ("reporting_country", "national_case_ref")
"""What names a case, where a form has it; other forms are the same where every answer is."""


@dataclass(frozen=True, slots=True)
class CellError:
    """What is wrong: at a field of the form (`path`), in a column of the table, or both. `rule` as findings have it."""

    line: int
    rule: str
    path: str = ""
    column: str = ""
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class BulkRow:
    """One record to send. `line` is where its row stands in the file."""

    line: int
    answers: Answers


@dataclass(slots=True)
class Judged:
    """A whole file, judged."""

    rows: list[BulkRow] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)
    left_out: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A row that is there already: in the file (`line` of the first) or in the group (`seq`)."""

    row: BulkRow
    line: int = 0
    seq: int = 0


def judged(mapped: Iterable[Mapped]) -> Judged:
    """What a mapping made of a table."""
    found = Judged()
    for one in mapped:
        found.total += 1
        line = one.source.line
        if one.answers is None:
            found.left_out += 1
            continue
        found.errors += [CellError(line, "wrong_type", column=column) for column in one.bad_columns]
        found.errors += [
            CellError(line, finding.rule, finding.path) for finding in one.findings if finding.level == "error"
        ]
        if not one.is_wrong:
            found.rows.append(BulkRow(line, one.answers))
    return found


def fingerprint(answers: Mapping[str, Any]) -> str:
    """Equal for two records of the same case."""
    named = [answers.get(key) for key in _CASE_KEYS]
    if all(isinstance(value, str) and value for value in named):
        return json.dumps([str(value).casefold() for value in named])
    return json.dumps(answers, sort_keys=True, ensure_ascii=False)


def duplicates(rows: Sequence[BulkRow], known: Mapping[str, int]) -> Iterator[Duplicate]:
    """The rows that come again; `known` holds the `seq` of each fingerprint of the group."""
    lines: dict[str, int] = {}
    for row in rows:
        case = fingerprint(row.answers)
        if case in known:
            yield Duplicate(row, seq=known[case])
        elif case in lines:
            yield Duplicate(row, line=lines[case])
        else:
            lines[case] = row.line
