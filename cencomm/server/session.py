"""One device's session, without I/O: events in, commands out (style guide §2). `websocket` is its only driver.

    state     Opened   Came, Garbled   Answered, Unfollowed   Leave     Lost
    NEW       OPEN     -               -                      -         CLOSED
    OPEN      -        OPEN            OPEN                   LEAVING   CLOSED
    LEAVING   -        LEAVING         LEAVING                LEAVING   CLOSED
    CLOSED    -        -               CLOSED                 CLOSED    CLOSED

LEAVING reads nothing more, answers what it has accepted, then hangs up: the process ends, the client goes elsewhere.

Its limits: subscriptions, bytes of a record and of a commit, frames that make no sense, frames a second, and sendings
that have no answer yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from cencomm.errors import DomainError
from cencomm.groups.errors import KindNotSendable, TooManySubscriptions
from cencomm.groups.log import Outcome, Receipt
from cencomm.ids import ClientRef, CugId, DeviceId
from cencomm.wire.encoding import Malformed, TooLarge
from cencomm.wire.frames import (
    SENDABLE,
    ClientFrame,
    Commit,
    Limits,
    Ping,
    Pong,
    Ready,
    Refused,
    Send,
    ServerFrame,
    StartGroup,
    Stored,
    Subscribe,
    Typing,
    Unsubscribe,
    Unwatch,
    Watch,
)

MAX_GARBLED = 10
"""So many frames that make no sense, and the connection ends."""
MAX_UNANSWERED = 512
FRAMES_PER_SECOND = 2000.0
FRAMES_AT_ONCE = 4000.0
"""Of one connection. Ten that send so fast are more than one process can store; nobody who means well sends so much."""
POLICY_VIOLATION = 1008
"""RFC 6455 §7.4.1."""
SERVICE_RESTART = 1012
"""IANA's registry of close codes: come back, another process answers."""
SIGNED_OUT = 4401
"""The session was ended or its device revoked: sign in again."""


class State(Enum):
    NEW = auto()
    OPEN = auto()
    LEAVING = auto()
    CLOSED = auto()


@dataclass(frozen=True, slots=True)
class Opened:
    now_ms: int


@dataclass(frozen=True, slots=True)
class Came:
    """A frame; `at_seconds` by a clock that never goes back."""

    frame: ClientFrame
    at_seconds: float


@dataclass(frozen=True, slots=True)
class Garbled:
    """A message that is no frame."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a sending."""

    cug_id: CugId
    client_ref: ClientRef
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Unfollowed:
    """The server ended a subscription."""

    cug_id: CugId


@dataclass(frozen=True, slots=True)
class Leave:
    """The process ends: finish what was accepted, then hang up."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection is gone."""


Event = Opened | Came | Garbled | Answered | Unfollowed | Leave | Lost


@dataclass(frozen=True, slots=True)
class Say:
    frame: ServerFrame


@dataclass(frozen=True, slots=True)
class Follow:
    cug_id: CugId
    after_seq: int


@dataclass(frozen=True, slots=True)
class Unfollow:
    cug_id: CugId


@dataclass(frozen=True, slots=True)
class Accept:
    """Judge and store; the answer comes back as Answered."""

    frame: Send | Commit | StartGroup


@dataclass(frozen=True, slots=True)
class Heed:
    """Tell who of the CUG is on line and who types, or no more."""

    cug_id: CugId
    on: bool


@dataclass(frozen=True, slots=True)
class Hint:
    """Pass on that the officer types."""

    cug_id: CugId


@dataclass(frozen=True, slots=True)
class Wait:
    """Read nothing for so long: the peer sends faster than it may."""

    seconds: float


@dataclass(frozen=True, slots=True)
class HangUp:
    code: int


Command = Say | Follow | Unfollow | Accept | Heed | Hint | Wait | HangUp

TRANSITIONS: dict[State, dict[type[Event], State]] = {
    State.NEW: {Opened: State.OPEN, Lost: State.CLOSED},
    State.OPEN: {
        Came: State.OPEN,
        Garbled: State.OPEN,
        Answered: State.OPEN,
        Unfollowed: State.OPEN,
        Leave: State.LEAVING,
        Lost: State.CLOSED,
    },
    State.LEAVING: {
        Came: State.LEAVING,
        Garbled: State.LEAVING,
        Answered: State.LEAVING,
        Unfollowed: State.LEAVING,
        Leave: State.LEAVING,
        Lost: State.CLOSED,
    },
    State.CLOSED: {
        Answered: State.CLOSED,
        Unfollowed: State.CLOSED,
        Leave: State.CLOSED,
        Lost: State.CLOSED,
    },
}


