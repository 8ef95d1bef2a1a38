"""The CEN core of `cencomm serve --demo`: made-up cases and people beside the operation, with their sign-in links."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

from cen_core import demo
from cen_core.edge.deployment import DATABASE_FILE, opened
from cencomm.cli.demo.cast import PASSWORD
from cencomm.cli.output import Output
from cencomm.crypto.primitives import argon2id
from cencomm.main import core_place
from cencomm.settings import Settings

DONE: Final = "core.done"
"""The file that says so."""


async def fill(settings: Settings, done: Path) -> None:
    """Once; what was interrupted is thrown away and made anew."""
    if not await asyncio.to_thread(_is_to_be_made, settings.data_dir, done):
        return
    async with opened(core_place(settings), argon2id) as (core, people):
        await demo.fill(core, people, PASSWORD, datetime.now(UTC).date())
    await asyncio.to_thread(done.touch)


def _is_to_be_made(data_dir: Path, done: Path) -> bool:
    if done.exists():
        return False
    for left in data_dir.glob(f"{DATABASE_FILE}*"):
        left.unlink()
    return True


def show(output: Output, url: str) -> None:
    """Where it is and who can sign in there, with the password that was printed above."""
    links = [{"role": role, "name": name, "link": link_of(url, name)} for role, name in demo.accounts()]
    output.say("\n" + output.text("demo.core") + "\n", {"cen": f"{url}/cen/", "people": links})
    if not output.as_json:
        output.links(
            output.columns("role", "name"),
            [((output.text(f"role.{each['role']}"), each["name"]), each["link"]) for each in links],
            links,
        )


def link_of(url: str, name: str) -> str:
    return f"{url}/cen/sign-in?officer={quote(name, safe='')}"
