"""How a command gets its client: opened with the profile's password, connected as far as the command needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import TypeVar

import typer

from cencomm.cli.context import Options, options, run_async
from cencomm.client.api import Client
from cencomm.client.cug import Cug, CugState
from cencomm.client.errors import UnknownGroup

R = TypeVar("R")


class Line(Enum):
    """How much of a connection a command needs."""

    SIGNED_IN = "signed_in"
    LIVE = "live"


def with_client(context: typer.Context, work: Callable[[Client, Options], Awaitable[R]], line: Line = Line.LIVE) -> R:
    """Run `work` with this profile's client."""
    given = options(context)
    password = given.password()

    async def whole() -> R:
        async with Client.open(given.profile, password) as client:
            with given.output.waiting(given.output.text("waiting.connecting")):
                await _connect(client, line)
            return await work(client, given)

    return run_async(given.output, whole)


async def _connect(client: Client, line: Line) -> None:
    if line is Line.LIVE:
        await client.connect()
    else:
        await client.sign_in()


async def find_cug(client: Client, which: str) -> Cug:
    """The CUG of that title or id, joined and up to date.

    Raises:
        UnknownGroup: none, or several, are called so.
    """
    try:
        cug = client.cug(which)
    except UnknownGroup:
        for each in client.cugs():
            await _join(client, each)
        cug = client.cug(which)
    await _join(client, cug)
    return cug


async def _join(client: Client, cug: Cug) -> None:
    if cug.state is CugState.JOINING:
        await client.wait_for_cug(cug.id)
    if cug.state is CugState.OPEN:
        await cug.caught_up()


def confirm(given: Options, question: str, yes: bool) -> None:
    """Ask before something that cannot be taken back; --yes answers beforehand."""
    if yes:
        return
    if given.output.as_json:
        raise typer.BadParameter("with --json nobody can be asked: add --yes", param_hint="--yes")
    typer.confirm(question, abort=True, err=True)
