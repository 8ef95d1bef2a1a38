"""A backup while officers write, put back into a new server of the other kind: what was acknowledged before it is
there, in one order, and whoever had seen more is told."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cencomm.client import account
from cencomm.client.cug import Cug
from cencomm.client.errors import ServerMisbehaved
from cencomm.groups.model import LoggedEvent
from cencomm.i18n import LANGUAGES, message
from cencomm.store.cugs import CugReader
from cencomm.store.database import Database
from tests.e2e.talkers import PATIENCE_SECONDS, talking
from tests.e2e.world import PASSWORD, World, messages, operation, text_of, texts
from tests.postgres import Postgres
from tests.servers import RunningServer


@pytest.fixture
def other_database(database_url: str, postgres: Postgres, tmp_path: Path) -> Iterator[str]:
    """An empty database of the other kind."""
    if not database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'restored' / 'cencomm.sqlite3'}"
        return
    address = postgres.new_database()
    yield address
    postgres.drop_database(address)


async def admin(database_url: str, *words: str) -> str:
    """`cencomm admin …` as an operator types it, beside the server."""

    def run() -> str:
        done = subprocess.run(
            [sys.executable, "-m", "cencomm.cli.main", "--language", "en", "admin", *words],
            env={**os.environ, "CENCOMM_DATABASE_URL": database_url},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return await asyncio.to_thread(run)


async def log_of(database_url: str, cug: Cug) -> list[LoggedEvent]:
    database = Database.open(database_url)
    reader, found = CugReader(database.engine), list[LoggedEvent]()
    while page := await reader.events_after(cug.id, found[-1].seq if found else 0):
        found += page
    await database.close()
    return found


async def until_told(cug: Cug, alarm: str) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while alarm not in [raised.code for raised in cug.alarms()]:
            await asyncio.sleep(0.05)


async def test_a_backup_under_load_put_back_into_a_new_server(
    server: RunningServer, world: World, other_database: str, tmp_path: Path
) -> None:
    names = ("NL/organiser", "KE/otieno", "BR/silva")
    file = tmp_path / "tiger.cencomm"
    async with contextlib.AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(world.officer(name)) for name in names]
        cugs = await operation(*clients)
        async with talking(cugs, names):
            while len(messages(cugs[0])) < 20:
                await asyncio.sleep(0.05)
            acknowledged = [(item.seq, text_of(item)) for item in messages(cugs[0])]
            assert "Backup written" in await admin(server.database_url, "backup", str(file))
            seen = len(messages(cugs[0]))
            while len(messages(cugs[0])) < seen + 20:
                await asyncio.sleep(0.05)
        before = await log_of(server.database_url, cugs[0])
        for cug in cugs:
            await cug.wait_seq(before[-1].seq, PATIENCE_SECONDS)
        assert await asyncio.to_thread(server.stop) == 0

        assert "restored" in await admin(other_database, "restore", str(file))
        after = await log_of(other_database, cugs[0])
        assert [event.seq for event in after] == list(range(1, len(after) + 1))
        assert after == before[: len(after)]
        assert acknowledged[-1][0] <= after[-1].seq < before[-1].seq

        new = RunningServer(tmp_path / "new", other_database, port=server.port)
        with await new.start_async():
            for cug in cugs:
                await until_told(cug, "rolled_back")
            assert texts(cugs[0])[: len(acknowledged)] == [text for _, text in acknowledged]  # each keeps what he has
            # What the alarm and the restore's last line advise: the work goes on in a new group.
            again = await operation(*clients, title="Operation Tiger, continued")
            for cug, name in zip(again, names, strict=True):
                await cug.send_text(f"{name} is here")
            for cug in again:
                await cug.flush(PATIENCE_SECONDS)
            last = max([await cug.caught_up(PATIENCE_SECONDS) for cug in again])
            for cug in again:
                await cug.wait_seq(last, PATIENCE_SECONDS)
                assert sorted(texts(cug)) == sorted(f"{name} is here" for name in names)


async def test_a_revocation_of_the_lost_time_comes_back_with_its_issuer(
    server: RunningServer, world: World, other_database: str, tmp_path: Path
) -> None:
    file = tmp_path / "tiger.cencomm"
    await world.present("KE/otieno")
    await world.present("FR/dupont")
    async with world.signed_in("FR") as ncp:
        await account.revoke(ncp, "FR/dupont/laptop", PASSWORD)
    await admin(server.database_url, "backup", str(file))
    async with world.signed_in("FR") as ncp:
        await account.revoke(ncp, "FR/dupont", PASSWORD)
    await world.present("KE/otieno")  # his device knows the list now
    assert await asyncio.to_thread(server.stop) == 0
    await admin(other_database, "restore", str(file))
    with await RunningServer(tmp_path / "new", other_database, port=server.port).start_async():
        with pytest.raises(ServerMisbehaved):
            await world.present("KE/otieno")
        async with world.signed_in("FR") as ncp:
            assert [(said.issuer, said.number) for said in await ncp.api.revocations()] == [("FR", 2)]
        await world.present("KE/otieno")


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_is_told_is_told_what_to_do(language: str) -> None:
    assert "7" in message("alarm.rolled_back", {"known": 7}, language)
