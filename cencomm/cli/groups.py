"""Commands for groups: open, list, admit, remove, leave, close."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cencomm.cli.context import Options, options
from cencomm.cli.files import read_bytes
from cencomm.cli.output import Output
from cencomm.cli.rendering import alarm_sentence
from cencomm.cli.running import Line, confirm, find_cug, with_client
from cencomm.client.api import Client
from cencomm.client.cug import Cug, CugState
from cencomm.crypto.group_context import History, Role
from cencomm.ids import OfficerId
from cencomm.templates_forms.model import OPENING, STANDARD, Template, standard

PANEL = "Groups"
_PRESENCE_SECONDS = 3.0
"""How long the server is given to say who is on line."""

Group = Annotated[str, typer.Argument(metavar="GROUP", help="Title or id of the group.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel=PANEL)(cugs)
    app.command("open", rich_help_panel=PANEL)(open_group)
    app.command(rich_help_panel=PANEL)(members)
    app.command(rich_help_panel=PANEL)(presence)
    app.command(rich_help_panel=PANEL)(admit)
    app.command(rich_help_panel=PANEL)(remove)
    app.command(rich_help_panel=PANEL)(leave)
    app.command(rich_help_panel=PANEL)(close)


def cugs(context: typer.Context) -> None:
    """List your groups."""

    async def show(client: Client, given: Options) -> None:
        found = client.cugs()
        for each in found:
            await find_cug(client, each.id.hex())
        titles = [each.title for each in found]
        with_id = len(set(titles)) < len(titles)
        given.output.table(
            "",
            given.output.columns("title", "operation", "your_role", "state", "up_to", *(("id",) if with_id else ())),
            [(*_row(each, given.output), *((each.id.hex(),) if with_id else ())) for each in found],
            [_data(each) for each in found],
        )
        for each in found:
            show_alarms(given, each)

    with_client(context, show)


def _row(cug: Cug, output: Output) -> tuple[str, ...]:
    role = output.text(f"role.{cug.role.value}") if cug.role is not None else ""
    return (cug.title, cug.operation_code, role, output.text(f"state.{cug.state.value}"), str(cug.last_seq))


def _data(cug: Cug) -> dict[str, object]:
    return {
        "cug_id": cug.id,
        "title": cug.title,
        "operation_code": cug.operation_code,
        "role": cug.role.value if cug.role is not None else None,
        "state": cug.state.value,
        "last_seq": cug.last_seq,
        "epoch": cug.epoch,
    }


def show_alarms(given: Options, cug: Cug) -> None:
    """Say in words, beside the result, what does not fit in a group's log."""
    for alarm in cug.alarms():
        given.output.note(alarm_sentence(alarm, given.output.language), style="bold yellow")


def open_group(
    context: typer.Context,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="Title; only members can read it.")],
    code: Annotated[str, typer.Option("--code", help="Code of the operation.")] = "",
    about: Annotated[str, typer.Option("--about", help="A few words on what it is for.")] = "",
    history: Annotated[
        str, typer.Option("--history", help="What a late member reads: full, from_join or none.")
    ] = History.FULL.value,
    template: Annotated[
        list[str] | None,
        typer.Option("--template", "-t", help=f"Form to use: {', '.join(STANDARD)}, or a file. May be repeated."),
    ] = None,
) -> None:
    """Open a group for an operation. You are its organiser."""
    chosen = _history(history)
    wanted = [_template(name) for name in template or list(OPENING)]

    async def start(client: Client, given: Options) -> None:
        cug = await client.open_cug(title, operation_code=code, about=about, history=chosen, templates=wanted)
        await cug.flush()
        given.output.say(
            given.output.text("opened", group=title, command=f"cencomm admit {title!r} KE/otieno"), {"cug_id": cug.id}
        )

    with_client(context, start)


def _history(value: str) -> History:
    try:
        return History(value)
    except ValueError:
        raise typer.BadParameter(
            f"one of {', '.join(each.value for each in History)}", param_hint="--history"
        ) from None


def _role(value: str) -> Role:
    try:
        return Role(value)
    except ValueError:
        raise typer.BadParameter(f"one of {', '.join(each.value for each in Role)}", param_hint="--role") from None


