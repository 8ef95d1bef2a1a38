"""What other processes on the same database did, and what they are told (DESIGN §3).

    stored, changed ──> Redis ──> every other process: heard ─┬─ "CUG c has reached seq n" ──> feeds.reached
                                                              └─ "look at …" ─┐
    every SWEEP_SECONDS, Redis or not ────────────────────────────────────────┴──> look: ask the database about all
                                                                     connections of this process, tell what is new

A message only says which look must not wait for the next sweep. So Redis can be lost without losing anything, and
whoever can write to it can make this process ask too often, within bounds, and nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from cencomm import measures
from cencomm.accounts.key_packages import LOW_WATER
from cencomm.groups.model import CugState
from cencomm.ids import CugId, DeviceId
from cencomm.server.feeds import Feeds
from cencomm.server.session import SIGNED_OUT
from cencomm.store.looks import Looks, Standing
from cencomm.store.node_messages import Look, NodeMessage
from cencomm.wire.frames import Notice, NoticeKind

if TYPE_CHECKING:
    from cencomm.server.context import Foundation
    from cencomm.server.websocket import Socket
    from cencomm.store.redis_bus import RedisBus

SWEEP_SECONDS = 5.0
ALONE_SWEEP_SECONDS = 30.0
"""Where no other process can be (SQLite): only sessions end by themselves."""
PAUSE_SECONDS = 0.2
"""Between two rounds of looks, however many messages ask for them."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Known:
    """What one connection has been told, or could find out by itself when it began."""

    standing: Standing = field(default_factory=dict)
    welcomes: dict[CugId, int] | None = None
    key_packages: int | None = None


