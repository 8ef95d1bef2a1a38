"""Who is on line and who types, between clients on two real server processes on one PostgreSQL and one Redis."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from cencomm.client.api import Client
from cencomm.client.presence import PresenceView
from cencomm.crypto.group_context import Role
from cencomm.ids import CugId, OfficerId
from tests.e2e.world import World
from tests.effort import effort
from tests.servers import RunningServer

PATIENCE_SECONDS = 40
KAMAU, OTIENO = OfficerId("KE/kamau"), OfficerId("KE/otieno")


async def until(
    client: Client, cug_id: CugId, holds: Callable[[PresenceView], bool], again: Client | None = None
) -> None:
    """Wait until it is what `client` was told; `again` types meanwhile, as often as it may be said."""
    client.presence.attend(cug_id)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds(client.presence.view(cug_id)):
            if again is not None:
                again.presence.typing(cug_id)
            await client.presence.changed(0.1)


async def test_officers_on_two_processes_see_each_other(postgres_url: str, redis_url: str, tmp_path: Path) -> None:
    environment = {"CENCOMM_REDIS_URL": redis_url}
    one, other = (RunningServer(tmp_path / name, postgres_url, environment=environment) for name in ("one", "other"))
    try:
        world = await World.found(tmp_path, one)
        await other.start_async()
        world.through[OTIENO] = other.url
        async with world.officer(KAMAU) as kamau, world.officer(OTIENO) as otieno:
            cug = await kamau.open_cug("Tidemark")
            await cug.admit(OTIENO, Role.OFFICER)
            theirs = await otieno.wait_for_cug(cug.id)
            await theirs.caught_up()
            both = frozenset([KAMAU, OTIENO])
            await until(kamau, cug.id, lambda view: view.present == both)
            await until(otieno, cug.id, lambda view: view.present == both)

            await until(kamau, cug.id, lambda view: view.writing == (OTIENO,), otieno)
            assert otieno.presence.view(cug.id).writing == ()
            seq = cug.last_seq
            await otieno.api.set_shown(shown=False)
            await until(kamau, cug.id, lambda view: view.present == frozenset([KAMAU]))
            await otieno.api.set_shown(shown=True)
            await until(otieno, cug.id, lambda view: view.present == both)
            assert (cug.last_seq, theirs.last_seq) == (seq, seq), "nothing of it is in the log"

            if effort(0, 1):  # it takes ten seconds, in which nothing is to be done
                await until(kamau, cug.id, lambda view: view.present == both)
                await other.kill_async()
                await until(kamau, cug.id, lambda view: view.present == frozenset([KAMAU]))
    finally:
        for server in (one, other):
            if server.is_running:
                await server.kill_async()
