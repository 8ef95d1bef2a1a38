"""`cencomm admin doctor`: findings as sentences, or as one JSON object a line; the exit status says the worst."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from cencomm.cli.context import EXIT_DIFFERS, options, run_async
from cencomm.cli.serving import DataDir

STYLES = {"ok": "green", "warning": "yellow", "wrong": "bold red"}


def doctor(
    context: typer.Context,
    data_dir: DataDir = None,
    strict: Annotated[bool, typer.Option("--strict", help="Leave with a status for warnings too.")] = False,
) -> None:
    """Look whether everything that the server needs stands as it should, and say what to do where it does not.

    Changes nothing. Run it as the user and with the settings of the server. Exit status 0: nothing is wrong; 4:
    something is (with --strict, a warning counts too).
    """
    from cencomm.server.clock import wall_clock_ms  # noqa: PLC0415  imported when it runs, like all of the server
    from cencomm.server.doctor import Level, examine  # noqa: PLC0415  likewise

    given = options(context)
    environ = dict(os.environ)
    if data_dir is not None:
        environ["CENCOMM_DATA_DIR"] = str(data_dir)
    findings = run_async(given.output, lambda: examine(environ, wall_clock_ms))
    for finding in findings:
        level = finding.level.value
        says = given.output.text(f"doctor.{finding.code}", **finding.facts)
        given.output.say(
            given.output.text(f"doctor.level.{level}", finding=says),
            {"level": level, "code": finding.code, "facts": finding.facts, "says": says},
            style=STYLES[level],
        )
    counting = (Level.WRONG, Level.WARNING) if strict else (Level.WRONG,)
    if any(finding.level in counting for finding in findings):
        raise typer.Exit(EXIT_DIFFERS)
