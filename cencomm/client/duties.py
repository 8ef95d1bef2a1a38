"""What a member's client does by itself for one CUG: each duty is somebody else's too, so all wait a little first."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from cencomm.client.admit import Membership
from cencomm.client.committer import Committer
from cencomm.client.engine.effects import (
    AnswerHistory,
    CorrectSeals,
    Effect,
    Join,
    ReadAgain,
    RemoveLeaver,
    SaveToVault,
    Succeed,
)
from cencomm.client.engine.engine import CugEngine
from cencomm.client.engine.sending import renewal_due
from cencomm.client.errors import NothingToChange, StaleGroupInfo
from cencomm.client.history import answer_history, ask_history
from cencomm.client.http import Api
from cencomm.client.joining import jitter, join_from_outside, start_successor, wants_leaf
from cencomm.client.profile import Profile
from cencomm.client.revocations import WARN_AFTER_MS, age_ms
from cencomm.crypto.events import SealBody
from cencomm.crypto.group_context import Role
from cencomm.ids import GroupId, OfficerId
from cencomm.wire.frames import EventKind

JOIN_SECONDS = (0.0, 0.4)
REJOIN_SECONDS = (1.5, 4.0)
"""After a broken commit a successor group has precedence."""
READ_SECONDS = (0.3, 1.0)
"""Before anything else is done about a commit that could not be followed."""
SUCCEED_SECONDS = (0.2, 1.2)
CORRECT_SECONDS = (0.2, 2.0)
ANSWER_SECONDS = (0.3, 2.0)
REMOVE_SECONDS = (0.0, 0.5)
REVOKE_SECONDS = (1.0, 3.0)
ASK_AFTER_MS = 5_000
"""A newcomer gives the one who admitted him so long to send the past."""

Later = Callable[[Coroutine[Any, Any, object]], None]


class Duties:
    """The duties of one CUG."""

    def __init__(
        self, engine: CugEngine, committer: Committer, membership: Membership, api: Api, profile: Profile
    ) -> None:
        self._engine = engine
        self._committer = committer
        self._membership = membership
        self._api = api
        self._profile = profile
        self._joining = False

    def take_up(self, effects: Sequence[Effect], later: Later, save_soon: Callable[[], None]) -> None:
        """Start what a batch asked for."""
        for effect in effects:
            match effect:
                case SaveToVault():
                    save_soon()
                case Join():
                    later(self.join())
                case Succeed():
                    later(self._succeed())
                case CorrectSeals():
                    later(self._correct(effect))
                case AnswerHistory():
                    later(self._answer(effect))
                case ReadAgain():
                    later(self._read_again())
                case RemoveLeaver():
                    later(self._remove(effect.officer_id))
                case _:
                    pass

    async def keep_up(self) -> None:
        """Now and then while connected."""
        memory = self._engine.memory
        if self._engine.caught_up_seq < 0:
            return
        self._engine.read_again()
        if wants_leaf(self._engine):
            await self.join()
        now_ms = self._engine.clock.now_ms()
        if memory.secret is None:
            return
        if len(memory.outbox) and renewal_due(memory, now_ms):
            await self._membership.renew(lambda: renewal_due(memory, self._engine.clock.now_ms()))
            self._engine.push()  # what waited for it, where another's commit has made it needless
        if now_ms - memory.row.join_at_ms > ASK_AFTER_MS:
            ask_history(self._engine, now_ms)
        if age_ms(self._profile, self._engine.clock) > WARN_AFTER_MS:
            with self._engine.changing() as tx:
                memory.alarm(tx, "revocations_stale", days=age_ms(self._profile, self._engine.clock) // 86_400_000)

    async def revoke(self) -> None:
        """Any member may remove what is revoked; the organisers' clients come first."""
        await jitter(*(REMOVE_SECONDS if self._engine.memory.row.role == Role.ORGANISER else REVOKE_SECONDS))
        if self._engine.memory.secret is not None:
            await self._membership.revoke()

    async def join(self) -> None:
        """From outside, once at a time; a Welcome on its way comes first."""
        if self._joining:
            return
        self._joining = True
        try:
            await jitter(*(REJOIN_SECONDS if self._engine.memory.row.broken else JOIN_SECONDS))
            await join_from_outside(self._engine, self._committer, self._api, self._profile)
        except StaleGroupInfo as error:
            self._tell_stale(error)
        finally:
            self._joining = False

    def _tell_stale(self, error: StaleGroupInfo) -> None:
        memory = self._engine.memory
        with self._engine.changing() as tx:
            memory.alarm(tx, "stale_group_info", epoch=error.facts.get("epoch"))

    async def _read_again(self) -> None:
        await jitter(*READ_SECONDS)
        self._engine.read_again()

    async def _succeed(self) -> None:
        await jitter(*SUCCEED_SECONDS)
        await start_successor(self._engine, self._committer, by_intent=False)

    async def _correct(self, effect: CorrectSeals) -> None:
        await jitter(*CORRECT_SECONDS)
        memory = self._engine.memory
        for seal in effect.seals:
            done = (effect.group_id, effect.epoch, seal.archive_key_id) in memory.corrected
            if not done and memory.secret is not None:
                body = SealBody(GroupId(effect.group_id), effect.epoch, seal).signed(memory.secret.signature_seed)
                self._engine.queue_event(EventKind.SEAL, body.encode())

    async def _answer(self, effect: AnswerHistory) -> None:
        await jitter(*ANSWER_SECONDS)
        if self._engine.memory.secret is not None:
            answer_history(self._engine, effect.epochs)

    async def _remove(self, officer_id: OfficerId) -> None:
        await jitter(*REMOVE_SECONDS)
        memory = self._engine.memory
        if memory.secret is None or memory.row.role != Role.ORGANISER or officer_id == memory.device.officer_id:
            return
        try:
            await self._membership.remove([officer_id])
        except NothingToChange:
            return
