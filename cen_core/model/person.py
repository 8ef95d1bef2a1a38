"""Who may sign in to the core, what hands somebody his first password, and a session. Secrets are here as hashes."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from cen_core.errors import PersonInvalid
from cen_core.model import codes
from cen_core.model.principal import Level, Principal, Role

REGIONS: Final = ("americas", "asia_pacific", "esa", "europe", "mena", "wca")
"""The six WCO regions."""
MAX_PEOPLE: Final = 500

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_OF_MEMBER = frozenset({Role.OFFICER, Role.NCP})


@dataclass(frozen=True, slots=True)
class Person:
    """`password` is a hash with its parameters, empty until the invitation was followed; `vouched_by` invited."""

    officer: str
    member: str
    region: str
    role: Role
    level: Level
    password: str
    active: bool
    vouched_by: str
    changed_ms: int

    @property
    def principal(self) -> Principal:
        return Principal(self.member, self.level, self.region, self.officer, self.role)

    def check(self) -> None:
        """The name begins with the member, the RILO's region or `secretariat`. Raises PersonInvalid."""
        owner, _, name = self.officer.partition("/")
        if _NAME.fullmatch(name) is None or owner != self._owner():
            raise PersonInvalid(field="officer")
        is_of_member = self.role in _OF_MEMBER
        if is_of_member != (self.member in codes.codes_of("country") and self.member != codes.UNKNOWN_COUNTRY):
            raise PersonInvalid(field="member")
        if self.region not in REGIONS and (self.region or self.role is not Role.SECRETARIAT):
            raise PersonInvalid(field="region")

    def _owner(self) -> str:
        if self.role in _OF_MEMBER:
            return self.member
        return f"rilo-{self.region}" if self.role is Role.RILO else "secretariat"


@dataclass(frozen=True, slots=True)
class Invitation:
    officer: str
    token_hash: str
    expires_ms: int


@dataclass(frozen=True, slots=True)
class Session:
    token_hash: str
    officer: str
    expires_ms: int


def token_hash(token: str) -> str:
    """What is kept of a token; a token has 256 random bits, so that a plain hash of it says nothing."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
