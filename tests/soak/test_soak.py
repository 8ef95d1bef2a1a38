"""The short form: every kind of fault once."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.postgres import mortal_postgres
from tests.redis_server import running_redis
from tests.soak.soak import soak

KINDS = 13


def test_nothing_is_lost_doubled_or_reordered_whatever_breaks(tmp_path: Path) -> None:
    with mortal_postgres() as postgres, running_redis() as redis:
        outcome = asyncio.run(soak(postgres, redis, postgres.new_database(), tmp_path, faults=KINDS, seed=1))
    print(outcome)
    assert outcome.violations == []
    assert set(outcome.faults.values()) == {1}
    assert len(outcome.faults) == KINDS
    assert outcome.operations["commits"] > 0
