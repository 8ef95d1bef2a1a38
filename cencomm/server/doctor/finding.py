"""One thing that was looked at: how it stands, and the code of the sentence that says so and what to do next."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from cencomm.errors import Fact


class Level(Enum):
    OK = "ok"
    WARNING = "warning"
    """It works, and will not for ever, or not for everybody."""
    WRONG = "wrong"
    """It does not work, or something will be lost."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` is stable and names the sentence (`text.cli.doctor.<code>`); `facts` fill it in and hold no secret."""

    level: Level
    code: str
    facts: dict[str, Fact] = field(default_factory=dict)


def ok(code: str, **facts: Fact) -> Finding:
    return Finding(Level.OK, code, facts)


def warning(code: str, **facts: Fact) -> Finding:
    return Finding(Level.WARNING, code, facts)


def wrong(code: str, **facts: Fact) -> Finding:
    return Finding(Level.WRONG, code, facts)
