"""The running Delivery Service of this process: views of groups in memory, judging, the writer, the feeds (DESIGN §3).

    accept(frame) ─ judge by the view ─> LogWriter ─ one transaction ─┬> tell: Stored or Refused
                     │ commits in a thread,                           └> _stored: views, feeds, notices
                     └ one at a time for each CUG

Views may be old where other processes serve the same CUG: what was refused by an old view is judged again by a fresh
one, what was accepted is compared once more inside the transaction.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Self

import structlog

from cencomm.crypto.certificates import Trust
from cencomm.groups import views
from cencomm.groups.access import NO_ACCESS, Access, access_in
from cencomm.groups.delivery import Sending, judge_commit, judge_opening, judge_send, judge_successor
from cencomm.groups.errors import EpochTaken, StaleEpoch
from cencomm.groups.log import CugEnds, Outcome, Receipt, Submission, logged
from cencomm.groups.model import GroupView, LoggedEvent, Membership
from cencomm.groups.seals import event_hash, without_seals
from cencomm.ids import ClientRef, CugId, DeviceId, OfficerId
from cencomm.server.feeds import Feeds
from cencomm.server.neighbours import Neighbours
from cencomm.server.presence import Presence, presence_of
from cencomm.server.session import SIGNED_OUT
from cencomm.store.cugs import CugReader
from cencomm.store.event_log import Hooks
from cencomm.store.log_writer import LogWriter, Told, event_log_for
from cencomm.store.node_messages import Look
from cencomm.wire.frames import Commit, EventKind, Notice, NoticeKind, Send, StartGroup

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from cencomm.server.context import Foundation
    from cencomm.server.websocket import Socket

MAX_VIEWS = 1024
READERS = 4
"""Pages read at the same time: after a restart everybody catches up at once, and the pool of connections is small."""
POLL_SECONDS = 1.0
"""How often it is looked up how far the logs have come, whatever other processes say."""
JUDGING_THREADS = 2
JUDGED_AGAIN = 3
"""How often an event that is bound to no epoch is judged again because a commit came in between."""

log = structlog.get_logger(__name__)


class Delivery:
    """Opened once with the foundation, closed at shutdown."""

    def __init__(self, foundation: Foundation) -> None:
        deployment = foundation.deployment
        self._now_ms = foundation.now_ms
        self._trust = Trust(deployment.deployment_id, deployment.root_public_key)
        self.reader = CugReader(foundation.database.engine)
        self._writer = LogWriter(
            event_log_for(foundation.database, Hooks(event_hash, without_seals)),
            now_ms=foundation.now_ms,
            on_stored=self._stored,
        )
        self.feeds: Feeds[Socket] = Feeds(
            self, poll_seconds=POLL_SECONDS, device_sockets=foundation.settings.device_sockets
        )
        self.neighbours = Neighbours(foundation, self.feeds)
        self.presence: Presence[Socket] = presence_of(foundation, self.feeds, self)
        self._views: OrderedDict[CugId, GroupView] = OrderedDict()
        self._judging = ThreadPoolExecutor(JUDGING_THREADS, thread_name_prefix="judge")
        self._turns: dict[CugId, tuple[asyncio.Lock, int]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._reading = asyncio.Semaphore(READERS)

    @classmethod
    async def open(cls, foundation: Foundation) -> Self:
        delivery = cls(foundation)
        delivery._writer.start()
        delivery.feeds.start()
        await delivery.neighbours.start()
        delivery.presence.start()
        return delivery

    async def close(self) -> None:
        await self.presence.stop()
        await self.feeds.stop()
        await self._writer.stop()
        await self.neighbours.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._judging.shutdown(wait=False, cancel_futures=True)

    # what comes from devices

    async def accept(self, sender: DeviceId, frame: Send | Commit | StartGroup, tell: Told) -> None:
        """Judge and queue `frame`; `tell` gets what became of it, once, perhaps before this returns."""
        match frame:
            case Send():
                await self._accept_send(sender, frame, tell, JUDGED_AGAIN)
            case Commit():
                await self._accept_commit(sender, frame, tell)
            case StartGroup():
                await self._accept_successor(sender, frame, tell)

    def accept_now(self, sender: DeviceId, frame: Send, tell: Told) -> bool:
        """As `accept`, at once; False where something must be waited for first, and nothing has been done."""
        view = self._views.get(CugId(frame.cug_id))
        if view is None or not self._writer.has_room:
            return False
        submission = judge_send(view, sender, frame, self._now_ms())
        if submission.refusal is not None:  # by an old view, perhaps
            return False
        self._writer.submit(submission, partial(self._told, sender, frame, tell, JUDGED_AGAIN))
        return True

    async def open_cug(self, sending: Sending) -> Receipt:
        """The first event of a CUG. Raises what `judge_opening` and the log refuse."""
        submission = await self._in_thread(lambda: judge_opening(sending, self._trust, self._now_ms()))
        return stored_or_refused(await self._writer.outcome_of(submission))

    async def send(self, sender: DeviceId, frame: Send) -> Receipt:
        """As `accept`, for one who waits. Raises the refusal."""
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        await self.accept(sender, frame, lambda outcome: None if answer.done() else answer.set_result(outcome))
        return stored_or_refused(await answer)

    async def _accept_send(self, sender: DeviceId, frame: Send, tell: Told, attempts: int) -> None:
        cug_id = CugId(frame.cug_id)
        view = await self._view(cug_id)
        submission = judge_send(view, sender, frame, self._now_ms())
        if submission.refusal is not None and await self._moved_on(cug_id, view):
            submission = judge_send(await self._view(cug_id), sender, frame, self._now_ms())
        await self._writer.wait_for_room()
        told = tell if submission.refusal is not None else partial(self._told, sender, frame, tell, attempts)
        self._writer.submit(submission, told)

    def _told(self, sender: DeviceId, frame: Send, tell: Told, attempts: int, outcome: Outcome) -> None:
        """What became of one that nothing spoke against when it was judged."""
        if isinstance(outcome, StaleEpoch):
            self._views.pop(CugId(frame.cug_id), None)
            if frame.kind is not EventKind.RECORD and attempts > 1:
                self._spawn(self._accept_send(sender, frame, tell, attempts - 1))
                return
        tell(outcome)

    async def _accept_commit(self, sender: DeviceId, frame: Commit, tell: Told) -> None:
        def judge(view: GroupView | None) -> Submission:
            return judge_commit(view, sender, frame, self._trust, self._now_ms())

        await self._accept_handshake(CugId(frame.cug_id), judge, tell)

    async def _accept_successor(self, sender: DeviceId, frame: StartGroup, tell: Told) -> None:
        cug_id = CugId(frame.cug_id)
        sending = Sending(cug_id, sender, ClientRef(frame.client_ref), EventKind.GROUP, frame.body)
        view = await self._view(cug_id)
        rejections = [] if view is None else await self.reader.rejections_after(cug_id, view.seq)

        def judge(known: GroupView | None) -> Submission:
            return judge_successor(known, sending, self._trust, rejections, self._now_ms())

        await self._accept_handshake(cug_id, judge, tell)

    async def _accept_handshake(
        self, cug_id: CugId, judge: Callable[[GroupView | None], Submission], tell: Told
    ) -> None:
        """One at a time for each CUG, so that losers of a race cost nothing but a look at the epoch."""
        async with self._turn(cug_id):
            view = await self._view(cug_id)
            submission = await self._in_thread(lambda: judge(view))
            if submission.refusal is not None and await self._moved_on(cug_id, view):
                fresh = await self._view(cug_id)
                submission = await self._in_thread(lambda: judge(fresh))
            outcome = await self._writer.outcome_of(submission)
            if isinstance(outcome, EpochTaken):
                self._views.pop(cug_id, None)
        tell(outcome)

    @asynccontextmanager
    async def _turn(self, cug_id: CugId) -> AsyncIterator[None]:
        lock, waiting = self._turns.get(cug_id, (asyncio.Lock(), 0))
        self._turns[cug_id] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._turns.pop(cug_id)
            if waiting > 1:
                self._turns[cug_id] = (lock, waiting - 1)

    async def _in_thread(self, judge: Callable[[], Submission]) -> Submission:
        return await asyncio.get_running_loop().run_in_executor(self._judging, judge)

    # what has been stored

    def _stored(self, batch: Sequence[tuple[Submission, Receipt]]) -> None:
        events: dict[CugId, list[LoggedEvent]] = {}
        changes: list[tuple[Submission, Receipt]] = []
        for submission, receipt in batch:
            events.setdefault(submission.cug_id, []).append(logged(submission, receipt))
            if submission.effect is not None:
                changes.append((submission, receipt))
                self._enter(submission, receipt)
                log.info(
                    "delivery.changed",
                    cug_id=submission.cug_id.hex(),
                    seq=receipt.seq,
                    kind=submission.kind.name,
                    device_id=submission.sender,
                )
        self.neighbours.stored({cug_id: stored[-1].seq for cug_id, stored in events.items()})
        for cug_id, stored in events.items():
            self.feeds.stored(cug_id, stored)
        for submission, receipt in changes:
            self._announce(submission, receipt)

    def _enter(self, submission: Submission, receipt: Receipt) -> None:
        known = self._views.get(submission.cug_id)
        if known is not None and known.seq >= receipt.seq:
            return  # read from the store before we came to it
        view = views.after(known, submission, receipt.seq)
        if view is None:
            self._views.pop(submission.cug_id, None)
        else:
            self._keep(view)

    def _announce(self, submission: Submission, receipt: Receipt) -> None:
        """Tell those who follow nothing yet, or nothing any more; followers have it in their events as well."""
        view = self._views.get(submission.cug_id)
        if view is None:  # dropped meanwhile by somebody who found it too old
            self._spawn(self._read_and_tell(submission, receipt))
        else:
            self._tell(view, submission, receipt)

    async def _read_and_tell(self, submission: Submission, receipt: Receipt) -> None:
        view = await self._view(submission.cug_id)
        if view is not None:
            self._tell(view, submission, receipt)

    def _tell(self, view: GroupView, submission: Submission, receipt: Receipt) -> None:
        cug_id = submission.cug_id
        if isinstance(submission.effect, CugEnds):
            current = [name for name, member in view.members.items() if member.removed_seq is None]
            self.feeds.notify(Notice(NoticeKind.CLOSED, cug_id), accounts=current)
            self.neighbours.changed(Look.MEMBERS)
            return
        admitted = [name for name, member in view.members.items() if _admitted(member, receipt.seq)]
        welcomed = [DeviceId(welcome.device_id) for welcome in views.welcomes(submission)]
        self.feeds.notify(Notice(NoticeKind.ADMITTED, cug_id), accounts=admitted, devices=welcomed)
        removed = [name for name, member in view.members.items() if member.removed_seq == receipt.seq]
        for name in removed:
            for connection in self.feeds.connections_of(name):
                if not self.feeds.follows(connection, cug_id):
                    connection.say(Notice(NoticeKind.REMOVED, cug_id))
        if admitted or welcomed or removed:
            self.neighbours.changed(Look.MEMBERS)

    # what the accounts side tells

    def end_session(self, token_hash: bytes) -> None:
        """Close the connections of a session that was signed out."""
        for connection in self.feeds.connections():
            if connection.token_hash == token_hash:
                connection.hang_up(SIGNED_OUT)
        self.neighbours.changed(Look.SESSIONS)

    def end_device(self, device_id: DeviceId) -> None:
        """Close the connections of a revoked device."""
        for connection in self.feeds.connections():
            if connection.device_id == device_id:
                connection.hang_up(SIGNED_OUT)
        self.neighbours.changed(Look.SESSIONS)

    def end_account(self, account_id: str, except_token_hash: bytes | None = None) -> None:
        """Close the account's connections, but for those of one session."""
        for connection in self.feeds.connections_of(OfficerId(account_id)):
            if connection.token_hash != except_token_hash:
                connection.hang_up(SIGNED_OUT)
        self.neighbours.changed(Look.SESSIONS)

    def revocations_published(self) -> None:
        self.feeds.notify(Notice(NoticeKind.REVOCATIONS))
        self.neighbours.changed(Look.REVOCATIONS)

    def key_packages_low(self, device_id: DeviceId, count: int) -> None:
        self.feeds.notify(Notice(NoticeKind.KEY_PACKAGES_LOW, None, count), accounts=(), devices=[device_id])
        self.neighbours.changed(Look.KEY_PACKAGES)

    # what the feeds and the HTTP routes ask

    async def events_after(self, cug_id: CugId, seq: int) -> list[LoggedEvent]:
        async with self._reading:
            return await self.reader.events_after(cug_id, seq)

    async def last_seqs(self, cug_ids: Sequence[CugId]) -> dict[CugId, int]:
        return await self.reader.last_seqs(cug_ids)

    async def reach(self, cug_id: CugId, seq: int) -> int:
        """`seq`, or where the log ends if that is before it; a view that is older than that is dropped."""
        async with self._reading:
            current = await self.reader.cug(cug_id)
        if current is None:
            return 0
        view = self._views.get(cug_id)
        if view is not None and not view.is_of(current):
            self._views.pop(cug_id, None)
        return min(seq, current.last_seq)

    def accesses_now(self, cug_id: CugId, upto: Sequence[LoggedEvent]) -> Callable[[OfficerId], Access] | None:
        """By the view in memory; None where it is not there or older than `upto`."""
        view = self._views.get(cug_id)
        if view is None or not view.reaches(upto):
            return None
        return partial(access_in, view)

    async def access(self, cug_id: CugId, account_id: OfficerId, upto: Sequence[LoggedEvent]) -> Access:
        """As `accesses_now`, after reading what is not known yet."""
        known = self.accesses_now(cug_id, upto)
        if known is not None:
            return known(account_id)
        view = await self._read_view(cug_id)
        return access_in(view, account_id) if view is not None else NO_ACCESS

    async def devices(self, cug_id: CugId) -> list[DeviceId]:
        """The devices with a leaf in the current epoch, by leaf index."""
        view = await self._view(cug_id)
        if view is not None and await self._moved_on(cug_id, view):
            view = await self._view(cug_id)
        return [] if view is None else [device for _, device in sorted(view.current.devices.items())]

    async def fresh(self, cug_id: CugId) -> tuple[GroupView | None, int]:
        """The view as of now, whatever other processes stored, and the newest event's seq; None: no such CUG."""
        view, current = await self._view(cug_id), await self.reader.cug(cug_id)
        if view is None or current is None:
            return None, 0
        if not view.is_of(current):
            self._views.pop(cug_id, None)
            view = await self._view(cug_id)
        return view, current.last_seq

    def view_now(self, cug_id: CugId) -> GroupView | None:
        """As this process knows it; None where it is not in memory."""
        return self._views.get(cug_id)

    async def view(self, cug_id: CugId) -> GroupView | None:
        """As this process knows it, which may be old, after reading what it does not know; None: no such CUG."""
        return await self._view(cug_id)

    async def _view(self, cug_id: CugId) -> GroupView | None:
        view = self._views.get(cug_id)
        return view if view is not None else await self._read_view(cug_id)

    async def _read_view(self, cug_id: CugId) -> GroupView | None:
        stored = await self.reader.group(cug_id)
        if stored is None:
            return None
        view = await asyncio.get_running_loop().run_in_executor(
            self._judging,
            lambda: views.read(stored.cug, stored.made_by, stored.public_group, stored.members),
        )
        newer = self._views.get(cug_id)
        if newer is not None and newer.seq >= view.seq and newer.state is view.state:
            return newer
        self._keep(view)
        return view

    async def _moved_on(self, cug_id: CugId, view: GroupView | None) -> bool:
        """Whether the store knows a newer epoch or state than `view`; then the view is dropped."""
        current = await self.reader.cug(cug_id)
        if current is None or (view is not None and view.is_of(current)):
            return False
        self._views.pop(cug_id, None)
        return True

    def _keep(self, view: GroupView) -> None:
        self._views[view.cug_id] = view
        self._views.move_to_end(view.cug_id)
        while len(self._views) > MAX_VIEWS:
            self._views.popitem(last=False)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _admitted(member: Membership, seq: int) -> bool:
    return member.removed_seq is None and member.admitted_seq == seq


def stored_or_refused(outcome: Outcome) -> Receipt:
    """The receipt. Raises the refusal."""
    if isinstance(outcome, Receipt):
        return outcome
    raise outcome
