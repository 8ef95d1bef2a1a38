"""How long wrong keys lock; the counting in the store is tested with signing in."""

from __future__ import annotations

import asyncio

from cencomm.accounts import lockout
from cencomm.accounts.errors import LockedOut
from cencomm.accounts.model import NO_FAILURES, Failures
from tests.accounts_world import ADDRESS, World

ACCOUNT, ADDRESS_SUBJECT = lockout.subjects_of("KE", ADDRESS)


def after(count: int, subject: lockout.Subject = ACCOUNT, now_ms: int = 1_000) -> Failures:
    failures = NO_FAILURES
    for _ in range(count):
        failures = lockout.failed(failures, subject, now_ms)
    return failures


def test_first_wrong_keys_are_free() -> None:
    assert after(lockout.FREE_FOR_ACCOUNT).locked_until_ms == 0
    assert after(lockout.FREE_FOR_ADDRESS, ADDRESS_SUBJECT).locked_until_ms == 0


def test_lock_doubles_up_to_a_bound() -> None:
    locks = [after(lockout.FREE_FOR_ACCOUNT + n).locked_until_ms - 1_000 for n in range(1, 8)]
    assert locks == [30_000, 60_000, 120_000, 240_000, 480_000, 900_000, 900_000]
    assert after(5_000).locked_until_ms == 1_000 + lockout.LONGEST_LOCK_MS


def test_an_hour_without_forgets() -> None:
    failures = after(lockout.FREE_FOR_ACCOUNT)
    assert lockout.failed(failures, ACCOUNT, 1_000 + lockout.FORGET_MS + 1).count == 1
    assert lockout.failed(failures, ACCOUNT, 1_000 + lockout.FORGET_MS).count == lockout.FREE_FOR_ACCOUNT + 1


async def test_attempts_at_once_are_counted_one_by_one(world: World) -> None:
    async def attempt() -> bool:
        async with world.uow() as uow:
            try:
                begun = await lockout.begin_attempt(uow, "KE", ADDRESS, world.now_ms)
            except LockedOut:
                return False
            await begun.wrong()
            await uow.commit()
            return True

    tried = await asyncio.gather(*[attempt() for _ in range(12)])
    assert sum(tried) == lockout.FREE_FOR_ACCOUNT + 1
