"""The command `cencomm`: options that every command shares, and the commands in the order in which one needs them."""

from __future__ import annotations

import locale
import os
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from cencomm.cli import (
    accounts,
    admin,
    analysing,
    bulk,
    ceremony,
    chains,
    extracting,
    forms,
    groups,
    logs,
    office,
    reference,
    releasing,
    serving,
    situation,
    talking,
    xlsform,
)
from cencomm.cli.context import Options, default_profile, refuse
from cencomm.cli.output import Output
from cencomm.errors import DomainError
from cencomm.i18n import LANGUAGES

HELP = """Encrypted groups and checked reports for joint customs operations.

First time here? You need the enrolment sheet from your contact point: `cencomm enrol`. Then
`cencomm cugs` lists your groups and `cencomm chat GROUP` opens one. A GROUP is its title or
its id. Each command explains itself: `cencomm COMMAND --help`.
"""


class Sentences(TyperGroup):
    """Says what a command is refused, wherever in the command that is noticed."""

    def invoke(self, ctx: Any) -> Any:  # Typer keeps the class of its context to itself
        try:
            return super().invoke(ctx)
        except DomainError as error:
            given = ctx.find_object(Options)
            refuse(given.output if given is not None else Output(as_json=False, language=_reader_language()), error)


app = typer.Typer(
    name="cencomm",
    cls=Sentences,
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"cencomm {version('cencomm')}")
        raise typer.Exit


def _reader_language() -> str:
    """The language of the terminal's locale where it is one of ours, else English."""
    chosen = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    language = (locale.normalize(chosen) or "en").partition("_")[0].lower()
    return language if language in LANGUAGES else "en"


def _known_language(value: str | None) -> str | None:
    if value is not None and value not in LANGUAGES:
        raise typer.BadParameter(f"one of {', '.join(LANGUAGES)}")
    return value


@app.callback()
def options(
    context: typer.Context,
    profile: Annotated[
        Path | None,
        typer.Option(
            "--profile",
            "-p",
            envvar="CENCOMM_PROFILE",
            help="Folder with this device's encrypted state.",
            show_default="~/.local/share/cencomm/profile",
        ),
    ] = None,
    password_file: Annotated[
        Path | None,
        typer.Option(
            "--password-file",
            exists=True,
            dir_okay=False,
            help="File to read the password from, instead of asking (or set CENCOMM_PASSWORD).",
        ),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(
            "--language",
            "-l",
            envvar="CENCOMM_LANGUAGE",
            callback=_known_language,
            help="Language of messages and labels: en, fr, es, ru, ar or pt.",
            show_default="your terminal's",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a line, for programs. Errors go to stderr.")
    ] = False,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    logs.configure(os.environ)
    context.obj = Options(
        profile=profile or default_profile(),
        output=Output(as_json=as_json, language=language or _reader_language()),
        password_file=password_file,
    )


for part in (accounts, groups, talking, forms, chains, releasing, situation, analysing, extracting, office, serving):
    part.register(app)
app.add_typer(bulk.app, name="bulk", rich_help_panel=bulk.PANEL)
app.add_typer(xlsform.app, name="template", rich_help_panel=xlsform.PANEL)
app.add_typer(reference.app, name="refdata", rich_help_panel=reference.PANEL)
app.add_typer(admin.app, name="admin", rich_help_panel=serving.PANEL)
app.add_typer(ceremony.app, name="ceremony", rich_help_panel=serving.PANEL)


def run() -> None:
    """The entry point of the installed script."""
    app()


if __name__ == "__main__":
    run()
