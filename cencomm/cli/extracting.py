"""Commands `extract` and `verify`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cencomm.cli.context import EXIT_DIFFERS, Options, options
from cencomm.cli.groups import Group, show_alarms
from cencomm.cli.running import find_cug, with_client
from cencomm.client import verify as verification
from cencomm.client.api import Client
from cencomm.client.errors import BundleDamaged
from cencomm.client.extraction import extract as extract_cug

PANEL = "Extraction"


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel=PANEL)(extract)
    app.command(rich_help_panel=PANEL)(verify)


def extract(
    context: typer.Context,
    group: Group,
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="New folder, or a file ending in .zip.")],
) -> None:
    """Write every record of a group to XLSX and CSV, with proofs. Organisers and OCU analysts.

    Everybody in the group sees that you did. Works on a new device too: your password opens the archive. TARGET holds
    names and free text in the clear: keep it as such data must be kept.
    """
    if target.exists():
        raise typer.BadParameter(f"{target} exists already; choose another name", param_hint="TARGET")
    password = options(context).password()

    async def whole(client: Client, given: Options) -> None:
        cug = await find_cug(client, group)
        show_alarms(given, cug)
        with given.output.progress() as progress:
            task = progress.add_task("Extracting", total=None)
            made = await extract_cug(
                client,
                cug,
                target,
                password,
                language=given.output.language,
                on_progress=lambda done, total: progress.update(task, completed=done, total=total),
            )
        given.output.say(
            f"Extracted {made.records} records ({made.forms} forms) up to no. {made.up_to_seq} to {made.path}. "
            f"The group was told.\nManifest: {made.manifest_hash.hex()}",
            {
                "path": str(made.path),
                "records": made.records,
                "forms": made.forms,
                "unopened": made.unopened,
                "up_to_seq": made.up_to_seq,
                "manifest_hash": made.manifest_hash,
            },
        )
        if made.unopened:
            given.output.note(
                f"{made.unopened} records could not be opened; the extraction lists them.", style="yellow"
            )

    with_client(context, whole)


def verify(
    context: typer.Context,
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", exists=True, help="Folder or .zip made by `extract`.")],
    root: Annotated[
        str | None,
        typer.Option(
            "--root", metavar="HEX", help="Root public key that you trust, from an enrolment sheet or the ceremony."
        ),
    ] = None,
) -> None:
    """Check an extraction again from its proofs, without a network or an account.

    Exit code 4 if anything at all is wrong. It proves which device sent a record, not which person.
    """
    given = options(context)
    pinned = _root(root)

    try:
        with given.output.progress() as progress:
            task = progress.add_task("Verifying", total=None)
            verdict = verification.verify(
                bundle,
                root_public_key=pinned,
                on_progress=lambda done, total: progress.update(task, completed=done, total=total),
            )
    except BundleDamaged as error:
        given.output.error(error)
        raise typer.Exit(EXIT_DIFFERS) from None
    _report(given, verdict, pinned is not None)


def _root(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != 32:
        raise typer.BadParameter("64 hexadecimal digits", param_hint="--root")
    return found


def _report(given: Options, verdict: verification.Verdict, pinned: bool) -> None:
    output = given.output
    for failure in verdict.failures:
        output.say(
            f"WRONG {failure.where}: {failure.says}",
            {"check": failure.check, "where": failure.where, "says": failure.says},
            style="bold red",
        )
    for notice in verdict.notices:
        output.say(
            f"Note {notice.where}: {notice.says}", {"notice": notice.check, "where": notice.where}, style="yellow"
        )
    if not output.as_json:
        output.table(
            f"{verdict.title}, extracted by {verdict.extracted_by}",
            ("Checked", "Number"),
            [(name, str(count)) for name, count in verdict.checked.items()],
            [],
        )
        if not pinned:
            output.note(f"Root key of this extraction: {verdict.root_public_key.hex()}. Compare it with your sheet's.")
    said = "Everything fits." if verdict.ok else f"{len(verdict.failures)} things are wrong."
    output.say(
        said,
        {"ok": verdict.ok, "failures": len(verdict.failures), "notices": len(verdict.notices), **verdict.checked},
        style="bold green" if verdict.ok else "bold red",
    )
    if not verdict.ok:
        raise typer.Exit(EXIT_DIFFERS)
