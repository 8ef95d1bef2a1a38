"""Small files that commands read and write; a mistake of the caller is said as wrong usage."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from cencomm.wire.content import Answers

MAX_FILE_BYTES = 16 * 1024 * 1024


def read_bytes(path: Path) -> bytes:
    """The whole file, if it is not unreasonably large."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise typer.BadParameter(f"{path} is too large to be that")
        return path.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be read: {error.strerror}") from None


def make_room(path: Path, hint: str) -> None:
    """For something that is written later: nothing stands there, and its folder does. `hint` names the argument."""
    if path.exists():
        raise typer.BadParameter(f"{path} exists already; choose another name", param_hint=hint)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be written: {error.strerror}", param_hint=hint) from None


def write_new(path: Path, data: bytes) -> None:
    """Write a file that only the owner can read; an existing one is never overwritten."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            path.chmod(0o600)
            file.write(data)
    except FileExistsError:
        raise typer.BadParameter(f"{path} exists already; choose another name") from None
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be written: {error.strerror}") from None


def read_answers(path: Path) -> Answers:
    """A JSON object from field key to value; numbers with a fraction become text, so that nothing is rounded."""
    try:
        found = json.loads(read_bytes(path), parse_float=str)
    except (ValueError, RecursionError):
        raise typer.BadParameter(f"{path} is not JSON") from None
    if not isinstance(found, dict):
        raise typer.BadParameter(f"{path} does not hold one JSON object")
    return found
