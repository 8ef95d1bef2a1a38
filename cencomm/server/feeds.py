"""Who hears of what was stored: one gapless path for catching up and for live delivery (DESIGN §3).

    follow(after_seq)             stored(events)
        |                             |
        v        nothing left         v
    CATCHING_UP ----------------->  LIVE      every live subscriber of a CUG has the same position, so that an event
        ^                             |       is encoded once and the same bytes go to every socket
        +-----------------------------+       out of it: the peer reads too slowly, a gap, or a change of access
             then from the store by seq

Access is asked again for every page and every batch. Who lost it gets what he may still see, the event that removed
him included, then a Notice, and the subscription ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

import structlog

from cencomm import measures
from cencomm.groups.access import Access
from cencomm.groups.errors import NotMember
from cencomm.groups.model import LoggedEvent
from cencomm.ids import CugId, DeviceId, OfficerId
from cencomm.wire.frames import (
    CaughtUp,
    Event,
    Events,
    Notice,
    NoticeKind,
    Refused,
    ServerFrame,
    encode_frame,
)

FRAME_BYTES = 1024 * 1024
"""Events are split over several frames beyond this, however many of them came at once."""

NOBODY = OfficerId("")

log = structlog.get_logger(__name__)


class Connection(Protocol):
    """One device's socket. `write` takes an encoded frame and never blocks; `say` encodes first."""

    @property
    def account_id(self) -> OfficerId: ...
    @property
    def device_id(self) -> DeviceId: ...
    @property
    def is_paused(self) -> bool: ...

    def write(self, frame: bytes) -> None: ...
    def say(self, frame: ServerFrame) -> None: ...
    async def writable(self) -> None: ...
    def give_up(self) -> None:
        """End the connection: the server cannot serve it now, and the client comes back by itself."""

    def unfollowed(self, cug_id: CugId) -> None:
        """The subscription ended from the server's side."""


C = TypeVar("C", bound=Connection)


class Source(Protocol):
    """Where events come from, and who may see them."""

    async def events_after(self, cug_id: CugId, seq: int) -> list[LoggedEvent]: ...
    async def last_seqs(self, cug_ids: Sequence[CugId]) -> dict[CugId, int]: ...
    async def reach(self, cug_id: CugId, seq: int) -> int:
        """`seq`, or where the log ends if that is before it; what this process knows reaches up to there afterwards."""

    def accesses_now(self, cug_id: CugId, upto: Sequence[LoggedEvent]) -> Callable[[OfficerId], Access] | None:
        """By what this process knows; None where that does not reach up to those events."""

    async def access(self, cug_id: CugId, account_id: OfficerId, upto: Sequence[LoggedEvent]) -> Access: ...


@dataclass(eq=False, slots=True)
class Subscriber(Generic[C]):
    connection: C
    cug_id: CugId
    position: int
    """The last seq that was written to the connection."""
    owes_caught_up: bool = True
    is_proven: bool = False
    """Whether the store has said that its log reaches up to `position`; until then only the peer has."""
    task: asyncio.Task[None] | None = None


@dataclass(eq=False, slots=True)
class Feed(Generic[C]):
    """One CUG's subscribers in this process; `last_seq` is the position of all live ones."""

    last_seq: int = 0
    known_seq: int = 0
    """How far the log has come, as far as somebody said."""
    live: set[Subscriber[C]] = field(default_factory=set)
    subscribers: dict[C, Subscriber[C]] = field(default_factory=dict)
    pulling: asyncio.Lock = field(default_factory=asyncio.Lock)


