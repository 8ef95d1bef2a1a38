"""A closed user group as the Delivery Service sees it (RFC 9750 §5): order, epoch, members; never content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from cencomm.ids import ClientRef, CugId, DeviceId, GroupId, OfficerId
from cencomm.wire.frames import EventKind

if TYPE_CHECKING:
    from cencomm.crypto.mls.public.group import PublicGroup
    from cencomm.groups.access import Access

START_OF_GROUP = -1
"""The "epoch" of a group's start in the table of commits."""


class CugState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Cug:
    """The narrow row that is locked by whoever assigns a `seq`."""

    cug_id: CugId
    state: CugState
    group_id: GroupId
    epoch: int
    last_seq: int
    last_time_ms: int
    opened_ms: int


@dataclass(frozen=True, slots=True)
class Membership:
    """One officer in one CUG; `removed_seq` is the event that removed him, the last one that he may see."""

    account_id: OfficerId
    role: str
    admitted_seq: int
    removed_seq: int | None = None


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """One event of a CUG's log, as stored."""

    seq: int
    server_time_ms: int
    kind: EventKind
    sender: DeviceId
    client_ref: ClientRef
    body: bytes = field(repr=False)
    event_hash: bytes | None = None


@dataclass(frozen=True, slots=True)
class EpochView:
    """What judging needs of one epoch; public state only."""

    group: PublicGroup = field(repr=False)
    commit_time_ms: int
    """The time that its commit says of itself; the next commit's may not be earlier."""
    devices: Mapping[int, DeviceId]
    """Of each leaf of the tree, by leaf index."""
    valid_s: dict[int, tuple[int, int]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """From when to when all certificates of a leaf hold, of those that have been asked about."""

    def leaf_of(self, device_id: DeviceId) -> int | None:
        """The device's leaf index."""
        return next((leaf for leaf, device in self.devices.items() if device == device_id), None)


@dataclass(frozen=True, slots=True)
class GroupView:
    """A CUG as the process knows it: the newest epoch, and who is a member.

    A view may be old; whatever was judged by it names its `(group_id, epoch)`, which the transaction compares again.
    """

    cug_id: CugId
    state: CugState
    group_id: GroupId
    epoch: int
    seq: int
    """The event that made this epoch."""
    members: Mapping[OfficerId, Membership]
    current: EpochView = field(repr=False)
    accesses: dict[OfficerId, Access] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Of those members who have been asked about (`groups.access`)."""

    def is_of(self, cug: Cug) -> bool:
        """Whether this is the newest epoch and state, as the store has them."""
        return (self.group_id, self.epoch, self.state) == (cug.group_id, cug.epoch, cug.state)

    def reaches(self, events: Sequence[LoggedEvent]) -> bool:
        """Whether the view knows of every change of members among `events`."""
        return all(
            event.seq <= self.seq or (event.kind is EventKind.CLOSED and self.state is CugState.CLOSED)
            for event in events
            if event.kind in _CHANGES
        )


_CHANGES = frozenset({EventKind.GROUP, EventKind.COMMIT, EventKind.CLOSED})
