"""Commands of national contact points and of the secretariat: invite, certify, revoke."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cencomm.cli.context import Options, options
from cencomm.cli.files import read_bytes, write_new
from cencomm.cli.rendering import moment
from cencomm.cli.running import Line, confirm, with_client
from cencomm.cli.sheets import hand_out
from cencomm.client import account
from cencomm.client.account import PendingRequest
from cencomm.client.api import Client
from cencomm.crypto.certificates import Certificate

PANEL = "Contact point and secretariat"
_SECRETARIAT = "secretariat"


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel=PANEL)(invite)
    app.command(rich_help_panel=PANEL)(requests)
    app.command(rich_help_panel=PANEL)(certify)
    app.command(rich_help_panel=PANEL)(revoke)


def invite(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="ACCOUNT", help="KE for a contact point, KE/otieno for an officer.")],
    display_name: Annotated[str, typer.Argument(metavar="NAME", help="The person's or office's name.")],
    sheet: Annotated[
        Path | None, typer.Option("--sheet", "-o", help="Also write the enrolment sheet as a page to print.")
    ] = None,
) -> None:
    """Invite an account and make its enrolment sheet.

    The secretariat invites contact points, a contact point invites its officers.
    """

    async def whole(client: Client, given: Options) -> None:
        made = await account.invite(client, name, display_name)
        hand_out(given.output, made, sheet)

    with_client(context, whole, Line.SIGNED_IN)


def requests(
    context: typer.Context,
    save: Annotated[
        Path | None, typer.Option("--save", metavar="FOLDER", help="Write each to a file, for the root ceremony.")
    ] = None,
) -> None:
    """List who waits to be certified by you."""

    async def whole(client: Client, given: Options) -> None:
        found = await account.pending_requests(client)
        files = [_save(save, each) if save is not None else "" for each in found]
        given.output.table(
            "",
            given.output.columns("account", "name", "asked", *(("file",) if save is not None else ())),
            [
                (each.account, each.display_name, moment(each.requested_at_ms), *((file,) if save is not None else ()))
                for each, file in zip(found, files, strict=True)
            ],
            [
                {"account": each.account, "display_name": each.display_name, "kind": each.kind, "file": file or None}
                for each, file in zip(found, files, strict=True)
            ],
        )

    with_client(context, whole, Line.SIGNED_IN)


def _save(folder: Path, request: PendingRequest) -> str:
    target = folder / f"{request.account.replace('/', '-')}.request"
    write_new(target, request.encode())
    return str(target)


def certify(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="ACCOUNT", help="Who to certify, for example KE/otieno.")
    ] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Everybody who waits.")] = False,
    root_key: Annotated[
        Path | None,
        typer.Option("--root-key", exists=True, dir_okay=False, help="Secretariat: certify with this root key file."),
    ] = None,
    certificate: Annotated[
        list[Path] | None,
        typer.Option("--certificate", exists=True, dir_okay=False, help="Secretariat: publish what the ceremony made."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Certify officers (contact point) or contact points (secretariat).

    Only certify people whom you gave their sheet to. The request bears the mark of the sheet that you made.
    """
    given = options(context)
    if not names and not everybody and not certificate:
        raise typer.BadParameter("name an account, or use --all or --certificate")
    password = given.password("root_password") if root_key is not None else given.password()

    async def whole(client: Client, given: Options) -> None:
        for file in certificate or ():
            made = Certificate.decode(read_bytes(file))
            await account.publish_certificate(client, made)
            given.output.say(given.output.text("published", account=made.subject), {"certified": made.subject})
        if not names and not everybody:
            return
        for request in await _chosen(client, names or [], everybody):
            question = given.output.text("ask.certify", account=request.account, name=request.display_name)
            confirm(given, question, yes)
            await _certify(client, request, root_key, password)
            given.output.say(given.output.text("certified", account=request.account), {"certified": request.account})

    with_client(context, whole, Line.SIGNED_IN)


async def _chosen(client: Client, names: list[str], everybody: bool) -> list[PendingRequest]:
    waiting = {each.account: each for each in await account.pending_requests(client)}
    if everybody:
        return list(waiting.values())
    missing = [name for name in names if name not in waiting]
    if missing:
        raise typer.BadParameter(f"no request is waiting of {', '.join(missing)}", param_hint="ACCOUNT")
    return [waiting[name] for name in names]


async def _certify(client: Client, request: PendingRequest, root_key: Path | None, password: str) -> None:
    if client.account.kind != _SECRETARIAT:
        await account.certify(client, request, password)
        return
    if root_key is None:
        raise typer.BadParameter("contact points are certified with the root key", param_hint="--root-key")
    made = await account.certify_ncp(root_key, password, request)
    await account.publish_certificate(client, made)


def revoke(
    context: typer.Context,
    subject: Annotated[
        str, typer.Argument(metavar="OFFICER|DEVICE", help="KE/otieno, or KE/otieno/laptop for one device.")
    ],
    since: Annotated[
        datetime | None,
        typer.Option("--since", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="Compromised since then (UTC)."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Revoke an officer of your administration, or one device. Cannot be undone.

    If an unlocked device was stolen, revoke the officer, not only the device.
    """
    given = options(context)
    confirm(given, given.output.text("ask.revoke", subject=subject), yes)
    password = given.password()
    since_ms = int(since.replace(tzinfo=UTC).timestamp() * 1000) if since is not None else None

    async def whole(client: Client, given: Options) -> None:
        await account.revoke(client, subject, password, compromised_since_ms=since_ms)
        given.output.say(given.output.text("revoked", subject=subject), {"revoked": subject})

    with_client(context, whole, Line.SIGNED_IN)
