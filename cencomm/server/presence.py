"""Who is on line now, and who types: told to the members of a CUG who watch, kept nowhere (docs/adr/0019).

    connections of this process ──> who is here and shows himself ──> Redis ──> who is on line anywhere
    every TURN_SECONDS, and soon after somebody came or went: ─────────────────────────┴──> Watchers.tell

    typing ──> its watchers in this process, and one publish for the others: nothing of it waits or is said again

A task of its own, off the message path. Nobody is shown before the database said that he does not hide. Without Redis,
or while it is away, this process knows of its own connections and nothing else suffers.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import structlog

from cencomm import measures
from cencomm.groups.model import GroupView
from cencomm.ids import CugId, OfficerId
from cencomm.server import watchers
from cencomm.server.typing_pace import TypingPace
from cencomm.server.watchers import Roster, Watchers
from cencomm.store.looks import Looks
from cencomm.store.passing_messages import PassingMessage

if TYPE_CHECKING:
    from cencomm.server.context import Foundation

TURN_SECONDS = 2.0
PAUSE_SECONDS = 0.25
"""Between two turns, however much happens."""
LINGER_SECONDS = 5.0
"""Whose line broke is on line for so long: most are back by then."""
HOLD_SECONDS = 10.0
"""What Redis knows of a process that says nothing more, and a process of Redis that does not answer, for so long."""
REFRESH_SECONDS = 3.0
TRY_AGAIN_SECONDS = 5.0
"""Redis that did not answer is left in peace for so long."""
ASK_SECONDS = 10.0
"""So often it is asked again who hides himself: another process may have been told."""

log = structlog.get_logger(__name__)

C = TypeVar("C", bound=watchers.Connection)


class Lines(watchers.Lines[C], Protocol[C]):
    """The connections of this process (`server.feeds`)."""

    def connections(self) -> tuple[C, ...]: ...


class Views(Protocol):
    """What this process knows of CUGs (`server.fanout`)."""

    def view_now(self, cug_id: CugId) -> GroupView | None: ...
    async def view(self, cug_id: CugId) -> GroupView | None: ...


class Shared(Protocol):
    """What is shared with other processes (`store.redis_presence`)."""

    def start(self) -> None: ...
    async def stop(self) -> None: ...
    def token(self, officer_id: OfficerId) -> bytes: ...
    def say_typing(self, cug_id: CugId, officer_id: OfficerId) -> None: ...
    def say_moved(self, *, settings: bool = False) -> None: ...
    async def settle(
        self,
        here: Collection[OfficerId],
        *,
        left: Collection[OfficerId],
        hidden: Collection[OfficerId],
        hold_ms: int,
        linger_ms: int,
    ) -> frozenset[bytes] | None: ...


WhoHides = Callable[[Collection[OfficerId]], Awaitable[frozenset[OfficerId]]]


class Presence(Generic[C]):
    """Opened and closed with the Delivery Service."""

    def __init__(
        self, lines: Lines[C], views: Views, who_hides: WhoHides, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.shared: Shared | None = None
        """None where there is no Redis; set before the start."""
        self._lines = lines
        self._views = views
        self._who_hides = who_hides
        self._clock = clock
        self._watchers: Watchers[C] = Watchers(lines, clock)
        self._pace = TypingPace()
        self._rosters: dict[CugId, Roster] = {}
        self._hides: dict[OfficerId, bool] = {}
        """Of those who are here, what the database said."""
        self._until: dict[OfficerId, float] = {}
        """Who is on line here, and how long if he does not come back."""
        self._said: frozenset[OfficerId] = frozenset()
        """Of whom the others were told that he is here."""
        self._hidden: set[OfficerId] = set()
        """Who was shown and hides himself since: still to be said to the others."""
        self._elsewhere: frozenset[bytes] = frozenset()
        self._heard_at = self._refreshed_at = self._asked_at = self._try_at = -HOLD_SECONDS
        self._asks = False
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self.shared is not None:
            self.shared.start()
        self._task = asyncio.create_task(self._run(), name="presence")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self.shared is not None:
            await self.shared.stop()

    # what connections say

    def stir(self) -> None:
        """Somebody came."""
        self._wake.set()

    def gone(self, connection: C) -> None:
        self._watchers.forget(connection)
        self._wake.set()

    def watch(self, connection: C, cug_id: CugId) -> None:
        self._watchers.add(connection, cug_id)
        self._wake.set()

    def unwatch(self, connection: C, cug_id: CugId) -> None:
        self._watchers.remove(connection, cug_id)

    def typing(self, connection: C, cug_id: CugId) -> None:
        """Only of a member who may write, is shown, and whose CUG is at hand: what is not sure is not said."""
        officer_id = connection.account_id
        if officer_id not in self._until:
            measures.TYPING.labels("refused").inc()
        elif self._pass_on(cug_id, officer_id) and self.shared is not None:
            self.shared.say_typing(cug_id, officer_id)

    def _pass_on(self, cug_id: CugId, officer_id: OfficerId) -> bool:
        roster = self._roster(cug_id, self._views.view_now(cug_id))
        if roster is None or officer_id not in roster.senders:
            measures.TYPING.labels("refused").inc()
            return False
        if not self._pace.lets(cug_id, officer_id, self._clock()):
            measures.TYPING.labels("dropped").inc()
            return False
        measures.TYPING.labels("passed").inc()
        self._watchers.pass_on(cug_id, roster, officer_id)
        return True

    def show(self, officer_id: OfficerId, *, shown: bool) -> None:
        """The officer has chosen, and it is stored."""
        if officer_id in self._hides:
            self._choose(officer_id, hides=not shown)
        if self.shared is not None:
            if not shown:
                self._hidden.add(officer_id)  # he may be on line elsewhere only
            self.shared.say_moved(settings=True)
        self._wake.set()

    # what other processes say

    def heard(self, message: PassingMessage) -> None:
        for typist in message.typists:
            roster = self._rosters.get(CugId(typist.cug_id))
            officer_id = None if roster is None else roster.by_token.get(typist.token)
            if officer_id is not None:
                self._pass_on(CugId(typist.cug_id), officer_id)
        self._asks = self._asks or message.settings
        if message.moved or message.settings:
            self._wake.set()

    # who is on line

    async def _run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(TURN_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            try:
                await self.turn()
            except Exception:
                log.exception("presence.turn_failed")
            await asyncio.sleep(PAUSE_SECONDS)

    async def turn(self) -> None:
        """Look who is on line, and tell who watches what is new to them."""
        here = {connection.account_id for connection in self._lines.connections()}
        await self._ask(here)
        now = self._clock()
        self._until |= {name: now + LINGER_SECONDS for name in here if not self._hides.get(name, True)}
        self._until = {name: until for name, until in self._until.items() if until > now}
        measures.ON_LINE.set(len(self._until))
        if self.shared is not None:
            await self._settle(self.shared, frozenset(here & self._until.keys()))
        self._pace.forget(now)
        watched = self._watchers.cugs()
        self._rosters = {cug_id: roster for cug_id, roster in self._rosters.items() if cug_id in watched}
        for cug_id in watched:
            roster = self._roster(cug_id, await self._views.view(cug_id))
            if roster is not None:
                self._watchers.tell(cug_id, roster, self._present(roster))
            await asyncio.sleep(0)  # however many there are, records are not kept waiting for all of them

    async def _ask(self, here: set[OfficerId]) -> None:
        """Who hides himself: of newcomers, and now and then of all."""
        now = self._clock()
        asks_all = self._asks or now - self._asked_at >= ASK_SECONDS
        self._hides = {name: hides for name, hides in self._hides.items() if name in here}
        unknown = here if asks_all else here - self._hides.keys()
        if not unknown:
            return
        self._asks = False
        hiding = await self._who_hides(unknown)
        if asks_all:
            self._asked_at = now
        for name in unknown:
            self._choose(name, hides=name in hiding)

    def _choose(self, officer_id: OfficerId, *, hides: bool) -> None:
        self._hides[officer_id] = hides
        if not hides:
            self._hidden.discard(officer_id)
        elif self._until.pop(officer_id, None) is not None and self.shared is not None:
            self._hidden.add(officer_id)

    async def _settle(self, shared: Shared, here: frozenset[OfficerId]) -> None:
        """Say to the others who is here, and learn who is with them."""
        now = self._clock()
        came, hidden = here - self._said, frozenset(self._hidden)
        left = self._said - here - hidden
        refreshes = now - self._refreshed_at >= REFRESH_SECONDS
        if now < self._try_at or not (here or left or hidden or self._watchers.cugs()):
            return
        found = await shared.settle(
            here if refreshes else came,
            left=left,
            hidden=hidden,
            hold_ms=round(HOLD_SECONDS * 1000),
            linger_ms=round(LINGER_SECONDS * 1000),
        )
        if found is None:
            self._try_at = self._clock() + TRY_AGAIN_SECONDS
            if now - self._heard_at >= HOLD_SECONDS:
                self._elsewhere = frozenset()
            return
        self._elsewhere = found
        self._said, self._heard_at = here, now
        self._refreshed_at = now if refreshes else self._refreshed_at
        self._hidden -= hidden
        if came or left or hidden:
            shared.say_moved()

    def _present(self, roster: Roster) -> Collection[OfficerId]:
        elsewhere = {roster.by_token[token] for token in roster.by_token.keys() & self._elsewhere}
        return (roster.members & self._until.keys()) | elsewhere

    def _roster(self, cug_id: CugId, view: GroupView | None) -> Roster | None:
        if view is None:
            return None
        known = self._rosters.get(cug_id)
        if known is None or known.view is not view:
            known = self._rosters[cug_id] = Roster.of(view, _nothing if self.shared is None else self.shared.token)
        return known


def presence_of(foundation: Foundation, lines: Lines[C], views: Views) -> Presence[C]:
    """For a server: asks its database, and speaks to other processes where there is a Redis."""
    made = Presence(lines, views, Looks(foundation.database.engine).who_hides)
    url, deployment = foundation.settings.redis_url, foundation.deployment
    if url:
        from cencomm.store.redis_presence import RedisPresence  # noqa: PLC0415  only where it is wanted: it starts slowly

        made.shared = RedisPresence(url, deployment.deployment_id, deployment.disguise_key, heard=made.heard)
    return made


def _nothing(_officer_id: OfficerId) -> bytes:
    """There is nobody else to name him to."""
    return b""
