"""Committing an intent: build, send, and build anew from the intent when another commit won (PROTOCOL §2.6)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from cencomm.client.engine.committing import Invited
from cencomm.client.engine.engine import AGAIN, CugEngine
from cencomm.client.errors import (
    CommitKeptLosing,
    GroupClosed,
    NotMember,
    NotYetJoined,
    SendRefused,
    ServerUnreachable,
)
from cencomm.crypto.mls.public.proposals import Proposal

TRIES = 60
_PATIENCE_SECONDS = 120.0
_OTHERS_SECONDS = 3.0
"""So long another process on this profile may take over a commit of its own."""
_FIRST_WAIT_SECONDS = 0.03
_LONGEST_WAIT_SECONDS = 2.0
WON = "won"
LOST = "lost"


@dataclass(frozen=True, slots=True)
class Intent:
    """What one try commits: proposals and the devices that they invite."""

    proposals: Sequence[Proposal]
    invited: Sequence[Invited] = ()
    shares_history: bool = False
    """Whether the keys of the past are said together with it."""


Build = Callable[[], Awaitable[Intent | None]]
"""Looks at the present state; None when there is nothing left to do."""


class Committer:
    """Serialises the handshakes of one CUG in this process."""

    def __init__(self, engine: CugEngine) -> None:
        self._engine = engine
        self._lock = asyncio.Lock()

    async def commit(self, build: Build) -> bool:
        """Whether a commit was made.

        Raises:
            CommitKeptLosing, SendRefused, ServerUnreachable; what `build` raises.
        """
        return await self.attempt(lambda: self._try(build))

    async def attempt(self, one_try: Callable[[], Awaitable[str | None]]) -> bool:
        """Run `one_try` until it wins, with jitter; it answers the outcome, or None if there is nothing to do."""
        async with self._lock:
            for number in range(TRIES):
                await self._nothing_pending()
                made_in = (self._engine.memory.row.group_id, self._engine.memory.row.epoch)
                try:
                    async with asyncio.timeout(_PATIENCE_SECONDS):
                        outcome = await one_try()
                except TimeoutError:
                    raise ServerUnreachable(waited_seconds=_PATIENCE_SECONDS) from None
                if outcome is None:
                    return False
                if outcome == WON:
                    return True
                if outcome not in (LOST, AGAIN):
                    raise SendRefused(reason=outcome)
                if outcome == LOST:
                    await self._overtaken(made_in)
                ceiling = min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2 ** min(number, 10))
                await asyncio.sleep(random.uniform(0, ceiling))  # noqa: S311 - not a secret
            raise CommitKeptLosing(tries=TRIES)

    async def _try(self, build: Build) -> str | None:
        require_member(self._engine)
        intent = await build()
        if intent is None:
            return None
        return await self._engine.commit(intent.proposals, intent.invited, shares_history=intent.shares_history)

    async def _nothing_pending(self) -> None:
        engine = self._engine
        try:
            await engine.wait_for(self._is_free, _OTHERS_SECONDS)
        except ServerUnreachable:
            engine.nudge()
            await engine.wait_for(self._is_free, _PATIENCE_SECONDS)
        engine.reading()

    def _is_free(self) -> bool:
        engine = self._engine
        return engine.stopped or (engine.memory.pending is None and engine.caught_up_seq >= 0)

    async def _overtaken(self, made_in: tuple[bytes, int]) -> None:
        """The winner's commit is on its way: nothing can be built before it has come."""
        engine = self._engine
        await engine.wait_for(
            lambda: engine.stopped or (engine.memory.row.group_id, engine.memory.row.epoch) != made_in,
            _PATIENCE_SECONDS,
        )


def require_member(engine: CugEngine) -> None:
    """Raises GroupClosed, NotMember or NotYetJoined unless this device can act in the CUG."""
    row = engine.memory.row
    if row.closed_seq:
        raise GroupClosed(cug=row.title or engine.cug_id.hex())
    if row.removed_seq:
        raise NotMember(cug=row.title or engine.cug_id.hex())
    if engine.memory.secret is None:
        raise NotYetJoined(cug=row.title or engine.cug_id.hex())