def _template(name: str) -> Template:
    if name in STANDARD:
        return standard(name)
    return Template.decode_unchecked(read_bytes(Path(name)))


def members(context: typer.Context, group: Group) -> None:
    """Show who is in a group, and who of them is on line now. When somebody last was is not kept anywhere."""

    async def show(client: Client, given: Options) -> None:
        cug = await find_cug(client, group)
        found = cug.members()
        is_open = cug.state is CugState.OPEN
        present = await client.presence.ask(cug.id, _PRESENCE_SECONDS) if is_open else None
        given.output.table(
            "",
            given.output.columns("officer", "name", "role", "devices", "on_line"),
            [
                (
                    each.officer_id,
                    each.display_name,
                    given.output.text(f"role.{each.role.value}"),
                    ", ".join(d.rpartition("/")[2] for d in each.devices),
                    given.output.text("on_line") if present is not None and each.officer_id in present else "",
                )
                for each in found
            ],
            [
                {
                    "officer": each.officer_id,
                    "display_name": each.display_name,
                    "role": each.role.value,
                    "devices": each.devices,
                    "on_line": None if present is None else each.officer_id in present,
                }
                for each in found
            ],
        )

    with_client(context, show)


def presence(
    context: typer.Context,
    shown: Annotated[
        bool | None, typer.Option("--show/--hide", help="Whether the others see that you are on line.")
    ] = None,
) -> None:
    """Say whether the members of your groups see that you are on line and that you type, or change it."""

    async def choose(client: Client, given: Options) -> None:
        if shown is not None:
            await client.api.set_shown(shown=shown)
        now = await client.api.is_shown()
        given.output.say(given.output.text("presence_shown" if now else "presence_hidden"), {"shown": now})

    with_client(context, choose, Line.SIGNED_IN)


def admit(
    context: typer.Context,
    group: Group,
    officers: Annotated[list[str], typer.Argument(metavar="OFFICER", help="For example KE/otieno.")],
    role: Annotated[
        str, typer.Option("--role", help=f"One of: {', '.join(each.value for each in Role)}.")
    ] = Role.OFFICER.value,
) -> None:
    """Admit officers with all their devices. Organisers only."""
    chosen = _role(role)

    async def change(client: Client, given: Options) -> None:
        cug = await find_cug(client, group)
        await cug.admit_all({OfficerId(officer): chosen for officer in officers})
        given.output.say(
            given.output.text("admitted", officers=", ".join(officers)), {"admitted": officers, "role": chosen.value}
        )

    with_client(context, change)


def remove(
    context: typer.Context,
    group: Group,
    officer: Annotated[str, typer.Argument(metavar="OFFICER", help="For example KE/otieno.")],
    yes: Yes = False,
) -> None:
    """Remove an officer: he can read nothing that comes after. Organisers only."""
    given = options(context)
    confirm(given, given.output.text("ask.remove", officer=officer, group=group), yes)

    async def change(client: Client, given: Options) -> None:
        cug = await find_cug(client, group)
        await cug.remove(OfficerId(officer))
        given.output.say(given.output.text("removed", officer=officer), {"removed": officer})

    with_client(context, change)


def leave(
    context: typer.Context,
    group: Group,
    reason: Annotated[str, typer.Option("--reason", help="A few words for the others.")] = "",
    yes: Yes = False,
) -> None:
    """Leave a group. An organiser's client then removes you."""
    given = options(context)
    confirm(given, given.output.text("ask.leave", group=group), yes)

    async def change(client: Client, given: Options) -> None:
        cug = await find_cug(client, group)
        await cug.leave(reason)
        await cug.flush()
        given.output.say(given.output.text("left"), {"left": True})

    with_client(context, change)


def close(context: typer.Context, group: Group, yes: Yes = False) -> None:
    """Close a group for everybody and destroy its keys. Organisers only.

    Extract before: afterwards the live system cannot open the records any more. Backups expire later, and a dishonest
    member can have kept what he read.
    """
    given = options(context)
    confirm(given, given.output.text("ask.close", group=group), yes)

    async def change(client: Client, given: Options) -> None:
        cug = await find_cug(client, group)
        await cug.close()
        given.output.say(given.output.text("closed"), {"closed": cug.id})

    with_client(context, change, Line.LIVE)
