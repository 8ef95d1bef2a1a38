"""What belongs together in a group's records: a question to countries, their answers, and what came of it.

A chain is all that carries one number: a warning, forwarded perhaps to further countries; feedback; seizures. A request
for information and its replies are one too. Each country that is asked has a clock of its own. Everything here follows
from the records, so that every client that has them shows the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from cencomm.templates_forms.values import Moment, parse_moment

State = Literal["open", "overdue", "answered", "closed", "forwarded"]
_DATE_LENGTH = 10
_UNDER_WAY = frozenset({"received", "in_progress"})
NUMBERS: Mapping[str, str] = {"warning": "warning_no", "rfi": "rfi_no", "alert": "alert_no"}
"""The field that holds the number of each kind of question."""
_NAMES: Mapping[str, str] = {
    **NUMBERS,
    "feedback": "warning_ref",
    "rfi_reply": "rfi_ref",
    "simplified_seizure": "linked_warning",
    "long_seizure": "linked_warning",
}
"""The field by which each form names its chain."""
SEIZURES = frozenset({"simplified_seizure", "long_seizure"})
_REPLIES: Mapping[str, str] = {"warning": "feedback", "rfi": "rfi_reply"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One record in its newest version: its reference, its template's name, when the server stored it, its answers."""

    ref: str
    template: str
    at: datetime
    answers: Mapping[str, Any]

    @property
    def country(self) -> str:
        return str(self.answers.get("reporting_country", ""))

    @property
    def number(self) -> str:
        """That of its chain; empty where it is in none."""
        value = self.answers.get(_NAMES.get(self.template, ""), "")
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Clock:
    """What one country owes: `due` as it was written, `by` the record with its last word, `late` if that came after."""

    country: str
    due: str
    state: State
    by: str
    late: bool


@dataclass(frozen=True, slots=True)
class Chain:
    number: str
    kind: str
    questions: tuple[str, ...]
    clocks: tuple[Clock, ...]
    seizures: tuple[str, ...]


def chains(entries: Iterable[Entry], now: datetime) -> tuple[Chain, ...]:
    """Every chain that has a question, in the order in which they were begun."""
    by_number: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: entry.at):
        if entry.number:
            by_number.setdefault(entry.number, []).append(entry)
    made = (_chain(number, members, now) for number, members in by_number.items())
    return tuple(chain for chain in made if chain is not None)


def _chain(number: str, members: Sequence[Entry], now: datetime) -> Chain | None:
    kind = next((entry.template for entry in members if entry.template in _REPLIES), None)
    if kind is None:
        return None
    questions = [entry for entry in members if entry.template == kind]
    replies = {entry.country: entry for entry in members if entry.template == _REPLIES[kind]}
    asked: dict[str, str] = {}
    for question in questions:
        for country in _addressees(question):
            asked.setdefault(country, _due(question))
    clocks = tuple(_clock(country, due, replies.get(country), now) for country, due in asked.items())
    seizures = tuple(entry.ref for entry in members if entry.template in SEIZURES)
    return Chain(number, kind, tuple(question.ref for question in questions), clocks, seizures)


def _addressees(question: Entry) -> list[str]:
    countries = question.answers.get("addressees")
    return [country for country in countries if isinstance(country, str)] if isinstance(countries, list) else []


def _due(question: Entry) -> str:
    answers = question.answers
    due = answers.get("due_at") if question.template == "rfi" else answers.get("act_before") or answers.get("eta")
    return due if isinstance(due, str) else ""


def _clock(country: str, due: str, reply: Entry | None, now: datetime) -> Clock:
    if reply is None or not _is_last(reply):
        late = _is_past(due, now)
        state: State = "overdue" if late else "open" if reply is None else "answered"
        return Clock(country, due, state, reply.ref if reply else "", late)
    forwarded = reply.answers.get("feedback_status") == "forwarded"
    return Clock(country, due, "forwarded" if forwarded else "closed", reply.ref, _is_past(due, reply.at))


def _is_last(reply: Entry) -> bool:
    """Whether a reply ends what its country owes."""
    if reply.template == "rfi_reply":
        return reply.answers.get("final") is True
    return reply.answers.get("feedback_status") not in _UNDER_WAY


def _is_past(due: str, at: datetime) -> bool:
    """Whether `due` lies before `at`; a day ends when it ends in UTC."""
    if not isinstance(parse_moment(due), Moment):
        return False
    if len(due) == _DATE_LENGTH:
        return at.astimezone(UTC).date().isoformat() > due
    return datetime.fromisoformat(due) < at


def next_number(entries: Iterable[Entry], template: str, country: str, year: int) -> str:
    """The number that a country's next question has: `BR-2026-18` after `BR-2026-17`."""
    used = re.compile(rf"{re.escape(country)}-{year}-([0-9]{{1,9}})")
    taken = [used.fullmatch(entry.number) for entry in entries if entry.template == template]
    return f"{country}-{year}-{max((int(found[1]) for found in taken if found), default=0) + 1}"