class Neighbours:
    """Opened and closed with the Delivery Service."""

    def __init__(self, foundation: Foundation, feeds: Feeds[Socket]) -> None:
        self._feeds = feeds
        self._now_ms = foundation.now_ms
        self._looks = Looks(foundation.database.engine)
        self._alone = foundation.database.is_sqlite
        self._every = ALONE_SWEEP_SECONDS if self._alone else SWEEP_SECONDS
        self._known: dict[Socket, Known] = {}
        self._revocations: dict[str, int] = {}
        self._wanted: set[Look] = set()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._bus = self._bus_of(foundation)

    def _bus_of(self, foundation: Foundation) -> RedisBus | None:
        url = foundation.settings.redis_url
        if not url:
            return None
        from cencomm.store.redis_bus import RedisBus  # noqa: PLC0415  redis takes a sixth of the start, for nothing here

        return RedisBus(url, foundation.deployment.deployment_id, heard=self._heard, joined=self._joined)

    @property
    def degraded(self) -> list[str]:
        """What is configured and not there; the server goes on without it, slower."""
        return ["redis"] if self._bus is not None and not self._bus.is_connected else []

    async def start(self) -> None:
        measures.PARTS.add(self)
        self._revocations = await self._looks.revocation_numbers()
        self._task = asyncio.create_task(self._run(), name="neighbours")
        if self._bus is not None:
            self._bus.start()

    async def stop(self) -> None:
        measures.PARTS.discard(self)
        if self._bus is not None:
            await self._bus.stop()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    # what this process did

    def stored(self, reached: Mapping[CugId, int]) -> None:
        """A commit batch is durable: one publish says how far each of its CUGs has come."""
        if self._bus is not None:
            self._bus.publish(reached)

    def changed(self, look: Look) -> None:
        if self._bus is not None:
            self._bus.publish({}, (look,))

    # what others did

    def _heard(self, message: NodeMessage) -> None:
        for cug_id, seq in message.reached.items():
            self._feeds.reached(CugId(cug_id), seq)
        self._want(*message.looks)

    def _joined(self) -> None:
        """What was said meanwhile was missed."""
        self._feeds.poll_soon()
        self._want(*Look)

    def _want(self, *looks: Look) -> None:
        self._wanted.update(looks)
        if self._wanted:
            self._wake.set()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        sweep_at = loop.time() + self._every
        while True:
            try:
                async with asyncio.timeout_at(sweep_at):
                    await self._wake.wait()
            except TimeoutError:
                self._wanted.update((Look.SESSIONS,) if self._alone else Look)
                sweep_at = loop.time() + self._every
            self._wake.clear()
            wanted, self._wanted = self._wanted, set()
            for look in sorted(wanted):
                try:
                    await self.look(look)
                except Exception:
                    log.exception("neighbours.look_failed", look=look.name)
            await asyncio.sleep(PAUSE_SECONDS)

    async def look(self, look: Look) -> None:
        """Ask the database and tell the connections what is new to them."""
        by_kind: dict[Look, Callable[[], Coroutine[None, None, None]]] = {
            Look.MEMBERS: self._look_at_members,
            Look.SESSIONS: self._look_at_sessions,
            Look.REVOCATIONS: self._look_at_revocations,
            Look.KEY_PACKAGES: self._look_at_key_packages,
        }
        await by_kind[look]()

    async def _look_at_sessions(self) -> None:
        connections = self._feeds.connections()
        live = await self._looks.live_sessions({one.token_hash for one in connections}, self._now_ms())
        for connection in connections:
            if connection.token_hash not in live:
                connection.hang_up(SIGNED_OUT)

    async def _look_at_revocations(self) -> None:
        numbers = await self._looks.revocation_numbers()
        if numbers != self._revocations:
            self._revocations = numbers
            self._feeds.notify(Notice(NoticeKind.REVOCATIONS))

    async def _look_at_key_packages(self) -> None:
        connections = self._feeds.connections()
        counts = await self._looks.key_package_counts(
            {connection.device_id for connection in connections}, self._now_ms() // 1000
        )
        for connection, known in self._those_known(connections):
            count = counts.get(connection.device_id, 0)
            if count < LOW_WATER and count != known.key_packages:
                connection.say(Notice(NoticeKind.KEY_PACKAGES_LOW, None, count))
            known.key_packages = count

    async def _look_at_members(self) -> None:
        connections = self._feeds.connections()
        standings = await self._looks.standings({connection.account_id for connection in connections})
        welcomes: dict[DeviceId, dict[CugId, int]] = {}
        found = await self._looks.welcomes({connection.device_id for connection in connections})
        for (device_id, cug_id), seq in found.items():
            welcomes.setdefault(device_id, {})[cug_id] = seq
        for connection, known in self._those_known(connections):
            standing = standings.get(connection.account_id, {})
            waiting = welcomes.get(connection.device_id, {})
            for notice in self._news(connection, known, standing, waiting):
                connection.say(notice)
            known.standing, known.welcomes = standing, waiting

    def _news(self, connection: Socket, known: Known, standing: Standing, waiting: Mapping[CugId, int]) -> list[Notice]:
        """Followers have it in their events as well. Of what was there before its first look, a connection may have
        asked too early: it is told of every CUG that it does not follow."""
        before = known.welcomes if known.welcomes is not None else waiting
        admitted = {name for name, seq in waiting.items() if before.get(name) != seq}
        admitted |= {
            name
            for name, state in standing.items()
            if state is CugState.OPEN and name not in known.standing and not self._feeds.follows(connection, name)
        }
        closed = {
            name
            for name, state in standing.items()
            if state is CugState.CLOSED and known.standing.get(name) is CugState.OPEN
        }
        removed = {name for name in known.standing if name not in standing}
        return [
            *(Notice(NoticeKind.ADMITTED, name) for name in sorted(admitted)),
            *(Notice(NoticeKind.CLOSED, name) for name in sorted(closed)),
            *(
                Notice(NoticeKind.REMOVED, name)
                for name in sorted(removed)
                if not self._feeds.follows(connection, name)
            ),
        ]

    def _those_known(self, connections: tuple[Socket, ...]) -> list[tuple[Socket, Known]]:
        """The connections that are still there with what they know; who has gone is forgotten."""
        there = set(self._feeds.connections())
        self._known = {one: known for one, known in self._known.items() if one in there}
        return [(one, self._known.setdefault(one, Known())) for one in connections if one in there]
