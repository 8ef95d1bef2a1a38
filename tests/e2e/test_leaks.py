"""After a whole operation the server's database, files and logs hold no plaintext and no key that was used."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg

from cencomm.client import model
from cencomm.client.api import Client
from cencomm.client.model import AccountRow, KeyRow, unpack
from cencomm.client.profile import Profile
from cencomm.ids import CugId
from cencomm.templates_forms.model import standard
from cencomm.templates_forms.samples import sample_records
from tests.e2e.world import PASSWORD, World, operation
from tests.servers import RunningServer

SHORTEST = 8
"""What is shorter is found by chance."""
PATIENCE_SECONDS = 30


async def _stored(server: RunningServer) -> bytes:
    """Everything that the server keeps: every file below its folder, and every cell of its database."""
    found = [path.read_bytes() for path in sorted(server.data_dir.parent.glob("cencomm.sqlite3*"))]
    found += [path.read_bytes() for path in sorted(server.data_dir.rglob("*")) if path.is_file()]
    if server.database_url.startswith("postgresql"):
        found += [cell async for cell in _cells(server.database_url)]
    return b"\0".join(found)


async def _cells(address: str) -> AsyncIterator[bytes]:
    connection = await asyncpg.connect(address)
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for table in tables:
            for row in await connection.fetch(f'SELECT * FROM "{table["tablename"]}"'):
                for value in row.values():
                    yield value if isinstance(value, bytes) else str(value).encode()
    finally:
        await connection.close()


def _keys(profile: Path) -> Iterator[bytes]:
    """Every secret in a client's profile: its account row, its content keys, its group states."""
    opened = Profile.open(profile, PASSWORD)
    try:
        tx = opened.read()
        for row in tx.rows(model.ACCOUNT):
            account = unpack(AccountRow, row.value)
            yield from (account.device_seed, account.account_key, account.token.encode())
        for cug in tx.rows(model.CUGS):
            for row in tx.rows(model.content_keys(CugId(cug.key))):
                yield unpack(KeyRow, row.value).key
    finally:
        opened.close()


def _words(answers: object) -> Iterator[str]:
    """Every text of a form that could be recognised."""
    if isinstance(answers, dict):
        for value in answers.values():
            yield from _words(value)
    elif isinstance(answers, list):
        for value in answers:
            yield from _words(value)
    elif isinstance(answers, str):
        yield answers


async def test_nothing_that_was_said_or_used_lies_on_the_server(world: World, server: RunningServer) -> None:
    texts = [f"the container MSKU{number:07d} leaves tonight" for number in range(20)]
    title = "Operation Narwhal at dawn"
    names = ("NL/organiser", "KE/otieno")
    said: set[str] = {PASSWORD, title, *texts}
    async with world.officer(names[0]) as organiser, world.officer(names[1]) as otieno:
        cug, view = await operation(organiser, otieno)
        template = standard("simplified_seizure")
        await cug.publish_template(template)
        await cug.flush(PATIENCE_SECONDS)
        await view.caught_up(PATIENCE_SECONDS)
        for text in texts:
            await view.send_text(text)
        for sample in sample_records(20, seed=1):
            await view.submit(template.hash, sample.answers)
            said |= set(_words(sample.answers))
        await view.flush(PATIENCE_SECONDS)
        await _titled(organiser, title)
        sheets = {bytes(sheet.secret_r) for sheet in world.sheets.values()}
    server.stop()

    stored = await _stored(server)
    keys = {key for name in names for key in _keys(world.profile(name)) if key} | sheets
    assert len(keys) > 8
    assert b"KE/otieno" in stored, "the search must be able to find what is there"
    long_enough = {text for text in said if len(text) >= SHORTEST and not re.fullmatch(r"[\d.:+TZ-]+", text)}
    assert [text for text in long_enough if text.encode() in stored] == []
    for key in keys:
        for form in (key, key.hex().encode(), key.hex().upper().encode()):
            assert form not in stored


async def _titled(client: Client, title: str) -> None:
    other = await client.open_cug(title, operation_code="NARWHAL26")
    await other.flush(PATIENCE_SECONDS)
