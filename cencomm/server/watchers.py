"""Which connections of this process want to know who of a CUG is on line and who types, and what each was told.

A list is encoded once and the same bytes go to every watcher; each is told the whole list, so that one who was passed
over (his line was slow) lacks nothing once he is told the next time. Who is no member, or not live in the CUG, or has
not yet taken what was written to him, is passed over.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from cencomm import measures
from cencomm.groups.access import access
from cencomm.groups.model import CugState, GroupView
from cencomm.ids import CugId, OfficerId
from cencomm.wire.frames import EventKind, Present, Writes, encode_frame

TELL_SECONDS = 2.0
"""At most so often a CUG's watchers are told of changes."""
FRAMES_PER_SECOND = 100.0
"""Of one CUG: a large one hears of changes more slowly."""


class Connection(Hashable, Protocol):
    @property
    def account_id(self) -> OfficerId: ...
    @property
    def is_behind(self) -> bool:
        """Whether the peer has not taken yet what was written to it before."""

    def write(self, frame: bytes) -> None: ...


C = TypeVar("C", bound=Connection)
C_contra = TypeVar("C_contra", bound=Connection, contravariant=True)


class Lines(Protocol[C_contra]):
    """Who hears what is stored (`server.feeds`)."""

    def is_live(self, connection: C_contra, cug_id: CugId) -> bool: ...


@dataclass(frozen=True, slots=True)
class Roster:
    """The members of an open CUG, as one view of it says; empty once it is closed."""

    view: GroupView
    members: frozenset[OfficerId]
    senders: frozenset[OfficerId]
    by_token: Mapping[bytes, OfficerId]

    @classmethod
    def of(cls, view: GroupView, token: Callable[[OfficerId], bytes]) -> Roster:
        is_open = view.state is CugState.OPEN
        found = {name: access(view.state, member) for name, member in view.members.items() if is_open}
        members = frozenset(name for name, one in found.items() if one.is_current)
        senders = frozenset(name for name in members if EventKind.RECORD in found[name].sends)
        return cls(view, members, senders, {token(name): name for name in members})


@dataclass(eq=False, slots=True)
class Watched(Generic[C]):
    """One CUG's watchers: the number of the list that each was told, 0 for none."""

    told: dict[C, int] = field(default_factory=dict)
    number: int = 0
    present: tuple[OfficerId, ...] = ()
    frame: bytes = b""
    due_seconds: float = 0.0
    """Not before, those are told of a change who know the list before it."""


class Watchers(Generic[C]):
    def __init__(self, lines: Lines[C], clock: Callable[[], float] = time.monotonic) -> None:
        self._lines = lines
        self._clock = clock
        self._watched: dict[CugId, Watched[C]] = {}

    def add(self, connection: C, cug_id: CugId) -> None:
        """Tell it the list, again if it was told before."""
        self._watched.setdefault(cug_id, Watched()).told[connection] = 0

    def remove(self, connection: C, cug_id: CugId) -> None:
        watched = self._watched.get(cug_id)
        if watched is not None:
            watched.told.pop(connection, None)
            if not watched.told:
                del self._watched[cug_id]

    def forget(self, connection: C) -> None:
        for cug_id in self.cugs():
            self.remove(connection, cug_id)

    def cugs(self) -> tuple[CugId, ...]:
        return tuple(self._watched)

    def tell(self, cug_id: CugId, roster: Roster, present: Collection[OfficerId]) -> None:
        """`present` are on line now, members or not: the members among them are told to whoever knows another list."""
        watched = self._watched.get(cug_id)
        if watched is None:
            return
        now = self._clock()
        if watched.number == 0 or now >= watched.due_seconds:
            self._renew(cug_id, watched, tuple(sorted(roster.members.intersection(present))))
        changed = False
        for connection, number in watched.told.items():
            if number == watched.number or not self._may_hear(connection, cug_id, roster):
                continue
            connection.write(watched.frame)
            measures.PRESENCE_FRAMES.inc()
            changed = changed or number > 0
            watched.told[connection] = watched.number
        if changed:
            watched.due_seconds = now + max(TELL_SECONDS, len(watched.told) / FRAMES_PER_SECOND)

    def _renew(self, cug_id: CugId, watched: Watched[C], present: tuple[OfficerId, ...]) -> None:
        if watched.number == 0 or present != watched.present:
            watched.present = present
            watched.number += 1
            watched.frame = encode_frame(Present(cug_id, present))

    def pass_on(self, cug_id: CugId, roster: Roster, officer_id: OfficerId) -> None:
        """He types: tell the others."""
        watched = self._watched.get(cug_id)
        if watched is None:
            return
        frame = b""
        for connection in watched.told:
            if connection.account_id != officer_id and self._may_hear(connection, cug_id, roster):
                frame = frame or encode_frame(Writes(cug_id, officer_id))
                connection.write(frame)

    def _may_hear(self, connection: C, cug_id: CugId, roster: Roster) -> bool:
        return (
            connection.account_id in roster.members
            and not connection.is_behind
            and self._lines.is_live(connection, cug_id)
        )
