"""The accounts side's use cases on both databases: what depends on locks, constraints and races.

The classes are those of `tests/unit/accounts`, run here on PostgreSQL too.
"""

from __future__ import annotations

import pytest

from cencomm.accounts.model import NO_FAILURES, Failures
from tests.accounts_world import World
from tests.unit.accounts.test_enrolment import TestEnrol, TestInvitations
from tests.unit.accounts.test_lockout import test_attempts_at_once_are_counted_one_by_one
from tests.unit.accounts.test_ports import test_sql_unit_of_work_has_every_repository_and_method
from tests.unit.accounts.test_sessions import TestBindDevice, TestFinish, TestSignOut

__all__ = [
    "TestBindDevice",
    "TestEnrol",
    "TestFinish",
    "TestInvitations",
    "TestSignOut",
    "test_attempts_at_once_are_counted_one_by_one",
    "test_sql_unit_of_work_has_every_repository_and_method",
]


class TestUnitOfWork:
    async def test_leaving_without_commit_undoes(self, world: World) -> None:
        before = await world.snapshot()
        async with world.uow() as uow:
            await uow.failures.put("x", Failures(1, 2, 3), 3)
        assert await world.snapshot() == before

    async def test_leaving_by_an_error_undoes(self, world: World) -> None:
        before = await world.snapshot()
        with pytest.raises(RuntimeError):
            async with world.uow() as uow:
                await uow.failures.put("x", Failures(1, 2, 3), 3)
                raise RuntimeError
        assert await world.snapshot() == before

    async def test_committed_is_seen_by_the_next(self, world: World) -> None:
        async with world.uow() as uow:
            assert await uow.failures.get_locked("x") == NO_FAILURES
            await uow.failures.put("x", Failures(1, 2, 3), 3)
            await uow.commit()
        async with world.uow() as uow:
            assert await uow.failures.get_locked("x") == Failures(1, 2, 3)
