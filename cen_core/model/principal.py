"""Who asks: a member's officer with a level of access, a national contact point, a RILO analyst or the secretariat."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """What the member's contact point granted. LIMITED sees bulletins and pictures only, never a case."""

    LIMITED = "limited"
    READ_ONLY = "read_only"
    UNLIMITED = "unlimited"


class Role(StrEnum):
    """An NCP judges what its member enters; a RILO reads its region's quality; the secretariat loads public tables."""

    OFFICER = "officer"
    NCP = "ncp"
    RILO = "rilo"
    SECRETARIAT = "secretariat"


@dataclass(frozen=True, slots=True)
class Principal:
    """`member` is ISO 3166-1 alpha-2 (empty for a RILO and the secretariat), `region` one of the six WCO regions.

    `officer` is an officer id (`KE/otieno`); the log and the rule "never the author" need it.
    """

    member: str
    level: Level
    region: str = ""
    officer: str = ""
    role: Role = Role.OFFICER
