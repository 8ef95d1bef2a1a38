"""Commands for messages: `chat` live in the terminal, `send` one, `watch` what comes, `unsent` what was refused."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from cencomm.cli.context import Options
from cencomm.cli.groups import Group, show_alarms
from cencomm.cli.output import Output, inert
from cencomm.cli.rendering import as_data, line, templates_of
from cencomm.cli.running import find_cug, with_client
from cencomm.cli.terminal import Terminal
from cencomm.client.api import Client
from cencomm.client.cug import Cug
from cencomm.client.errors import NoAttachment
from cencomm.client.files import Progress
from cencomm.client.model import Item
from cencomm.i18n.catalogue import message, translate
from cencomm.ids import OfficerId
from cencomm.wire.content import MAX_ATTACHMENTS, Chat

PANEL = "Messages"
_EARLIER = 20
_QUIT = "/quit"
_WHO = "/who"
_LOOK_SECONDS = 1.0
"""So often it is looked whether something was typed, or whether somebody types no more."""

Language = Annotated[str, typer.Option("--lang", help="Language of the text, for example fr.")]


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel=PANEL)(chat)
    app.command(rich_help_panel=PANEL)(send)
    app.command(rich_help_panel=PANEL)(watch)
    app.command(rich_help_panel=PANEL)(unsent)
    app.command(rich_help_panel=PANEL)(save)


def send(
    context: typer.Context,
    group: Group,
    text: Annotated[str | None, typer.Argument(metavar="TEXT", help="The message; from stdin if left out.")] = None,
    lang: Language = "",
    file: Annotated[
        list[Path] | None,
        typer.Option("--file", "-f", exists=True, dir_okay=False, help="File to attach; may be given several times."),
    ] = None,
) -> None:
    """Send one message, and wait until it is in the group's log.

    Files are encrypted here before they leave; after a cut the upload goes on where it was.
    """
    files = file or []
    body = text if text is not None else "" if files else sys.stdin.read().rstrip("\n")
    if not body and not files:
        raise typer.BadParameter("there is nothing to send", param_hint="TEXT")
    if len(files) > MAX_ATTACHMENTS:
        raise typer.BadParameter(f"at most {MAX_ATTACHMENTS} files", param_hint="--file")

    async def whole(client: Client, given: Options) -> None:
        cug = await find_cug(client, group)
        if files:
            with _progress(given, "attaching") as progress:
                reference = await cug.send_files(files, body, lang, on_progress=progress)
        else:
            reference = await cug.send_text(body, lang)
        await cug.flush()
        given.output.say(given.output.text("sent"), {"client_ref": reference})

    with_client(context, whole)


def save(
    context: typer.Context,
    group: Group,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="Number of the entry, as `watch` shows it.")],
    target: Annotated[Path, typer.Argument(file_okay=False, exists=True, help="Folder to save into.")] = Path(),
) -> None:
    """Save the files of an entry: fetched, decrypted and checked here. Existing files are never written over."""

    async def whole(client: Client, given: Options) -> None:
        cug = await find_cug(client, group)
        item = cug.item(number)
        if item is None or not item.files:
            raise NoAttachment(seq=number)
        for file in item.files:
            with _progress(given, "saving") as progress:
                path = await cug.save_file(file, target, on_progress=progress)
            given.output.say(given.output.text("saved", file=str(path)), {"file": str(path), "bytes": file.size})

    with_client(context, whole)


@contextmanager
def _progress(given: Options, what: str) -> Iterator[Progress]:
    with given.output.progress() as bar:
        task = bar.add_task(given.output.text(what), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def watch(
    context: typer.Context,
    group: Group,
    after: Annotated[
        int | None, typer.Option("--after", help="Begin after this number; 0 shows everything first.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Show what is there and leave.")] = False,
) -> None:
    """Show what comes into a group until Ctrl-C."""

    async def whole(client: Client, given: Options) -> None:
        cug = await find_cug(client, group)
        show_alarms(given, cug)
        if once:
            for item in _all_items(cug, after or 0):
                _show(client, cug, given, item)
        else:
            async for item in cug.watch(after):
                _show(client, cug, given, item)

    with_client(context, whole)


def unsent(
    context: typer.Context,
    group: Group,
    discard: Annotated[bool, typer.Option("--discard", help="Forget what is shown.")] = False,
) -> None:
    """Show what you wrote and the server refused for good, with the reason."""

    async def whole(client: Client, given: Options) -> None:
        cug = await find_cug(client, group)
        found = cug.unsent()
        for one in found:
            reason = translate(one.reason, {}, given.output.language)
            text = one.content.text if isinstance(one.content, Chat) else type(one.content).__name__
            given.output.say(f"{text} — {reason}", {"client_ref": one.client_ref, "reason": one.reason, "text": text})
        if not found:
            given.output.note(given.output.text("unsent_none"))
        elif discard:
            count = sum(cug.discard(one.client_ref) for one in found)
            given.output.note(given.output.text("discarded", count=count))

    with_client(context, whole)


def _all_items(cug: Cug, after: int) -> list[Item]:
    found: list[Item] = []
    while portion := cug.items(after):
        found += portion
        after = portion[-1].seq
    return found


def _show(client: Client, cug: Cug, given: Options, item: Item) -> None:
    given.output.say(_line(client, cug, given, item), as_data(item, templates_of(cug)))


def _line(client: Client, cug: Cug, given: Options, item: Item) -> str:
    return line(item, lambda officer: client.officer_name(OfficerId(officer)), templates_of(cug), given.output.language)


def chat(context: typer.Context, group: Group, lang: Language = "") -> None:
    """Talk in a group, live. /who lists the members, /quit or Ctrl-D ends."""

    async def whole(client: Client, given: Options) -> None:
        cug = await find_cug(client, group)
        show_alarms(given, cug)
        for item in _all_items(cug, 0)[-_EARLIER:]:
            _show(client, cug, given, item)
        given.output.note(given.output.text("chat_hint", group=cug.title))
        terminal = Terminal()
        beside = [
            asyncio.create_task(_keep_showing(client, cug, given, terminal)),
            asyncio.create_task(_keep_saying_who_types(client, cug, given, terminal)),
            asyncio.create_task(_keep_telling(client, cug, terminal)),
        ]
        try:
            await _keep_sending(client, cug, given, terminal, lang)
        finally:
            for task in beside:
                task.cancel()
        await cug.flush()

    with_client(context, whole)


async def _keep_showing(client: Client, cug: Cug, given: Options, terminal: Terminal) -> None:
    async for item in cug.watch():
        client.presence.said(cug.id, OfficerId(item.officer))
        with terminal.aside():
            _show(client, cug, given, item)


async def _keep_saying_who_types(client: Client, cug: Cug, given: Options, terminal: Terminal) -> None:
    client.presence.attend(cug.id)
    while True:
        members = {member.officer_id: member.display_name for member in cug.members()}
        names = [members[name] for name in client.presence.view(cug.id).writing if name in members]
        terminal.status(inert(who_types(names, given.output)))
        await client.presence.changed(_LOOK_SECONDS)


def who_types(names: Sequence[str], output: Output) -> str:
    """Nobody, one, two, or that there are several."""
    match names:
        case []:
            return ""
        case [one]:
            return message("web.room.typing_one", {"name": one}, output.language)
        case [one, other]:
            return message("web.room.typing_two", {"first": one, "second": other}, output.language)
    return message("web.room.typing_several", {"count": len(names)}, output.language)


async def _keep_telling(client: Client, cug: Cug, terminal: Terminal) -> None:
    """Say that the officer types, while what is half typed grows or changes."""
    before = ""
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        typed = terminal.half_typed
        if typed not in ("", before) and not typed.startswith("/"):
            client.presence.typing(cug.id)
        before = typed


async def _keep_sending(client: Client, cug: Cug, given: Options, terminal: Terminal, lang: str) -> None:
    async for typed in terminal.lines():
        text = typed.strip()
        if text == _QUIT:
            return
        if text == _WHO:
            present = client.presence.view(cug.id).present or frozenset()
            for member in cug.members():
                role = given.output.text(f"role.{member.role.value}")
                here = given.output.text("on_line") if member.officer_id in present else ""
                given.output.say(f"{member.display_name} [{member.officer_id}] {role}  {here}".rstrip())
        elif text:
            await cug.send_text(typed, lang)
