"""The engine of one CUG: every transition is one profile transaction; frames go out only after it is written.

    frames in  ──> apply (transaction) ──> frames out, effects, waiters
    requests   ──> queue or prepare (transaction) ──> frames out

Two processes may run an engine over the same rows: whoever finds that the other wrote reads everything afresh.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import structlog

from cencomm.client import model
from cencomm.client.clock import ServerClock, jittered
from cencomm.client.engine.committing import Invited, make_commit, make_external_commit, make_start
from cencomm.client.engine.device import Device
from cencomm.client.engine.effects import CatchUpAgain, Effect, ReadAgain
from cencomm.client.engine.memory import Memory
from cencomm.client.engine.outbox import new_row, require_size
from cencomm.client.engine.receive import apply_events
from cencomm.client.engine.repair import FIRST_WAIT_MS, LONGEST_WAIT_MS
from cencomm.client.engine.sending import pump, unsealed
from cencomm.client.errors import ServerUnreachable
from cencomm.client.model import PendingKind, PendingRow
from cencomm.client.profile import Profile, Table, Transaction
from cencomm.crypto.events import GroupStart
from cencomm.crypto.group_context import CencommGroup
from cencomm.crypto.mls.public.proposals import Proposal
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.ids import ClientRef, CugId, GroupId, new_client_ref
from cencomm.wire.frames import (
    CaughtUp,
    ClientFrame,
    EventKind,
    Events,
    Refused,
    ServerFrame,
    Stored,
    Subscribe,
    decode_client_frame,
)

STALE = frozenset({"groups.stale_epoch", "mls.wrong_epoch"})
LOST = STALE | {"groups.epoch_taken"}
"""Somebody else's commit closed the epoch."""
AGAIN = "again"
"""A handshake's outcome: nothing came of it, and it can be made anew at once."""
LATER = frozenset({"server.too_many_requests", "server.too_slow", "server.not_ready", "groups.not_stored"})
"""Nothing is wrong with the sending: it goes out again."""
_RETRY_SECONDS = 1.0

log = structlog.get_logger(__name__)


class Link(Protocol):
    """The live session, as an engine sees it."""

    def send(self, frame: ClientFrame) -> None: ...


