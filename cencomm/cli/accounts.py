"""Commands for one's own account and devices."""

from __future__ import annotations

import io
import platform
import re
from pathlib import Path
from typing import Annotated

import segno
import typer

from cencomm.cli.context import Options, options, run_async
from cencomm.cli.files import read_bytes
from cencomm.cli.rendering import moment
from cencomm.cli.running import Line, confirm, with_client
from cencomm.cli.sheets import from_groups, in_groups
from cencomm.client import account
from cencomm.client.api import Client
from cencomm.client.device_codes import device_code
from cencomm.crypto.device_code import DEVICE_CODE_PREFIX, DeviceCode, parse_device_code
from cencomm.crypto.enrolment import Sheet, parse_sheet
from cencomm.ids import DeviceId
from cencomm.wire.http import DeviceOut

PANEL = "Your account"
_NOT_IN_DEVICE_NAMES = re.compile(r"[^a-z0-9-]+")
_MAX_DEVICE_NAME = 64
_HALVES = {"00": " ", "10": "▀", "01": "▄", "11": "█"}

SheetText = Annotated[
    str | None, typer.Argument(metavar="SHEET", help="The sheet's text (cencomm1:…); asked for if left out.")
]
SheetFile = Annotated[
    Path | None, typer.Option("--sheet-file", exists=True, dir_okay=False, help="File with the sheet's text.")
]
Device = Annotated[
    str | None, typer.Option("--device", help="Name for this device, for example laptop.", show_default="host name")
]


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel=PANEL)(enrol)
    app.command("sign-in", rich_help_panel=PANEL)(sign_in)
    app.command(rich_help_panel=PANEL)(recover)
    app.command(rich_help_panel=PANEL)(password)
    app.command(rich_help_panel=PANEL)(devices)
    app.command("device-code", rich_help_panel=PANEL)(show_device_code)


def enrol(context: typer.Context, sheet: SheetText = None, sheet_file: SheetFile = None, device: Device = None) -> None:
    """Begin: make your keys with your enrolment sheet and choose a password.

    Afterwards your contact point certifies you; until then you can sign in but not join a group.
    """
    given = options(context)
    parsed = _sheet(given, sheet, sheet_file)
    chosen = given.new_password()
    name = device or device_name()
    run_async(given.output, lambda: account.enrol(given.profile, parsed, chosen, device=name))
    given.output.say(
        given.output.text("enrolled", account=parsed.account, device=name),
        {"account": parsed.account, "device": name, "profile": str(given.profile)},
    )


def sign_in(
    context: typer.Context, sheet: SheetText = None, sheet_file: SheetFile = None, device: Device = None
) -> None:
    """Set up a new device of an account that exists: needs your password, and your sheet or the code that another of
    your devices shows (`cencomm device-code`, or Settings in the browser)."""
    given = options(context)
    parsed = _proof(_typed(given, sheet, sheet_file))
    secret = given.password()
    name = device or device_name()
    run_async(given.output, lambda: account.sign_in_new_device(given.profile, parsed, secret, device=name))
    given.output.say(
        given.output.text("signed_in", account=parsed.account, device=name),
        {"account": parsed.account, "device": name, "profile": str(given.profile)},
    )


def recover(
    context: typer.Context, sheet: SheetText = None, sheet_file: SheetFile = None, device: Device = None
) -> None:
    """Forgot your password? Set a new one with your sheet, on a new profile."""
    given = options(context)
    parsed = _sheet(given, sheet, sheet_file)
    chosen = given.new_password()
    name = device or device_name()
    run_async(given.output, lambda: account.recover(given.profile, parsed, chosen, device=name))
    given.output.say(
        given.output.text("recovered", account=parsed.account, device=name),
        {"account": parsed.account, "device": name, "profile": str(given.profile)},
    )


def password(context: typer.Context) -> None:
    """Change your password. Your other devices ask for the new one."""
    given = options(context)
    old = given.password("old_password")
    given.typed["password"] = old
    new = given.typed_twice("new_password")

    async def change(client: Client, given: Options) -> None:
        await account.change_password(client, old, new)
        given.output.say(given.output.text("password_changed"), {"changed": True})

    with_client(context, change, Line.SIGNED_IN)


def devices(
    context: typer.Context,
    forget: Annotated[
        str | None, typer.Option("--end", metavar="NAME", help="End this device's access to the server.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """List your devices; end one that you no longer use.

    If a device was stolen, have your contact point revoke it: only that reaches the groups.
    """
    given = options(context)
    if forget is not None:
        confirm(given, given.output.text("ask.end_device", device=forget), yes)

    async def show(client: Client, given: Options) -> None:
        if forget is not None:
            await account.revoke_device(client, _full_name(client, forget))
        found = await account.devices(client)
        given.output.table(
            "",
            given.output.columns("device", "since", "state"),
            [
                (
                    each.device_id,
                    moment(each.registered_at_ms),
                    _state(given, client, each),
                )
                for each in found
            ],
            [
                {"device": each.device_id, "registered_at_ms": each.registered_at_ms, "ended": each.revoked}
                for each in found
            ],
        )

    with_client(context, show, Line.SIGNED_IN)


def show_device_code(context: typer.Context) -> None:
    """Show a code that lets a new device in, together with your password: as a QR code and as text to type.

    Whoever has this code and your password is you: show it to your own devices only.
    """
    given = options(context)
    secret = given.password()

    async def show(client: Client, given: Options) -> None:
        code = await device_code(client, secret)
        text = code.text()
        given.output.picture(qr_lines(f"{code.server_url}/#code={text}"))
        given.output.say(
            given.output.text("device_code.shown", account=code.account) + "\n\n" + in_groups(text),
            {"account": code.account, "code": text},
        )

    with_client(context, show, Line.SIGNED_IN)


def qr_lines(text: str) -> str:
    """A QR code in half blocks, two rows a line."""
    drawn = io.StringIO()
    segno.make(text, error="l", micro=False).save(drawn, kind="txt", border=2)
    rows = drawn.getvalue().splitlines()
    rows += ["0" * len(rows[0])] * (len(rows) % 2)
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return "\n".join("".join(_HALVES[over + under] for over, under in zip(*pair, strict=True)) for pair in pairs)


def _state(given: Options, client: Client, device: DeviceOut) -> str:
    if device.revoked:
        return given.output.text("state.ended")
    return given.output.text("state.this_device") if device.device_id == client.account.device_id else ""


def _full_name(client: Client, device: str) -> DeviceId:
    return DeviceId(device if device.count("/") == 2 else f"{client.account.account}/{device}")


def _sheet(given: Options, text: str | None, file: Path | None) -> Sheet:
    """The sheet that was given, typed or pasted. Raises what `parse_sheet` raises, as a sentence."""
    return parse_sheet(_typed(given, text, file))


def _proof(text: str) -> Sheet | DeviceCode:
    """As `_sheet`, or another device's code."""
    return parse_device_code(text) if text.lower().startswith(DEVICE_CODE_PREFIX) else parse_sheet(text)


def _typed(given: Options, text: str | None, file: Path | None) -> str:
    if file is not None:
        text = read_bytes(file).decode("utf-8", "replace")
    if text is None:
        text = str(typer.prompt(given.output.text("prompt.sheet"), err=True))
    return from_groups(text)


def device_name() -> str:
    """A name for this device, made of the host's name."""
    host = _NOT_IN_DEVICE_NAMES.sub("-", platform.node().partition(".")[0].lower()).strip("-")
    return host[:_MAX_DEVICE_NAME] or "laptop"
