"""Sessions and counted failures, on both databases."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.exc import IntegrityError

from cencomm.accounts.model import AccountKind, Failures, Session
from tests.accounts_world import World
from tests.unit.accounts.test_sessions import TestSessionOf, TestView

__all__ = ["TestSessionOf", "TestView"]


async def test_session_of_no_account_cannot_be(world: World) -> None:
    with pytest.raises(IntegrityError):
        async with world.uow() as uow:
            await uow.sessions.add(Session(b"t" * 32, "KE", AccountKind.NCP, "password", None, 1))


async def test_old_failures_are_dropped_young_ones_stay(world: World) -> None:
    async with world.uow() as uow:
        await uow.failures.put("old", Failures(1, 0), 100)
        await uow.failures.put("young", Failures(2, 0), 200)
        await uow.failures.drop_older(200)
        assert (await uow.failures.get_locked("young")).count == 2
        assert (await uow.failures.get_locked("old")).count == 0


async def test_right_keys_at_once_do_not_get_in_each_others_way(world: World) -> None:
    await world.secretariat()
    signed_in = await asyncio.gather(*[world.signed_in_again("secretariat") for _ in range(8)])
    assert len({one.token for one in signed_in}) == 8