class CugEngine:
    """One CUG of one profile."""

    def __init__(self, cug_id: CugId, device: Device, profile: Profile, link: Link, clock: ServerClock) -> None:
        self.cug_id = cug_id
        self.memory = Memory(cug_id, device)
        self.clock = clock
        self.caught_up_seq = -1
        """Up to where the server said that we have caught up, on this connection; -1 before that."""
        self.on_effects: Callable[[CugEngine, Sequence[Effect]], None] = lambda engine, effects: None
        self._profile = profile
        self._link = link
        self._generation = -1
        self._sound = False
        self._changed = asyncio.Event()
        self._outcomes: dict[bytes, asyncio.Future[str]] = {}
        self._stopped = False
        self._catch_ups = 0
        self._read_wait_ms = FIRST_WAIT_MS
        self._read_after_ms = 0

    # ------------------------------------------------------------ transactions

    @contextmanager
    def changing(self, *, durable: bool = False) -> Iterator[Transaction]:
        """A transaction with `memory` in step with the rows; saved at the end, loaded again after a failure."""
        with self._profile.transaction(durable=durable) as tx:
            self._refresh(tx)
            self._sound = False
            yield tx
            self.memory.save(tx)
        self.memory.outbox.written()
        self._sound = True

    def reading(self) -> Transaction:
        """For reads: `memory` is in step with the rows when this returns."""
        tx = self._profile.read()
        self._refresh(tx)
        return tx

    def _refresh(self, tx: Transaction) -> None:
        generation = self._profile.generation()
        if not self._sound or generation != self._generation:
            self.memory.load(tx)
            self._generation = generation
            self._sound = True

    # ------------------------------------------------------------ the session

    def resume(self) -> list[ClientFrame]:
        """What a fresh connection owes: the subscription, a pending handshake, the outbox."""
        self.caught_up_seq = -1
        self.memory.outbox.disconnected()
        with self.changing() as tx:
            row = self.memory.row
            position = row.refused_seq - 1 if row.refused_seq and not row.closed_seq else row.head_n
            frames: list[ClientFrame] = [Subscribe(self.cug_id, position)]
            pending = self.memory.pending
            if pending is not None and not self._opens_cug(pending):
                frames.append(decode_client_frame(pending.frame))
            frames += pump(self.memory, tx, self.clock.now_ms())
        return frames

    def _opens_cug(self, pending: PendingRow) -> bool:
        return pending.kind is PendingKind.START and self.memory.row.head_n == 0

    def disconnected(self) -> None:
        self.caught_up_seq = -1
        self.memory.outbox.disconnected()
        self._wake()

    def receive(self, frames: Sequence[ServerFrame]) -> None:
        """Everything that came for this CUG, in order, in one transaction."""
        ended: dict[bytes, str] = {}
        before = self.memory.pending
        with self.changing() as tx:
            for frame in frames:
                self._take(tx, frame, ended)
            self._settle(before, frames, ended)
            out = pump(self.memory, tx, self.clock.now_ms())
        self._after(out, ended)

    def _take(self, tx: Transaction, frame: ServerFrame, ended: dict[bytes, str]) -> None:
        if isinstance(frame, Events):
            apply_events(self.memory, tx, frame.events)
        elif isinstance(frame, Stored):
            self.memory.outbox.acknowledged(tx, frame.client_ref, frame.seq)
            self._missing(tx, frame)
        elif isinstance(frame, CaughtUp):
            self.caught_up_seq = frame.seq
            self._catch_ups += 1
            if frame.seq < self.memory.row.head_n:
                self.memory.alarm(tx, "rolled_back", known=self.memory.row.head_n, said=frame.seq)
        elif isinstance(frame, Refused) and frame.client_ref is not None:
            self._refused(tx, frame, frame.client_ref, ended)

    def _missing(self, tx: Transaction, frame: Stored) -> None:
        """An acknowledgement for a place that we have passed, and our sending was not there (PROTOCOL §3.4)."""
        if frame.seq > self.memory.row.head_n:
            return
        for row in self.memory.outbox.missing(self.memory.row.head_n):
            self.memory.alarm(tx, "own_record_missing", seq=row.stored_seq)
            self.memory.outbox.refused(tx, row.client_ref, "client.own_record_missing")

    def _refused(self, tx: Transaction, frame: Refused, client_ref: bytes, ended: dict[bytes, str]) -> None:
        pending = self.memory.pending
        if pending is not None and pending.client_ref == client_ref:
            if frame.code not in LATER:
                self.memory.put_pending(tx, None)
                ended[client_ref] = self._why_refused(frame)
            else:
                self._again_later(decode_client_frame(pending.frame))
            return
        if frame.code in STALE:
            row = self.memory.outbox.stale(client_ref)
            if row is not None:
                self.memory.outbox.put(tx, unsealed(row))
        elif frame.code in LATER:
            if self.memory.outbox.rest(client_ref):
                self._loop_later(self._push_rested)
        elif frame.code != "groups.client_ref_reused":  # that one is in the log already: it comes back
            self.memory.outbox.refused(tx, client_ref, frame.code)

    def _why_refused(self, frame: Refused) -> str:
        apart_seconds = frame.facts.get("apart_seconds")
        if frame.code == "groups.clock_apart" and isinstance(apart_seconds, int):
            self.clock.correct(apart_seconds)
            return AGAIN
        return "lost" if frame.code in LOST else frame.code

    def _settle(self, before: PendingRow | None, frames: Sequence[ServerFrame], ended: dict[bytes, str]) -> None:
        """What became of the handshake that was under way when this batch came."""
        after = self.memory.pending
        if before is None or (after is not None and after.client_ref == before.client_ref):
            return
        came_back = any(
            event.client_ref == before.client_ref and event.sender == self.memory.device.device_id
            for frame in frames
            if isinstance(frame, Events)
            for event in frame.events
        )
        ended.setdefault(before.client_ref, "won" if came_back else "lost")

    def _after(self, out: Sequence[ClientFrame], ended: dict[bytes, str]) -> None:
        for frame in out:
            self._link.send(frame)
        for client_ref, outcome in ended.items():
            waiting = self._outcomes.pop(client_ref, None)
            if waiting is not None and not waiting.done():
                waiting.set_result(outcome)
        effects = tuple(dict.fromkeys(self.memory.effects))
        self.memory.effects.clear()
        self._wake()
        if CatchUpAgain() in effects:
            self._loop_later(self._subscribe_again)
        if ReadAgain() in effects:
            self._read_after_ms = 0
        if effects:
            self.on_effects(self, effects)

    def _subscribe_again(self) -> None:
        self._link.send(Subscribe(self.cug_id, self.memory.row.head_n))

    def read_again(self) -> None:
        """The log once more from the handshake that was refused, where one was: at once, then ever more seldom."""
        row, now_ms = self.memory.row, self.clock.now_ms()
        if not row.refused_seq or row.closed_seq or self.caught_up_seq < 0 or now_ms < self._read_after_ms:
            return
        self._read_wait_ms = min(LONGEST_WAIT_MS, 2 * self._read_wait_ms) if self._read_after_ms else FIRST_WAIT_MS
        self._read_after_ms = now_ms + self._read_wait_ms
        self._link.send(Subscribe(self.cug_id, row.refused_seq - 1))

    async def catch_up(self, seconds: float) -> None:
        """Have everything that the server has now. Raises ServerUnreachable after `seconds`."""
        before = self._catch_ups
        if self.caught_up_seq >= 0:
            self._subscribe_again()
        await self.wait_for(lambda: self._catch_ups > before or self._stopped, seconds)
        await self.wait_for(lambda: self.memory.row.head_n >= self.caught_up_seq or self._stopped, seconds)

    def _again_later(self, frame: ClientFrame) -> None:
        self._loop_later(lambda: self._link.send(frame))

    def _loop_later(self, action: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(
            jittered(_RETRY_SECONDS),
            lambda: None if self._stopped else action(),
        )

    # ------------------------------------------------------------ requests

    def queue(
        self,
        *,
        public: bytes = b"",
        personal: bytes = b"",
        client_ref: ClientRef | None = None,
        instead_of: Table | None = None,
    ) -> ClientRef:
        """A record into the outbox, sealed and on its way at once where that is possible.

        Args:
            instead_of: where the record waited under its client_ref until now; it goes from there, and where somebody
                else took it meanwhile nothing is queued.

        Raises:
            RecordTooLarge: nothing is queued.
        """
        require_size(public, personal)
        client_ref = client_ref or new_client_ref()
        with self.changing() as tx:
            if instead_of is not None:
                if not tx.has(instead_of, client_ref):
                    return client_ref
                tx.delete(instead_of, client_ref)
            self.memory.outbox.add(tx, new_row(client_ref, EventKind.RECORD, public=public, personal=personal))
            out = pump(self.memory, tx, self.clock.now_ms())
        self._after(out, {})
        return client_ref

    def queue_event(self, kind: EventKind, body: bytes) -> ClientRef:
        """A rejection or seal into the outbox."""
        client_ref = new_client_ref()
        with self.changing() as tx:
            self.memory.outbox.add(tx, new_row(client_ref, kind, body=body))
            out = pump(self.memory, tx, self.clock.now_ms())
        self._after(out, {})
        return client_ref

    def nudge(self) -> None:
        """Send a pending handshake again that nobody here waits for: another process may have died over it."""
        self.reading()
        pending = self.memory.pending
        if pending is not None and pending.client_ref not in self._outcomes and not self._opens_cug(pending):
            self._link.send(decode_client_frame(pending.frame))

    def _push_rested(self) -> None:
        self.memory.outbox.rested()
        self.push()

    def push(self) -> None:
        """Send what has become due."""
        with self.changing() as tx:
            out = pump(self.memory, tx, self.clock.now_ms())
        self._after(out, {})

    async def commit(
        self, proposals: Sequence[Proposal], invited: Sequence[Invited] = (), *, shares_history: bool = False
    ) -> str:
        """Commit in the present epoch, while nothing is pending: `won`, `lost` to another's, AGAIN, or the server's
        code."""
        with self.changing(durable=True) as tx:
            now_ms = self.clock.now_ms()
            frame = make_commit(self.memory, tx, proposals, invited, now_ms, shares_history=shares_history)
        return await self._outcome(frame)

    async def commit_external(self, group_info: bytes, remove: LeafIndex | None) -> str:
        """As `commit`, joining from outside."""
        with self.changing(durable=True) as tx:
            frame = make_external_commit(self.memory, tx, group_info, remove, self.clock.now_ms())
        return await self._outcome(frame)

    def prepare_start(
        self, group_id: GroupId, group: CencommGroup, records: Sequence[bytes] = ()
    ) -> tuple[PendingRow, GroupStart]:
        """A new group, written down as pending together with what its first records will say. The first group of a CUG
        goes out over HTTP, and they once it has come back."""
        with self.changing(durable=True) as tx:
            for personal in records:
                self.memory.outbox.add(tx, new_row(new_client_ref(), EventKind.RECORD, personal=personal))
            return make_start(self.memory, tx, group_id, group, self.clock.now_ms())

    async def start_successor(self, group_id: GroupId, group: CencommGroup) -> str:
        """As `commit`, with a successor of the present group."""
        row, _ = self.prepare_start(group_id, group)
        return await self._outcome(decode_client_frame(row.frame))

    async def _outcome(self, frame: ClientFrame) -> str:
        pending = self.memory.pending
        assert pending is not None
        waiting: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._outcomes[pending.client_ref] = waiting
        self._link.send(frame)
        return await waiting

    # ------------------------------------------------------------ waiting

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def wait_for(self, condition: Callable[[], bool], seconds: float) -> None:
        """Return when `condition` holds after some change. Raises ServerUnreachable after `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    await self.next_change()
        except TimeoutError:
            raise ServerUnreachable(waited_seconds=seconds) from None

    async def next_change(self) -> None:
        """Return after the next batch, disconnection or stop."""
        await self._changed.wait()

    @property
    def changed(self) -> asyncio.Event:
        """Set by the next batch, disconnection or stop; another one stands here then."""
        return self._changed

    def stop(self) -> None:
        self._stopped = True
        for waiting in self._outcomes.values():
            waiting.cancel()
        self._outcomes.clear()
        self._wake()

    @property
    def stopped(self) -> bool:
        return self._stopped


def known_cugs(profile: Profile) -> list[CugId]:
    """The CUGs that have rows in the profile."""
    return [CugId(row.key) for row in profile.read().rows(model.CUGS)]
