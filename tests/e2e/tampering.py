"""Ways in which a server could alter the log on its way to one client; each gives functions for `HostileProxy`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from cencomm.crypto.events import CommitBody
from cencomm.wire.frames import CaughtUp, Event, EventKind, Events, ServerFrame

Alter = Callable[[ServerFrame], Iterable[ServerFrame]]
Choose = Callable[[Event], bool]
LONG = 4_000
"""Bytes of a body."""


def records_of(device: str, number: int = 1) -> Choose:
    """The `number`-th record of that device that comes by, counted from 1."""
    seen = 0

    def choose(event: Event) -> bool:
        nonlocal seen
        if event.kind is not EventKind.RECORD or event.sender != device:
            return False
        seen += 1
        return seen == number

    return choose


def long_records_of(device: str) -> Choose:
    """Those that say something long: never what a client sends by itself at any time, such as keys of the past."""

    def choose(event: Event) -> bool:
        return event.kind is EventKind.RECORD and event.sender == device and len(event.body) >= LONG

    return choose


def _each_event(change: Callable[[Event], list[Event]]) -> Alter:
    """Give every event to `change`, and send what it makes of it."""

    def alter(frame: ServerFrame) -> list[ServerFrame]:
        if not isinstance(frame, Events):
            return [frame]
        events = [made for event in frame.events for made in change(event)]
        return [Events(frame.cug_id, tuple(events))] if events else []

    return alter


def _at(event: Event, seq: int) -> Event:
    return msgspec.structs.replace(event, seq=seq)


def dropping(choose: Choose) -> Alter:
    """Leave one event out and close the gap."""
    dropped = 0

    def change(event: Event) -> list[Event]:
        nonlocal dropped
        if not dropped and choose(event):
            dropped = 1
            return []
        return [_at(event, event.seq - dropped)]

    return _each_event(change)


def withholding(choose: Choose) -> Alter:
    """Leave one event out and leave the gap."""
    done = False

    def change(event: Event) -> list[Event]:
        nonlocal done
        if not done and choose(event):
            done = True
            return []
        return [event]

    return _each_event(change)


def replaying(choose: Choose) -> Alter:
    """Send one event twice, under two places of the log."""
    added = 0

    def change(event: Event) -> list[Event]:
        nonlocal added
        shifted = _at(event, event.seq + added)
        if not added and choose(event):
            added = 1
            return [shifted, _at(event, event.seq + 1)]
        return [shifted]

    return _each_event(change)


def reordering(choose: Choose) -> Alter:
    """Let one event change places with the next."""
    held: list[Event] = []
    done = False

    def change(event: Event) -> list[Event]:
        nonlocal done
        if held:
            first = held.pop()
            return [_at(event, first.seq), _at(first, event.seq)]
        if not done and choose(event):
            done = True
            held.append(event)
            return []
        return [event]

    return _each_event(change)


def flipping(choose: Choose, position: int = -1) -> Alter:
    """Alter one byte of one event's body."""

    def change(event: Event) -> list[Event]:
        if not choose(event):
            return [event]
        body = bytearray(event.body)
        body[position] ^= 1
        return [msgspec.structs.replace(event, body=bytes(body))]

    return _each_event(change)


def garbling_seals() -> Alter:
    """Replace the archive seals of every commit by garbage."""

    def change(event: Event) -> list[Event]:
        if event.kind is not EventKind.COMMIT:
            return [event]
        body = CommitBody.decode(event.body)
        seals = tuple(
            type(seal)(seal.archive_key_id, seal.kem_output, bytes(len(seal.ciphertext))) for seal in body.seals
        )
        garbled = CommitBody(body.group_id, body.epoch, body.mls_message, seals)
        return [msgspec.structs.replace(event, body=garbled.encode())]

    return _each_event(change)


def rolling_back(to_seq: int) -> Alter:
    """Say that nothing after `to_seq` was ever there."""

    def alter(frame: ServerFrame) -> list[ServerFrame]:
        if isinstance(frame, CaughtUp):
            return [CaughtUp(frame.cug_id, to_seq)]
        return [] if isinstance(frame, Events) else [frame]

    return alter