class Feeds(Generic[C]):
    """All subscriptions and connections of this process."""

    def __init__(self, source: Source, *, poll_seconds: float = 1.0, device_sockets: int = 16) -> None:
        self._source = source
        self._poll_seconds = poll_seconds
        self._device_sockets = device_sockets
        self._feeds: dict[CugId, Feed[C]] = {}
        self._connections: dict[OfficerId, dict[C, None]] = {}
        """The sockets of each account, in the order in which they came."""
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        measures.FOLLOWED.add(self)
        self._spawn(self._poll())

    @property
    def followed_cugs(self) -> int:
        return len(self._feeds)

    @property
    def catching_up(self) -> int:
        return sum(len(feed.subscribers) - len(feed.live) for feed in self._feeds.values())

    async def stop(self) -> None:
        measures.FOLLOWED.discard(self)
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def connected(self, connection: C) -> None:
        """A device has so many sockets here and no more. Its oldest are given up: a line that broke in silence leaves
        its socket behind, and the newest is the one at which somebody waits."""
        among = self._connections.setdefault(connection.account_id, {})
        among[connection] = None
        own = [one for one in among if one.device_id == connection.device_id]
        for oldest in own[: -self._device_sockets]:
            oldest.give_up()

    def disconnected(self, connection: C) -> None:
        """Forget the connection and all that it follows."""
        for cug_id in [name for name, feed in self._feeds.items() if connection in feed.subscribers]:
            self.unfollow(connection, cug_id)
        among = self._connections.get(connection.account_id, {})
        among.pop(connection, None)
        if not among:
            self._connections.pop(connection.account_id, None)

    def follow(self, connection: C, cug_id: CugId, after_seq: int) -> None:
        """Everything after `after_seq`, then live; a second time starts over from there."""
        self.unfollow(connection, cug_id)
        subscriber = Subscriber(connection, cug_id, after_seq)
        self._feeds.setdefault(cug_id, Feed()).subscribers[connection] = subscriber
        self._catch_up_later(subscriber)

    def unfollow(self, connection: C, cug_id: CugId) -> None:
        feed = self._feeds.get(cug_id)
        subscriber = feed.subscribers.pop(connection, None) if feed is not None else None
        if feed is None or subscriber is None:
            return
        feed.live.discard(subscriber)
        if subscriber.task is not None:
            subscriber.task.cancel()
        if not feed.subscribers:
            del self._feeds[cug_id]

    def notify(
        self,
        notice: Notice,
        *,
        accounts: Iterable[OfficerId] | None = None,
        devices: Iterable[DeviceId] = (),
    ) -> None:
        """Tell every connection of these accounts and of these devices, or of everybody where `accounts` is None."""
        names = set(self._connections if accounts is None else accounts)
        chosen = set(devices)
        for account_id, connections in list(self._connections.items()):
            for connection in tuple(connections):
                if account_id in names or connection.device_id in chosen:
                    connection.say(notice)

    def follows(self, connection: C, cug_id: CugId) -> bool:
        feed = self._feeds.get(cug_id)
        return feed is not None and connection in feed.subscribers

    def is_live(self, connection: C, cug_id: CugId) -> bool:
        """Whether it hears what is stored as it is stored."""
        feed = self._feeds.get(cug_id)
        return feed is not None and feed.subscribers.get(connection) in feed.live

    def connections_of(self, account_id: OfficerId) -> tuple[C, ...]:
        return tuple(self._connections.get(account_id, ()))

    def connections(self) -> tuple[C, ...]:
        return tuple(connection for among in self._connections.values() for connection in among)

    def stored(self, cug_id: CugId, events: Sequence[LoggedEvent]) -> None:
        """Consecutive events have become durable: write them to everybody who is live."""
        feed = self._feeds.get(cug_id)
        if feed is None or not feed.live:
            return
        if events[0].seq > feed.last_seq + 1:
            self.reached(cug_id, events[-1].seq)
            return
        new = [event for event in events if event.seq > feed.last_seq]
        if not new:
            return
        feed.last_seq = new[-1].seq
        access_of = self._source.accesses_now(cug_id, new)
        frames = event_frames(cug_id, new)
        for subscriber in tuple(feed.live):
            connection = subscriber.connection
            if access_of is None or not access_of(connection.account_id).is_current or connection.is_paused:
                self._catch_up_later(subscriber)
                continue
            for frame in frames:
                connection.write(frame)
            subscriber.position = feed.last_seq

    def reached(self, cug_id: CugId, seq: int) -> None:
        """The log is said to have come to `seq`, by another process perhaps: fetch what is not here yet."""
        feed = self._feeds.get(cug_id)
        if feed is None or not feed.live or seq <= max(feed.last_seq, feed.known_seq):
            return
        feed.known_seq = seq
        if not feed.pulling.locked():
            self._spawn(self._pull(cug_id, feed))

    def poll_soon(self) -> None:
        """Ask the store now how far the logs have come."""
        self._spawn(self._poll_once())

    def paused(self, connection: C) -> None:
        """The peer does not read fast enough: out of the fan-out until it does."""
        for feed in self._feeds.values():
            subscriber = feed.subscribers.get(connection)
            if subscriber is not None and subscriber in feed.live:
                self._catch_up_later(subscriber)

    def _catch_up_later(self, subscriber: Subscriber[C]) -> None:
        self._feeds[subscriber.cug_id].live.discard(subscriber)
        if subscriber.task is None or subscriber.task.done():
            subscriber.task = self._spawn(self._catch_up(subscriber))

    async def _catch_up(self, subscriber: Subscriber[C]) -> None:
        try:
            while not await self._catch_up_step(subscriber):
                pass
        except Exception:
            log.exception("feeds.catch_up_failed", cug_id=subscriber.cug_id.hex())
            subscriber.connection.give_up()

    async def _catch_up_step(self, subscriber: Subscriber[C]) -> bool:
        """One page; True when the subscriber is live or its subscription has ended."""
        connection, cug_id = subscriber.connection, subscriber.cug_id
        await connection.writable()
        if not subscriber.is_proven:
            await self._prove(subscriber)
        page = await self._source.events_after(cug_id, subscriber.position)
        access = await self._source.access(cug_id, connection.account_id, page)
        if not access.any:
            self._end(subscriber, Refused(cug_id, None, NotMember.code))
            return True
        seen = [event for event in page if access.sees(event.seq)]
        for frame in event_frames(cug_id, seen):
            connection.write(frame)
        if seen:
            subscriber.position = seen[-1].seq
        if not access.is_current and (not page or len(seen) < len(page) or subscriber.position >= access.visible_to):
            self._caught_up(subscriber)
            self._end(subscriber, Notice(NoticeKind.REMOVED, cug_id))
            return True
        return not page and await self._go_live(subscriber)

    async def _prove(self, subscriber: Subscriber[C]) -> None:
        """A peer may ask from beyond the log's end: after a restore, or to make others miss events. It starts where
        the log ends, and hears so in CaughtUp. And it may have seen, through another process, changes of members that
        this one does not know of: no page from its position on holds them."""
        if subscriber.position:
            subscriber.position = await self._source.reach(subscriber.cug_id, subscriber.position)
        subscriber.is_proven = True

    async def _go_live(self, subscriber: Subscriber[C]) -> bool:
        """Nothing was left in the store: True unless something came in between."""
        feed = self._feeds[subscriber.cug_id]
        if not feed.live:
            feed.last_seq = subscriber.position
        if subscriber.position > feed.last_seq:
            feed.known_seq = max(feed.known_seq, subscriber.position)
            await self._pull(subscriber.cug_id, feed)
        if subscriber.position != feed.last_seq or subscriber.connection.is_paused:
            return False
        feed.live.add(subscriber)
        self._caught_up(subscriber)
        return True

    def _caught_up(self, subscriber: Subscriber[C]) -> None:
        if subscriber.owes_caught_up:
            subscriber.owes_caught_up = False
            subscriber.connection.say(CaughtUp(subscriber.cug_id, subscriber.position))

    def _end(self, subscriber: Subscriber[C], last_word: ServerFrame) -> None:
        subscriber.connection.say(last_word)
        subscriber.task = None
        self.unfollow(subscriber.connection, subscriber.cug_id)
        subscriber.connection.unfollowed(subscriber.cug_id)

    async def _pull(self, cug_id: CugId, feed: Feed[C]) -> None:
        """Fetch what other processes stored, once for all live subscribers."""
        async with feed.pulling:
            while feed.live and feed.known_seq > feed.last_seq:
                known_seq = feed.known_seq
                page = await self._source.events_after(cug_id, feed.last_seq)
                if not page:
                    if feed.known_seq == known_seq:
                        feed.known_seq = feed.last_seq  # whoever said so was wrong
                    continue
                await self._source.access(cug_id, NOBODY, page)  # so that what it knows reaches up to `page`
                self.stored(cug_id, page)

    async def _poll(self) -> None:
        """The floor under every other way of hearing of events: nothing is lost, at worst it is late."""
        while True:
            await asyncio.sleep(self._poll_seconds)
            try:
                await self._poll_once()
            except Exception:
                log.exception("feeds.poll_failed")

    async def _poll_once(self) -> None:
        live = [name for name, feed in self._feeds.items() if feed.live]
        if not live:
            return
        for cug_id, last_seq in (await self._source.last_seqs(live)).items():
            feed = self._feeds.get(cug_id)
            if feed is not None and last_seq > feed.last_seq:
                feed.known_seq = max(feed.known_seq, last_seq)
                await self._pull(cug_id, feed)

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("feeds.task_failed", exc_info=task.exception())


def event_frames(cug_id: CugId, events: Sequence[LoggedEvent]) -> list[bytes]:
    """`events` as encoded Events frames, as few as FRAME_BYTES allows."""
    frames: list[bytes] = []
    pending: list[Event] = []
    size = 0
    for event in events:
        if pending and size + len(event.body) > FRAME_BYTES:
            frames.append(encode_frame(Events(cug_id, tuple(pending))))
            pending, size = [], 0
        pending.append(wire_event(event))
        size += len(event.body)
    if pending:
        frames.append(encode_frame(Events(cug_id, tuple(pending))))
    return frames


def wire_event(event: LoggedEvent) -> Event:
    return Event(
        event.seq,
        event.server_time_ms,
        event.kind,
        event.sender,
        event.client_ref,
        event.body,
        event.event_hash,
    )
