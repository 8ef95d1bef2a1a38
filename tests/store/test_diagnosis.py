"""What a database says of itself; what the doctor makes of it is tested beside the doctor."""

from __future__ import annotations

import time
from pathlib import Path

from cencomm.store.diagnosis import diagnose, redis_clock_ms
from cencomm.store.schema import newest_revision
from tests.accounts_world import World
from tests.postgres import free_port
from tests.store.test_backup import address_of


async def test_a_served_database(world: World) -> None:
    before = await world.snapshot()
    found = await diagnose(address_of(world))
    assert found is not None
    assert (found.revision, found.isolation, found.encoding) == (newest_revision(), "read committed", "UTF8")
    assert found.deployment == (world.deployment.deployment_id.hex(), "Test")
    assert await world.snapshot() == before


async def test_an_empty_one_is_left_empty(tmp_path: Path) -> None:
    (tmp_path / "d").touch()
    found = await diagnose(f"sqlite:///{tmp_path / 'd'}")
    assert found is not None
    assert (found.revision, found.deployment) == (None, None)


async def test_redis_that_answers_and_one_that_does_not(redis_url: str) -> None:
    before = time.time_ns() // 1_000_000
    clock_ms = await redis_clock_ms(redis_url)
    assert clock_ms is not None
    assert before - 1 <= clock_ms <= time.time_ns() // 1_000_000 + 1
    assert await redis_clock_ms(f"redis://127.0.0.1:{free_port()}") is None