class Session:
    """Holds no content: only what is counted against the limits."""

    def __init__(self, device_id: DeviceId, limits: Limits) -> None:
        self._device_id = device_id
        self._limits = limits
        self._followed: set[CugId] = set()
        self._garbled = 0
        self._unanswered = 0
        self._allowance = FRAMES_AT_ONCE
        self._counted_at: float | None = None
        self.state = State.NEW

    @property
    def may_read(self) -> bool:
        """Whether another frame may be read; not while too many sendings wait for their answer, nor on leaving."""
        return self._unanswered < MAX_UNANSWERED and self.state is not State.LEAVING

    def is_ready_for(self, frame: Send, at_seconds: float) -> bool:
        """Whether `handle` would accept it at once; then `accepted` may take the place of `handle`."""
        if self.state is not State.OPEN or self._unanswered >= MAX_UNANSWERED:
            return False
        self._refill(at_seconds)
        return self._allowance >= 1 and self._refusal(frame) is None

    def accepted(self) -> None:
        """A sending that the session was ready for is on its way."""
        self._allowance -= 1
        self._unanswered += 1

    def handle(self, event: Event) -> list[Command]:
        """What to do about `event`, in order. An event that cannot come in this state is a fault of the driver."""
        self.state = TRANSITIONS[self.state][type(event)]
        match event:
            case Opened(now_ms=now_ms):
                return [Say(Ready(now_ms, self._device_id, self._limits))]
            case Came(frame=frame, at_seconds=at_seconds):
                return [*self._throttle(at_seconds), *self._frame(frame)]
            case Garbled():
                return self._garble()
            case Answered():
                return self._answered(event)
            case Unfollowed(cug_id=cug_id):
                self._followed.discard(cug_id)
            case Leave():
                return self._farewell()
            case Lost():
                pass
        return []

    def _farewell(self) -> list[Command]:
        done = self.state is State.LEAVING and self._unanswered == 0
        return [HangUp(SERVICE_RESTART)] if done else []

    def _frame(self, frame: ClientFrame) -> list[Command]:
        match frame:
            case Ping(token=token):
                return [Say(Pong(token))]
            case Subscribe():
                return self._subscribe(CugId(frame.cug_id), frame.after_seq)
            case Unsubscribe():
                cug_id = CugId(frame.cug_id)
                self._followed.discard(cug_id)
                return [Unfollow(cug_id)]
            case Watch() | Unwatch() | Typing():
                return self._in_passing(frame)
            case Send() | Commit() | StartGroup():
                refusal = self._refusal(frame)
                if refusal is not None:
                    return [Say(Refused(frame.cug_id, frame.client_ref, refusal.code, refusal.facts))]
                self._unanswered += 1
                return [Accept(frame)]

    def _subscribe(self, cug_id: CugId, after_seq: int) -> list[Command]:
        if cug_id not in self._followed and len(self._followed) >= self._limits.subscriptions:
            refusal = TooManySubscriptions(limit=self._limits.subscriptions)
            return [Say(Refused(cug_id, None, refusal.code, refusal.facts))]
        self._followed.add(cug_id)
        return [Follow(cug_id, after_seq)]

    def _in_passing(self, frame: Watch | Unwatch | Typing) -> list[Command]:
        """Without a subscription nothing, and nothing is said of it: nobody waits for an answer."""
        cug_id = CugId(frame.cug_id)
        if cug_id not in self._followed:
            return []
        return [Hint(cug_id) if isinstance(frame, Typing) else Heed(cug_id, isinstance(frame, Watch))]

    def _refusal(self, frame: Send | Commit | StartGroup) -> DomainError | None:
        if isinstance(frame, Send):
            if len(frame.body) > self._limits.record_bytes:
                return TooLarge(limit=self._limits.record_bytes)
            return None if frame.kind in SENDABLE else KindNotSendable()
        limit = self._limits.handshake_bytes
        parts = [frame.body]
        if isinstance(frame, Commit):
            parts += [frame.group_info, *(welcome.welcome for welcome in frame.welcomes)]
        return TooLarge(limit=limit) if any(len(part) > limit for part in parts) else None

    def _answered(self, event: Answered) -> list[Command]:
        self._unanswered -= 1
        if self.state is State.CLOSED:
            return []
        match event.outcome:
            case Receipt(seq=seq, server_time_ms=server_time_ms):
                answer = Say(Stored(event.cug_id, event.client_ref, seq, server_time_ms))
            case DomainError() as refusal:
                answer = Say(Refused(event.cug_id, event.client_ref, refusal.code, refusal.facts))
        return [answer, *self._farewell()]

    def _garble(self) -> list[Command]:
        self._garbled += 1
        refused = Say(Refused(None, None, Malformed.code))
        return [refused, HangUp(POLICY_VIOLATION)] if self._garbled >= MAX_GARBLED else [refused]

    def _throttle(self, at_seconds: float) -> list[Command]:
        """A bucket of FRAMES_AT_ONCE that fills by FRAMES_PER_SECOND."""
        self._refill(at_seconds)
        self._allowance -= 1
        return [] if self._allowance >= 0 else [Wait(-self._allowance / FRAMES_PER_SECOND)]

    def _refill(self, at_seconds: float) -> None:
        if self._counted_at is not None:
            passed = at_seconds - self._counted_at
            self._allowance = min(FRAMES_AT_ONCE, self._allowance + passed * FRAMES_PER_SECOND)
        self._counted_at = at_seconds
