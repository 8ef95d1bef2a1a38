"""The log of a CUG read once more from the server, for extraction and verification (PROTOCOL §4.3)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from cencomm.client import model
from cencomm.client.engine.engine import CugEngine
from cencomm.client.engine.receive import hash_of
from cencomm.client.engine.record import open_placed, place
from cencomm.client.errors import ServerMisbehaved, ServerRefused, ServerUnreachable
from cencomm.client.http import Api
from cencomm.client.model import Item, unpack
from cencomm.client.session import Session
from cencomm.crypto.head import Head, advance
from cencomm.crypto.head import start as first_head
from cencomm.crypto.records import OpenedRecord, read_header
from cencomm.errors import DomainError
from cencomm.ids import CugId
from cencomm.wire.frames import (
    ClientFrame,
    Event,
    EventKind,
    Events,
    Refused,
    ServerFrame,
    Subscribe,
)

_QUEUED_BATCHES = 16
_SILENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One event of the log as the server handed it out, with the head after it and what this client made of it."""

    event: Event
    event_hash: bytes
    head_hash: bytes
    """H_n after this event (PROTOCOL §3.4)."""
    item: Item | None
    """None for events that show nothing (a corrected seal, an empty commit)."""
    record: OpenedRecord | None
    """The verified record, for kind RECORD with a known key."""


class _Tokens:
    """The token that the client has; a session that is refused ends."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def token(self) -> str:
        return self._api.token

    async def renew(self) -> None:
        raise ServerUnreachable(reason="token")


class _Reader:
    """A session that follows one CUG from where the reader is."""

    def __init__(self, cug_id: CugId) -> None:
        self._cug_id = cug_id
        self.position = 0
        self.batches: asyncio.Queue[Sequence[Event] | DomainError] = asyncio.Queue(_QUEUED_BATCHES)

    def resume(self) -> Sequence[ClientFrame]:
        return [Subscribe(self._cug_id, self.position)]

    async def receive(self, frames: Sequence[ServerFrame]) -> None:
        for frame in frames:
            if isinstance(frame, Events):
                self.position = frame.events[-1].seq
                await self.batches.put(frame.events)
            elif isinstance(frame, Refused):
                await self.batches.put(ServerRefused(frame.code, frame.facts))

    def disconnected(self) -> None:
        """Nothing: `resume` goes on from the position."""


async def read_log(engine: CugEngine, api: Api, up_to_seq: int) -> AsyncIterator[LogEntry]:
    """Events 1 to `up_to_seq`.

    Raises:
        ServerMisbehaved: the log differs from the one that was applied here; ServerRefused; ServerUnreachable.
    """
    reader = _Reader(engine.cug_id)
    session = Session(api.server_url, _Tokens(api), reader)
    session.start()
    head = first_head(engine.cug_id)
    try:
        while head.n < up_to_seq:
            for event in await _next(reader):
                if event.seq != head.n + 1:
                    continue
                if event.seq > up_to_seq:
                    return
                head = advance(head, event.seq, event.server_time, hash_of(event))
                yield _entry(engine, event, head)
    finally:
        await session.stop()


async def _next(reader: _Reader) -> Sequence[Event]:
    try:
        async with asyncio.timeout(_SILENCE_SECONDS):
            batch = await reader.batches.get()
    except TimeoutError:
        raise ServerUnreachable(waited_seconds=_SILENCE_SECONDS) from None
    if isinstance(batch, DomainError):
        raise batch
    return batch


def _entry(engine: CugEngine, event: Event, head: Head) -> LogEntry:
    tx = engine.reading()
    if engine.memory.heads.at(tx, head.n) != head.hash:
        raise ServerMisbehaved(reason="log_changed", seq=event.seq)
    return LogEntry(event, hash_of(event), head.hash, _item(engine, event), _record(engine, event))


def _item(engine: CugEngine, event: Event) -> Item | None:
    """What stands for this very event; a refusal lies under its place, beside what has the same client_ref."""
    tx = engine.reading()
    for name in (event.seq.to_bytes(8, "big"), model.item_key(event.sender, event.client_ref)):
        data = tx.get(model.items(engine.cug_id), name)
        item = None if data is None else unpack(Item, data)
        if item is not None and item.seq == event.seq:
            return item
    return None


def _record(engine: CugEngine, event: Event) -> OpenedRecord | None:
    if event.kind is not EventKind.RECORD:
        return None
    tx = engine.reading()
    try:
        header = read_header(event.body)
        key = engine.memory.content_key(tx, header.group_id, header.epoch)
        return None if key is None else open_placed(event, place(engine.memory, tx, event, header), key)
    except DomainError:
        return None  # its item says why
