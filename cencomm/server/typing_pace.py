"""How often it is passed on that somebody types: one officer at most once in a while, and few officers of one CUG at a
time, so that what it costs is bounded by the CUG's watchers, whatever clients and other processes send.
"""

from __future__ import annotations

from cencomm.ids import CugId, OfficerId
from cencomm.wire.frames import TYPING_EVERY_SECONDS

APART_SECONDS = TYPING_EVERY_SECONDS - 0.5
"""A little less than what clients keep, so that an uneven line does not cost every second one."""
TYPISTS = 5
"""Of one CUG within that time: screens name two, and say of more that there are several."""


class TypingPace:
    """Seconds are of a clock that never goes back."""

    def __init__(self) -> None:
        self._passed: dict[CugId, dict[OfficerId, float]] = {}

    def lets(self, cug_id: CugId, officer_id: OfficerId, at_seconds: float) -> bool:
        """Whether it is passed on; then it counts."""
        passed = {name: at for name, at in self._passed.get(cug_id, {}).items() if at_seconds - at < APART_SECONDS}
        lets = officer_id not in passed and len(passed) < TYPISTS
        if lets:
            passed[officer_id] = at_seconds
        self._passed[cug_id] = passed
        return lets

    def forget(self, at_seconds: float) -> None:
        """Keep nothing that does not count any more."""
        self._passed = {
            cug_id: passed
            for cug_id, passed in self._passed.items()
            if any(at_seconds - at < APART_SECONDS for at in passed.values())
        }
