"""`python -m cencomm.cli.demo`: a whole operation through a real server, compared record by record.

Starts a server with data of its own, lets officers of many countries report, and fails unless what the organiser
extracts is what they sent. Its last line is `demo: N sent, N extracted, 0 differ`.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from cencomm.cli import logs
from cencomm.cli.context import refuse
from cencomm.cli.demo import cast as casting
from cencomm.cli.demo import comparison, report, server, wanted
from cencomm.cli.demo.play import Play, cast_roles
from cencomm.cli.output import Output
from cencomm.errors import DomainError
from cencomm.settings import Settings
from cencomm.templates_forms.model import standard
from cencomm.templates_forms.samples import PLACES

EXIT_OFF = 1


def main(
    records: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Table of UNODC's individual drug seizures.")
    ] = None,
    database: Annotated[
        str | None, typer.Option(help="Address of an empty PostgreSQL database; SQLite if left out.")
    ] = None,
    count: Annotated[int, typer.Option(min=12, help="How many records to make up without a table.")] = 500,
    countries: Annotated[
        int, typer.Option(min=3, max=len(PLACES), help="How many countries report, without a table.")
    ] = len(PLACES),
    seed: Annotated[int, typer.Option(help="Another seed makes up other records.")] = 1,
    keep: Annotated[Path | None, typer.Option(help="Keep everything in this new folder.")] = None,
) -> None:
    """A whole operation with officers of many countries, checked record by record."""
    logs.configure(os.environ)
    output = Output(as_json=False, language="en")
    try:
        forms = wanted.from_unodc(records) if records is not None else wanted.made_up(count, seed, countries)
        if keep is not None:
            keep.mkdir(parents=True)
            is_right = asyncio.run(_run(output, forms, keep, database))
        else:
            with tempfile.TemporaryDirectory(prefix="cencomm-demo-") as place:
                is_right = asyncio.run(_run(output, forms, Path(place), database))
    except DomainError as error:
        refuse(output, error)
    if not is_right:
        raise typer.Exit(EXIT_OFF)


async def _run(output: Output, forms: list[wanted.Wanted], place: Path, database: str | None) -> bool:
    started = time.monotonic()
    settings = _settings(place, database)
    roles = cast_roles(wanted.administrations(forms))
    template = standard(wanted.TEMPLATE)

    def tell(text: str) -> None:
        output.note(f"{time.monotonic() - started:6.1f} s  {text}")

    cast, code = await casting.found(place, settings)
    async with server.running(settings, place / "server.log"):
        tell(f"the server runs at {settings.public_url}")
        with output.progress() as progress:
            people = roles.everybody
            accounts = len(people) + len({officer.partition("/")[0] for officer, _ in people}) + 1
            task = progress.add_task("Enrolling", total=accounts)
            await casting.enrol_everybody(cast, code, people, lambda _name: progress.advance(task))
            tell(f"{accounts} accounts are enrolled and certified")
            play = Play(cast, roles, forms, template, tell)
            task = progress.add_task("Reporting", total=len(forms))
            await play.run(lambda number: progress.advance(task, number))
            tell(f"{len(play.outcome.sent)} forms and {play.outcome.messages} messages were sent")
            task = progress.add_task("Extracting", total=None)
            await play.extract(
                place / "extraction", lambda done, total: progress.update(task, completed=done, total=total)
            )
    verdict = play.outcome.verdict
    assert verdict is not None
    in_csv = comparison.read_tables(place / "extraction", template)
    compared = comparison.compare(template, play.outcome.sent, verdict.records, in_csv)
    tell("everything is compared")
    report.show(output, play.outcome, compared)
    output.say(report.last_line(compared))
    return not play.outcome.wrong and not compared.differ


def _settings(place: Path, database: str | None) -> Settings:
    environ = {"CENCOMM_DATA_DIR": str(place / "server"), "CENCOMM_PORT": str(server.free_port())}
    if database is not None:
        environ["CENCOMM_DATABASE_URL"] = database
    (place / "server").mkdir()
    return Settings.from_environment(environ)


if __name__ == "__main__":
    typer.run(main)
