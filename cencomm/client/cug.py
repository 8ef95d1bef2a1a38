"""One closed user group, as a program sees it: members, sending, reading, watching, alarms."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import Enum

from cencomm.client.model import Alarm, Item
from cencomm.crypto.group_context import History, Role
from cencomm.crypto.records import OpenedRecord
from cencomm.ids import ClientRef, CugId, DeviceId, OfficerId
from cencomm.templates_forms.model import Template
from cencomm.wire.content import Answers
from cencomm.wire.frames import Event


class CugState(Enum):
    """How this device stands to the CUG."""

    JOINING = "joining"
    """Admitted; the replay of the past has not reached the own admission."""
    OPEN = "open"
    REMOVED = "removed"
    """This device is no longer a member: what it has can be read, nothing new."""
    CLOSED = "closed"
    BROKEN = "broken"
    """A commit could not be applied here; a resync or a successor group is under way."""


@dataclass(frozen=True, slots=True)
class Member:
    """An officer in the roster and his devices with a leaf in the current epoch."""

    officer_id: OfficerId
    display_name: str
    role: Role
    devices: tuple[DeviceId, ...]

    @property
    def administration(self) -> str:
        return self.officer_id.partition("/")[0]


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One event of the CUG's log as the server handed it out, with the head after it and what this client made of it."""

    event: Event
    event_hash: bytes
    head_hash: bytes
    """H_n after this event (PROTOCOL §3.4)."""
    item: Item | None
    """None for events that show nothing (a corrected seal, an empty commit)."""
    record: OpenedRecord | None
    """The verified record, for kind RECORD with a known key."""


class Cug:
    """Made by `Client`; every method raises NotMember, GroupClosed or NotYetJoined where the state says so."""

    @property
    def id(self) -> CugId:
        raise NotImplementedError

    @property
    def title(self) -> str:
        raise NotImplementedError

    @property
    def operation_code(self) -> str:
        raise NotImplementedError

    @property
    def state(self) -> CugState:
        raise NotImplementedError

    @property
    def epoch(self) -> int:
        raise NotImplementedError

    @property
    def history(self) -> History:
        raise NotImplementedError

    @property
    def role(self) -> Role | None:
        """The own role; None when not (yet) in the roster."""
        raise NotImplementedError

    @property
    def last_seq(self) -> int:
        """The newest event that this client has applied (n of its head)."""
        raise NotImplementedError

    @property
    def confirmed(self) -> bool:
        """False after a join by external commit until another officer's record verifies (PROTOCOL §2.5)."""
        raise NotImplementedError

    def members(self) -> tuple[Member, ...]:
        raise NotImplementedError

    async def admit(self, officer_id: OfficerId, role: Role = Role.OFFICER) -> None:
        """Add an officer with all his devices; returns when the commit is in the log.

        Raises:
            OfficerUnknown, KeyPackageForged, IdentityChanged, RevocationsStale, NothingToChange, CommitKeptLosing.
        """
        raise NotImplementedError

    async def admit_all(self, officers: Sequence[tuple[OfficerId, Role]]) -> None:
        """As `admit`, many in one commit."""
        raise NotImplementedError

    async def remove(self, officer_id: OfficerId) -> None:
        """Remove an officer with all his devices. Raises NothingToChange, CommitKeptLosing."""
        raise NotImplementedError

    async def leave(self, reason: str = "") -> ClientRef:
        """Ask to be removed; an organiser's client removes."""
        raise NotImplementedError

    async def close(self) -> None:
        """Close the CUG for everybody and destroy this device's keys of it."""
        raise NotImplementedError

    async def start_successor(self) -> None:
        """Start a new MLS group with the newest roster (organiser; any member after two officers' rejections)."""
        raise NotImplementedError

    async def send_text(
        self,
        text: str,
        lang: str = "",
        reply_to: ClientRef | None = None,
        *,
        mentions: Sequence[OfficerId] = (),
    ) -> ClientRef:
        """Queue a message durably and send it; returns before the server has it (see `flush`)."""
        raise NotImplementedError

    async def publish_template(self, template: Template) -> ClientRef:
        raise NotImplementedError

    def templates(self) -> tuple[Template, ...]:
        """Published templates, oldest first."""
        raise NotImplementedError

    async def submit(self, template_hash: bytes, answers: Answers, *, replaces: ClientRef | None = None) -> ClientRef:
        """Validate a form and queue it.

        Raises:
            TemplateUnknown; FormInvalid with `.findings`: nothing was queued.
        """
        raise NotImplementedError

    async def announce_extraction(self, manifest_hash: bytes, count: int, up_to_seq: int, scope: str = "all") -> int:
        """Tell the group about an extraction; returns the `seq` of the announcement once it came back."""
        raise NotImplementedError

    def items(self, after_seq: int = 0, limit: int = 1000) -> list[Item]:
        """Items with `seq` > `after_seq`, by seq; one per event that shows something."""
        raise NotImplementedError

    def item(self, seq: int) -> Item | None:
        raise NotImplementedError

    def watch(self, after_seq: int | None = None) -> AsyncIterator[Item]:
        """Items as they come; from now on, or everything after `after_seq` first. Ends when the CUG is closed or left."""
        raise NotImplementedError

    def alarms(self) -> list[Alarm]:
        raise NotImplementedError

    def waiting(self) -> int:
        """Sendings that have not come back yet."""
        raise NotImplementedError

    async def caught_up(self, seconds: float = 60.0) -> int:
        """Wait until everything the server had when asked is applied; returns the seq. Raises ServerUnreachable."""
        raise NotImplementedError

    async def wait_seq(self, seq: int, seconds: float = 60.0) -> None:
        """Wait until event `seq` is applied. Raises ServerUnreachable after `seconds`."""
        raise NotImplementedError

    async def flush(self, seconds: float = 60.0) -> None:
        """Wait until every sending is acknowledged and came back.

        Raises:
            SendRefused: one was refused for good; ServerUnreachable: not within `seconds`.
        """
        raise NotImplementedError

    def log(self, *, up_to_seq: int | None = None) -> AsyncIterator[LogEntry]:
        """The whole log from the server again, event 1 first, each opened and checked against the own head.

        Raises:
            ServerMisbehaved: the log is not the one that was applied before.
        """
        raise NotImplementedError
