"""What `submit` knows before anything is typed: earlier records of the chain, the next number, the form's defaults."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import typer

from cencomm.client.cug import Cug
from cencomm.client.model import Item
from cencomm.client.newest import entry_of, newest
from cencomm.ids import ClientRef
from cencomm.templates_forms.calculation import default_values
from cencomm.templates_forms.chain import NUMBERS, Entry, next_number
from cencomm.templates_forms.following import COUNTRY, can_follow, follow
from cencomm.templates_forms.model import Template
from cencomm.wire.content import Answers, Form

_PAGE = 1_000
_ASKED_BY = {"feedback": "warning", "rfi_reply": "rfi"}


@dataclass(frozen=True, slots=True)
class Begun:
    """Answers that need not be typed; of a new version the record that it replaces; what had no place in the form."""

    answers: Answers
    replaces: ClientRef | None = None
    record_id: bytes | None = None
    left: tuple[str, ...] = ()


def records(cug: Cug) -> tuple[Item, ...]:
    """Every form of a group in its newest version."""
    return newest(all_items(cug))


def all_items(cug: Cug) -> Iterable[Item]:
    """Everything that a group shows, in its order."""
    page = cug.items(0, _PAGE)
    while page:
        yield from page
        page = cug.items(page[-1].seq, _PAGE)


def begin(cug: Cug, template: Template, references: Sequence[str], officer: str) -> Begun:
    """What a form of `template` begins with after the records `references`.

    Raises:
        typer.BadParameter: no such record, none from which such a form begins, or the record of another officer of
            which this would be a new version.
    """
    if not references:
        return Begun({})
    found = {item.client_ref.hex(): item for item in records(cug)}
    missing = [each for each in references if each not in found]
    if missing:
        raise typer.BadParameter(f"no record {missing[0]!r}", param_hint="--from")
    given = [found[each] for each in references]
    sources = {entry.template: entry for entry in _with_questions([entry_of(item) for item in given], found.values())}
    before = next((name for name in sources if can_follow(template.id, name)), None)
    if before is None:
        raise typer.BadParameter(f"{template.id} cannot begin from these records", param_hint="--from")
    begun = follow(template, before, sources, country=administration(officer))
    origin = found[sources[before].ref]
    if not begun.replaces or not isinstance(origin.content, Form):
        return Begun(begun.answers, left=begun.left)
    if origin.officer != officer:
        raise typer.BadParameter("only who sent a record can send a new version of it", param_hint="--from")
    return Begun(begun.answers, ClientRef(origin.client_ref), origin.content.record_id, begun.left)


def administration(officer: str) -> str:
    return officer.partition("/")[0]


def _with_questions(given: list[Entry], known: Iterable[Item]) -> list[Entry]:
    """An answer brings the question with it that it answers."""
    made = list(given)
    entries = [entry_of(item) for item in known]
    for entry in given:
        kind = _ASKED_BY.get(entry.template, "")
        asked = [each for each in entries if each.template == kind and each.number == entry.number != ""]
        if all(each.template != kind for each in made):
            made += asked[:1]
    return made


def completed(cug: Cug, template: Template, answers: Answers, officer: str, now_ms: int) -> Answers:
    """`answers` with what the form itself knows: who reports, the number of a question, its defaults."""
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    made = dict(answers)
    code_list = template.fields[COUNTRY].code_list if COUNTRY in template.fields else ""
    if template.code(code_list, administration(officer)) is not None:
        made.setdefault(COUNTRY, administration(officer))
    number = NUMBERS.get(template.id, "")
    if number in template.fields and number not in made and COUNTRY in made:
        entries = [entry_of(item) for item in records(cug)]
        made[number] = next_number(entries, template.id, str(made[COUNTRY]), now.year)
    return made | default_values(template, made, now=now)
