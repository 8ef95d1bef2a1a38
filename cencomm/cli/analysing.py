"""The command `analyse`: what the records of a group say together, as tables with bars, counted on this device."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from cencomm.analysis.duplicates import duplicates
from cencomm.analysis.links import links
from cencomm.analysis.quality import quality
from cencomm.analysis.reported import Dimension, Reported
from cencomm.analysis.tally import Line, Sum, tally, totals
from cencomm.cli.begun import records
from cencomm.cli.context import Options
from cencomm.cli.groups import Group
from cencomm.cli.output import Output
from cencomm.cli.running import find_cug, with_client
from cencomm.client.analysis import code_words, is_asked, question_words, reported_of, unit_words
from cencomm.client.api import Client
from cencomm.i18n import message
from cencomm.templates_forms import words
from cencomm.templates_forms.model import Template

PANEL = "Extraction"
BAR_CELLS = 16
_EIGHTHS = " ▏▎▍▌▋▊▉"
_FULL = "█"
_MOST_LINES = 20
"""Of one table for people; programs get all."""


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel=PANEL)(analyse)


def analyse(
    context: typer.Context,
    group: Group,
    by: Annotated[
        list[Dimension] | None,
        typer.Option("--by", help="Count by this only; may stand several times. Without it: by everything."),
    ] = None,
) -> None:
    """Count and add up what was reported: by country, heading, route, conveyance, concealment and day.

    Kilograms, pieces, litres and currencies are never added to each other. Then the quality of what each country sends,
    and the records that name the same container, vessel, document or warning. Nothing leaves this device.
    """

    async def show(client: Client, given: Options) -> None:
        cug = await find_cug(client, group)
        templates = {template.hash: template for template in cug.templates()}
        view = _View(given.output, list(reversed(templates.values())))
        reported = reported_of(records(cug), templates)
        view.totals(reported)
        for dimension in by or [each for each in Dimension if is_asked(view.templates, each)]:
            view.tally(reported, dimension)
        if not by:
            members = {member.administration for member in cug.members()}
            view.quality(reported, [each for each in members if each in words.territories()])
            seqs = {item.client_ref.hex(): item.seq for item in records(cug)}
            view.links(reported, seqs)
            view.duplicates(reported, seqs)

    with_client(context, show)


class _View:
    """Tables for people in their language, or one line of JSON for each row."""

    def __init__(self, output: Output, templates: Sequence[Template]) -> None:
        self._output = output
        self.templates = templates

    def _text(self, key: str) -> str:
        return message(f"web.figures.{key}", {}, self._output.language)

    def totals(self, reported: Sequence[Reported]) -> None:
        found = totals(reported)
        rows = [
            (self._text("seizures"), str(found.records)),
            (self._text("arrests"), str(found.arrests)),
            *((self._text("quantities"), self._sum(each)) for each in found.sums),
            *((self._text("value"), self._sum(each)) for each in found.money),
        ]
        self._output.table("", self._output.columns("figure", "number"), rows, [{"table": "totals", **asdict(found)}])

    def tally(self, reported: Sequence[Reported], dimension: Dimension) -> None:
        lines = tally(reported, dimension)
        most = max((line.records for line in lines), default=0)
        shown = lines[-_MOST_LINES:] if dimension is Dimension.DAY else lines[:_MOST_LINES]
        has_money = any(line.money for line in lines)
        head = (self._text(dimension), self._text("seizures"), "", self._text("quantities"), self._text("value"))
        columns = len(head) if has_money else len(head) - 1
        self._output.table(
            self._text(f"by_{dimension}"),
            head[:columns],
            [self._line(line, dimension, most)[:columns] for line in shown],
            [{"table": f"by_{dimension}", **asdict(line)} for line in lines],
        )
        if len(lines) > len(shown) and not self._output.as_json:
            self._output.note(self._output.text("more_lines", lines=len(lines) - len(shown)))

    def _line(self, line: Line, dimension: Dimension, most: int) -> tuple[str, ...]:
        return (
            code_words(self.templates, dimension, line.code, self._output.language),
            str(line.records),
            bar(line.records, most),
            "\n".join(map(self._sum, line.sums)),
            "\n".join(map(self._sum, line.money)),
        )

    def _sum(self, each: Sum) -> str:
        return f"{each.total} {unit_words(self.templates, each.unit, self._output.language)}"

    def quality(self, reported: Iterable[Reported], members: Sequence[str]) -> None:
        found = quality(reported, members)
        keys = ("q_records", "q_seizures", "q_errors", "q_warnings", "q_unknown", "q_hours")
        self._output.table(
            self._text("quality"),
            (self._text("from"), *(self._text(key) for key in keys)),
            [
                (
                    words.territory(each.country, self._output.language),
                    *map(str, (each.records, each.seizures, each.errors, each.warnings, each.unknown)),
                    "" if each.hours is None else str(each.hours),
                )
                for each in found
            ],
            [{"table": "quality", **asdict(each)} for each in found],
        )

    def duplicates(self, reported: Sequence[Reported], seqs: Mapping[str, int]) -> None:
        found = duplicates(reported)
        if not found and not self._output.as_json:
            self._output.note(self._output.text("no_duplicates"))
            return
        self._output.table(
            self._output.text("duplicates"),
            (self._text("same"), self._text("named"), self._text("q_records")),
            [
                (
                    question_words(self.templates, each.by, self._output.language),
                    each.value,
                    f"{seqs[each.first]}, {seqs[each.second]}",
                )
                for each in found[:_MOST_LINES]
            ],
            [{"table": "duplicates", **asdict(each)} for each in found],
        )

    def links(self, reported: Iterable[Reported], seqs: Mapping[str, int]) -> None:
        found = links(reported)
        if not found and not self._output.as_json:
            self._output.note(self._text("no_links"))
            return
        self._output.table(
            self._text("links"),
            (self._text("same"), self._text("named"), self._text("q_records")),
            [
                (
                    question_words(self.templates, link.by, self._output.language),
                    link.value,
                    ", ".join(str(seqs[ref]) for ref in link.refs),
                )
                for link in found[:_MOST_LINES]
            ],
            [{"table": "links", **asdict(link)} for link in found],
        )


def bar(value: int, most: int) -> str:
    """A bar of characters: `most` is the whole width, and whatever is more than nothing can be seen."""
    eighths = max(value * BAR_CELLS * 8 // most, 1) if value > 0 else 0
    whole, rest = divmod(eighths, 8)
    return (_FULL * whole + _EIGHTHS[rest]).rstrip()
