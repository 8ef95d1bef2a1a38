"""The command for chains: which country was asked what, until when, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from cencomm.cli.begun import records
from cencomm.cli.context import Options
from cencomm.cli.forms import PANEL
from cencomm.cli.groups import Group
from cencomm.cli.output import Output
from cencomm.cli.running import find_cug, with_client
from cencomm.client.api import Client
from cencomm.client.newest import entry_of
from cencomm.templates_forms import words
from cencomm.templates_forms.chain import Chain, chains


def register(app: typer.Typer) -> None:
    app.command("chain", rich_help_panel=PANEL)(chain)


def chain(
    context: typer.Context,
    group: Group,
    number: Annotated[str | None, typer.Argument(metavar="NUMBER", help="Show this chain only.")] = None,
) -> None:
    """Show warnings and requests with a clock for each country that was asked, and the seizures that followed."""

    async def show(client: Client, given: Options) -> None:
        cug = await find_cug(client, group)
        now = datetime.fromtimestamp(client.clock.now_ms() / 1000, UTC)
        found = chains((entry_of(item) for item in records(cug)), now)
        wanted = [each for each in found if number in (None, each.number)]
        given.output.table(
            "",
            given.output.columns("number", "country", "due", "state", "record", "seizures"),
            [row for each in wanted for row in _rows(given.output, each)],
            [asdict(each) for each in wanted],
        )

    with_client(context, show)


def _rows(output: Output, found: Chain) -> Iterator[tuple[str, ...]]:
    """A line for each clock; what came of all of it stands in the first."""
    for place, clock in enumerate(found.clocks):
        state = output.text("clock.late" if clock.late and clock.state == "closed" else f"clock.{clock.state}")
        seizures = str(len(found.seizures)) if place == 0 else ""
        country = words.territory(clock.country, output.language)
        yield (found.number, country, clock.due, state, clock.by[:8], seizures)
