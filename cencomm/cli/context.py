"""What every command shares: the options before its name, the password, and the way to run an async command."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn, ParamSpec, TypeVar

import typer

from cencomm.cli.output import Output
from cencomm.client.errors import ServerUnreachable
from cencomm.errors import DomainError

P = ParamSpec("P")
R = TypeVar("R")

EXIT_REFUSED = 1
EXIT_UNREACHABLE = 3
EXIT_DIFFERS = 4
"""A verification or a comparison found something wrong. (2 is wrong usage, as typer has it.)"""


@dataclass(slots=True)
class Options:
    """The options that stand before the command's name."""

    profile: Path
    output: Output
    password_file: Path | None
    typed: dict[str, str] = field(default_factory=dict, repr=False)
    """Passwords already asked for in this run, by the name of their prompt."""

    def password(self, prompt: str = "password") -> str:
        """From --password-file, CENCOMM_PASSWORD or the keyboard, asked once (by the text `prompt.<prompt>`)."""
        given = self._given()
        if given is not None:
            return given
        if prompt not in self.typed:
            asked = self.output.text(f"prompt.{prompt}")
            self.typed[prompt] = str(typer.prompt(asked, hide_input=True, err=True))
        return self.typed[prompt]

    def new_password(self, prompt: str = "new_password") -> str:
        """Like `password`, but typed twice."""
        given = self._given()
        if given is not None:
            return given
        return self.typed_twice(prompt)

    def typed_twice(self, prompt: str) -> str:
        """Only from the keyboard, twice the same."""
        again = self.output.text("prompt.repeat")
        return str(
            typer.prompt(self.output.text(f"prompt.{prompt}"), hide_input=True, confirmation_prompt=again, err=True)
        )

    def _given(self) -> str | None:
        if self.password_file is not None:
            return self.password_file.read_text(encoding="utf-8").rstrip("\r\n")
        return os.environ.get("CENCOMM_PASSWORD") or None


def options(context: typer.Context) -> Options:
    found = context.find_object(Options)
    if found is None:
        raise RuntimeError("the main callback has not run")
    return found


def refuse(output: Output, error: DomainError) -> NoReturn:
    """Say the error and leave with its exit code."""
    output.error(error)
    raise typer.Exit(EXIT_UNREACHABLE if isinstance(error, ServerUnreachable) else EXIT_REFUSED)


def run_async(output: Output, work: Callable[[], Awaitable[R]]) -> R:
    """Run one command to its end; a refusal becomes a sentence and an exit code, Ctrl-C a quiet end."""

    async def whole() -> R:
        return await work()

    try:
        return asyncio.run(whole())
    except DomainError as error:
        refuse(output, error)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def default_profile() -> Path:
    """Where a profile lies unless --profile or CENCOMM_PROFILE says otherwise."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "cencomm" / "profile"
