"""The command for situation reports: their figures from the group's own records, as a table or as answers to send."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import typer

from cencomm.cli.begun import administration, records
from cencomm.cli.context import Options
from cencomm.cli.forms import PANEL
from cencomm.cli.groups import Group
from cencomm.cli.running import find_cug, with_client
from cencomm.client.api import Client
from cencomm.client.newest import entry_of
from cencomm.templates_forms import words
from cencomm.templates_forms.model import Answers, Template, standard
from cencomm.templates_forms.situation import TEMPLATE, Period, situation


def register(app: typer.Typer) -> None:
    app.command("situation", rich_help_panel=PANEL)(report)


def report(
    context: typer.Context,
    group: Group,
    start: Annotated[str, typer.Option("--start", help="Beginning, with its difference from UTC: 2026-03-01T06:00Z")],
    end: Annotated[str, typer.Option("--end", help="End, not included.")],
    country: Annotated[str, typer.Option("--country", help="Of one country only; without it, of all together.")] = "",
) -> None:
    """Compute a situation report. With --json its answers, for `submit GROUP sitrep --file`."""
    period = Period(_moment(start, "--start"), _moment(end, "--end"), country)

    async def show(client: Client, given: Options) -> None:
        cug = await find_cug(client, group)
        own = administration(client.account.account)
        form, language = standard(TEMPLATE), given.output.language
        countries = {member.administration for member in cug.members()}
        reporting = sorted(each for each in countries if form.code("country", each) is not None)
        entries = (entry_of(item) for item in records(cug))
        answers: Answers = {"reporting_country": own} | situation(entries, period, reporting)
        given.output.table("", given.output.columns("field", "answer"), _lines(form, answers, language), [answers])

    with_client(context, show)


def _moment(text: str, option: str) -> datetime:
    try:
        found: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise typer.BadParameter(f"{text!r} is no moment with its difference from UTC", param_hint=option)
    return found


def _lines(form: Template, answers: Answers, language: str) -> Iterator[tuple[str, str]]:
    """Each figure with its words; in a list, a line for each row."""
    for key, value in answers.items():
        label = form.label(key, language)
        if key in ("by_heading", "by_unit"):
            yield from ((label, _row(form, row, language)) for row in value)
        elif key in ("overdue_countries", "missing_countries"):
            yield label, ", ".join(words.territory(each, language) for each in value)
        else:
            yield label, str(value)


def _row(form: Template, row: Answers, language: str) -> str:
    """`Drugs: 1.75 kilogram`: every part of it a word of the form, or a number."""
    parts = {key: str(value) for key, value in row.items()}
    heading = form.code_word("heading", parts.get("counted_heading") or parts["summed_heading"], language)
    unit = form.code_word("unit", parts["total_unit"], language) if "total_unit" in parts else ""
    return f"{heading}: {parts.get('seizures') or parts['total']} {unit}".rstrip()
