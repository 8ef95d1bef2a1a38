"""Commands `extract` and `verify`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cencomm.cli.context import EXIT_DIFFERS, Options, options
from cencomm.cli.files import make_room
from cencomm.cli.groups import Group, show_alarms
from cencomm.cli.rendering import checked_name, finding_place, finding_sentence
from cencomm.cli.running import find_cug, with_client
from cencomm.client import verify as verification
from cencomm.client.api import Client
from cencomm.client.errors import BundleDamaged
from cencomm.client.extraction import extract as extract_cug
from cencomm.client.extraction_files import Scope
from cencomm.client.extraction_formats import DEFAULT, Format
from cencomm.export.profiles import Profile

PANEL = "Extraction"


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel=PANEL)(extract)
    app.command(rich_help_panel=PANEL)(verify)


def extract(
    context: typer.Context,
    group: Group,
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="New folder, or a file ending in .zip.")],
    profile: Annotated[
        Profile,
        typer.Option("--profile", help="How much leaves: all; without what leads to a person; or for statistics only."),
    ] = Profile.FULL,
    formats: Annotated[
        list[Format] | None,
        typer.Option("--format", "-f", help="What to write; may stand several times. XLSX and CSV if it does not."),
    ] = None,
) -> None:
    """Write every record of a group to XLSX, CSV and other formats, with proofs. Organisers and OCU analysts.

    Everybody in the group sees that you did. Works on a new device too: your password opens the archive. In the full
    profile TARGET holds names and free text in the clear: keep it as such data must be kept. Below it, records whose
    marking keeps them in the group stay there.
    """
    scope = Scope(profile, tuple(dict.fromkeys(formats or DEFAULT)))
    make_room(target, "TARGET")
    password = options(context).password()

    async def whole(client: Client, given: Options) -> None:
        cug = await find_cug(client, group)
        show_alarms(given, cug)
        with given.output.progress() as progress:
            task = progress.add_task(given.output.text("progress.extracting"), total=None)
            made = await extract_cug(
                client,
                cug,
                target,
                password,
                language=given.output.language,
                scope=scope,
                on_progress=lambda done, total: progress.update(task, completed=done, total=total),
            )
        given.output.say(
            given.output.text(
                "extracted",
                path=str(made.path),
                seq=made.up_to_seq,
                records=made.records,
                forms=made.forms,
                manifest=made.manifest_hash.hex(),
            ),
            {
                "path": str(made.path),
                "records": made.records,
                "forms": made.forms,
                "unopened": made.unopened,
                "withheld": made.withheld,
                "profile": str(profile),
                "up_to_seq": made.up_to_seq,
                "manifest_hash": made.manifest_hash,
            },
        )
        if made.unopened:
            given.output.note(given.output.text("unopened", records=made.unopened), style="yellow")
        if made.withheld:
            given.output.note(given.output.text("withheld", records=made.withheld), style="yellow")

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
            task = progress.add_task(given.output.text("progress.verifying"), total=None)
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
            output.text(
                "verify.wrong",
                where=finding_place(failure, output.language),
                says=finding_sentence(failure, output.language),
            ),
            {"check": failure.check, "where": failure.where, "says": failure.says},
            style="bold red",
        )
    for notice in verdict.notices:
        output.say(
            output.text(
                "verify.note",
                where=finding_place(notice, output.language),
                says=finding_sentence(notice, output.language),
            ),
            {"notice": notice.check, "where": notice.where},
            style="yellow",
        )
    if not output.as_json:
        output.table(
            output.text("verify.title", title=verdict.title, officer=verdict.extracted_by),
            output.columns("checked", "number"),
            [(checked_name(name, output.language), str(count)) for name, count in verdict.checked.items()],
            [],
        )
        if not pinned:
            output.note(output.text("verify.root", root=verdict.root_public_key.hex()))
    failures = len(verdict.failures)
    said = output.text("verify.fits") if verdict.ok else output.text("verify.failures", failures=failures)
    output.say(
        said,
        {"ok": verdict.ok, "failures": failures, "notices": len(verdict.notices), **verdict.checked},
        style="bold green" if verdict.ok else "bold red",
    )
    if not verdict.ok:
        raise typer.Exit(EXIT_DIFFERS)
