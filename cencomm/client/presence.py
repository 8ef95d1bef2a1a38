"""Who of a CUG is on line and who types, as far as the server says it: for screens only, never stored, never believed.

attend ──> Watch, again after each connection        typing ──> Typing, TYPING_EVERY_SECONDS apart
Present, Writes ──> view(): who is on line (None: not known), who typed within TYPING_LASTS_SECONDS
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cencomm.ids import CugId, OfficerId
from cencomm.wire.frames import (
    TYPING_EVERY_SECONDS,
    TYPING_LASTS_SECONDS,
    ClientFrame,
    Present,
    Typing,
    Unwatch,
    Watch,
    Writes,
)

MOST_ATTENDED = 8
"""CUGs, those looked at last: a server need not say more than somebody can see."""
MOST_TYPISTS = 20


@dataclass(frozen=True, slots=True)
class PresenceView:
    present: frozenset[OfficerId] | None
    """Members on line who show it; None: the server has not said, or is not connected."""
    writing: tuple[OfficerId, ...]
    """Who types now, whoever began first coming first."""


@dataclass(slots=True)
class _Known:
    present: frozenset[OfficerId] | None = None
    writing: dict[OfficerId, float] = field(default_factory=dict)
    said_at: float = -TYPING_EVERY_SECONDS


class Presence:
    """One session's. `send` drops what cannot be sent now; `clock` gives seconds that never go back."""

    def __init__(self, send: Callable[[ClientFrame], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._send = send
        self._clock = clock
        self._attended: dict[CugId, _Known] = {}
        self._changed = asyncio.Event()

    def attend(self, cug_id: CugId) -> None:
        """From now on ask about that CUG, and about the last few others that were attended."""
        known = self._attended.pop(cug_id, None)
        self._attended[cug_id] = known or _Known()
        if known is None:
            self._send(Watch(cug_id))
        while len(self._attended) > MOST_ATTENDED:
            oldest = next(iter(self._attended))
            del self._attended[oldest]
            self._send(Unwatch(oldest))

    def typing(self, cug_id: CugId) -> None:
        """The officer types: say so, unless it was said just now."""
        self.attend(cug_id)
        known, now = self._attended[cug_id], self._clock()
        if now - known.said_at >= TYPING_EVERY_SECONDS:
            known.said_at = now
            self._send(Typing(cug_id))

    def view(self, cug_id: CugId) -> PresenceView:
        known = self._attended.get(cug_id)
        if known is None:
            return PresenceView(None, ())
        since = self._clock() - TYPING_LASTS_SECONDS
        known.writing = {name: at for name, at in known.writing.items() if at > since}
        return PresenceView(known.present, tuple(known.writing))

    async def changed(self, seconds: float) -> None:
        """Return when the server said something, `seconds` at most."""
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return

    async def ask(self, cug_id: CugId, seconds: float) -> frozenset[OfficerId] | None:
        """Who is on line; None if the server does not say within `seconds`: an older one, or one without a line."""
        self.attend(cug_id)
        until = self._clock() + seconds
        while (present := self.view(cug_id).present) is None and self._clock() < until:
            await self.changed(until - self._clock())
        return present

    # the session's side

    def resume(self) -> Sequence[ClientFrame]:
        """What a fresh connection is asked."""
        return [Watch(cug_id) for cug_id in self._attended]

    def disconnected(self) -> None:
        for known in self._attended.values():
            known.present, known.writing = None, {}
        self._tell()

    def take(self, frame: Present | Writes) -> None:
        known = self._attended.get(CugId(frame.cug_id))
        if known is None:
            return
        if isinstance(frame, Present):
            known.present = frozenset(OfficerId(name) for name in frame.officers)
        elif frame.officer in known.writing or len(known.writing) < MOST_TYPISTS:
            known.writing[OfficerId(frame.officer)] = self._clock()
        self._tell()

    def said(self, cug_id: CugId, officer_id: OfficerId) -> None:
        """What he typed has come."""
        known = self._attended.get(cug_id)
        if known is not None and known.writing.pop(officer_id, None) is not None:
            self._tell()

    def _tell(self) -> None:
        wake, self._changed = self._changed, asyncio.Event()
        wake.set()
