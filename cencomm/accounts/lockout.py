"""Lockout: wrong keys in a row lock an account, and an address, for a while; counted in the store (all processes).

    wrong keys in a row      account   address
    up to                    5         20        free
    then, after each one     30 s, doubling, at most 15 minutes

An hour without a wrong key forgets them. A right key forgets the account's, not the address's: who owns one account
must not try others for ever. Unknown accounts are counted like known ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cencomm.accounts.errors import LockedOut
from cencomm.accounts.model import NO_FAILURES, Failures
from cencomm.accounts.ports import UnitOfWork

FIRST_LOCK_MS: Final = 30_000
LONGEST_LOCK_MS: Final = 15 * 60_000
FORGET_MS: Final = 60 * 60_000
FREE_FOR_ACCOUNT: Final = 5
FREE_FOR_ADDRESS: Final = 20


@dataclass(frozen=True, slots=True)
class Subject:
    """What is counted: `free` wrong keys cost nothing."""

    name: str
    free: int


def subjects_of(account_id: str, address: str) -> tuple[Subject, Subject]:
    """In the order in which their rows are locked."""
    return Subject(f"account:{account_id}", FREE_FOR_ACCOUNT), Subject(f"address:{address}", FREE_FOR_ADDRESS)


def failed(failures: Failures, subject: Subject, now_ms: int) -> Failures:
    """The count after one more wrong key."""
    count = _still_counting(failures, now_ms).count + 1
    if count <= subject.free:
        return Failures(count, 0, now_ms)
    lock_ms = min(FIRST_LOCK_MS << min(count - subject.free - 1, 16), LONGEST_LOCK_MS)
    return Failures(count, now_ms + lock_ms, now_ms)


def _still_counting(failures: Failures, now_ms: int) -> Failures:
    return NO_FAILURES if now_ms - failures.last_ms > FORGET_MS else failures


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt, its rows locked until the unit of work ends: nobody can try twice at once."""

    uow: UnitOfWork
    counted: tuple[tuple[Subject, Failures], ...]
    now_ms: int

    async def wrong(self) -> None:
        """Count it; the caller commits."""
        for subject, failures in self.counted:
            await self.uow.failures.put(subject.name, failed(failures, subject, self.now_ms), self.now_ms)

    async def right(self) -> None:
        """Forget what was counted for the account; the caller commits."""
        await self.uow.failures.forget(self.counted[0][0].name)


async def begin_attempt(uow: UnitOfWork, account_id: str, address: str, now_ms: int) -> Attempt:
    """Raises LockedOut, whether or not the key would have been right; an attempt while locked is not counted."""
    counted: list[tuple[Subject, Failures]] = []
    for subject in subjects_of(account_id, address):
        failures = await uow.failures.get_locked(subject.name)
        if failures.locked_until_ms > now_ms:
            raise LockedOut(retry_after_seconds=-(-(failures.locked_until_ms - now_ms) // 1000))
        counted.append((subject, failures))
    return Attempt(uow, tuple(counted), now_ms)
