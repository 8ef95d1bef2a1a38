"""A notice: what CWS publishes (alert, situation report, bulletin, reference document, link, RILO page, media release),
and its life.

    state      amend   submit     discard    approve    return    withdraw
    DRAFT      DRAFT   SUBMITTED  WITHDRAWN  -          -         WITHDRAWN
    SUBMITTED  DRAFT   -          -          PUBLISHED  RETURNED  WITHDRAWN
    RETURNED   DRAFT   SUBMITTED  WITHDRAWN  -          -         WITHDRAWN
    PUBLISHED  DRAFT   -          -          -          -         WITHDRAWN
    WITHDRAWN  -       -          -          -          -         -

Only what was never published is discarded. A published notice stays as it is while it is amended, until the amendment
is approved. Kind, topic and owner never change: under another topic it is another notice, in another feed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from cen_core.errors import VersionConflict, WrongState
from cen_core.model import codes
from cen_core.model.notice_content import NoticeContent
from cen_core.model.person import REGIONS
from cen_core.model.principal import Principal, Role

GENERAL: Final = "general"
"""The topic of what belongs to no heading."""
SECRETARIAT: Final = "secretariat"
_RILO: Final = "rilo-"


class NoticeKind(StrEnum):
    ALERT = "alert"
    SITUATION_REPORT = "situation_report"
    BULLETIN = "bulletin"
    REFERENCE = "reference"
    LINK = "link"
    RILO_PAGE = "rilo_page"
    MEDIA_RELEASE = "media_release"


class NoticeState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class NoticeMove(StrEnum):
    """What changes a notice's state. The names are those of the access table's actions."""

    AMEND = "amend_notice"
    SUBMIT = "submit_notice"
    DISCARD = "discard_notice"
    APPROVE = "approve_notice"
    RETURN = "return_notice"
    WITHDRAW = "withdraw_notice"


TRANSITIONS: Final[Mapping[NoticeState, Mapping[NoticeMove, NoticeState]]] = {
    NoticeState.DRAFT: {
        NoticeMove.AMEND: NoticeState.DRAFT,
        NoticeMove.SUBMIT: NoticeState.SUBMITTED,
        NoticeMove.DISCARD: NoticeState.WITHDRAWN,
        NoticeMove.WITHDRAW: NoticeState.WITHDRAWN,
    },
    NoticeState.SUBMITTED: {
        NoticeMove.AMEND: NoticeState.DRAFT,
        NoticeMove.APPROVE: NoticeState.PUBLISHED,
        NoticeMove.RETURN: NoticeState.RETURNED,
        NoticeMove.WITHDRAW: NoticeState.WITHDRAWN,
    },
    NoticeState.RETURNED: {
        NoticeMove.AMEND: NoticeState.DRAFT,
        NoticeMove.SUBMIT: NoticeState.SUBMITTED,
        NoticeMove.DISCARD: NoticeState.WITHDRAWN,
        NoticeMove.WITHDRAW: NoticeState.WITHDRAWN,
    },
    NoticeState.PUBLISHED: {NoticeMove.AMEND: NoticeState.DRAFT, NoticeMove.WITHDRAW: NoticeState.WITHDRAWN},
    NoticeState.WITHDRAWN: {},
}


def topics() -> frozenset[str]:
    """What a notice can be about: a heading of the cases, or nothing of the kind."""
    return codes.codes_of("heading") | {GENERAL}


def owner_of(principal: Principal) -> str:
    """Whose notices somebody writes: his member's (`KE`), his RILO's (`rilo-esa`) or the secretariat's."""
    if principal.role is Role.RILO:
        return f"{_RILO}{principal.region}"
    return SECRETARIAT if principal.role is Role.SECRETARIAT else principal.member


def member_of(owner: str) -> str:
    """The member that owns it; empty for a RILO's and the secretariat's."""
    return "" if owner == SECRETARIAT or owner.startswith(_RILO) else owner


def region_of(owner: str) -> str:
    """The region of the RILO that owns it; empty otherwise."""
    return owner.removeprefix(_RILO) if owner.startswith(_RILO) else ""


def owners_judged_by(principal: Principal) -> tuple[str, ...]:
    """Whose notices come to somebody's worklist: the secretariat stands in where a RILO has one analyst only."""
    own = owner_of(principal)
    return (own, *(f"{_RILO}{region}" for region in REGIONS)) if own == SECRETARIAT else (own,)


@dataclass(frozen=True, slots=True)
class Notice:
    """The head of a notice. `revision` counts every change, of state too; `version` numbers its contents from 1.

    `published` is the version that everybody sees, or None; `first_ms` is when one was first approved, `approved_ms`
    when the present one was. `number` is the store's own and never shown.
    """

    number: int
    notice_id: str
    kind: NoticeKind
    topic: str
    owner: str
    author: str
    editor: str
    state: NoticeState
    revision: int
    version: int
    published: int | None
    first_ms: int | None
    approved_ms: int | None
    created_ms: int
    changed_ms: int

    def moved(self, move: NoticeMove, seen_revision: int, now_ms: int) -> Notice:
        """The notice after `move`.

        Raises:
            VersionConflict: the mover saw another revision than this.
            WrongState: the table has no such move from this state.
        """
        if seen_revision != self.revision:
            raise VersionConflict(sent=seen_revision, current=self.revision)
        state = TRANSITIONS[self.state].get(move)
        if state is None or (move is NoticeMove.DISCARD and self.first_ms is not None):
            raise WrongState(state=self.state.value, action=move.value)
        moved = replace(
            self,
            state=state,
            revision=self.revision + 1,
            version=self.version + (move is NoticeMove.AMEND),
            changed_ms=now_ms,
        )
        if state is NoticeState.PUBLISHED:
            first_ms = now_ms if self.first_ms is None else self.first_ms
            return replace(moved, published=self.version, first_ms=first_ms, approved_ms=now_ms)
        return replace(moved, published=None) if state is NoticeState.WITHDRAWN else moved


@dataclass(frozen=True, slots=True)
class NoticeVersion:
    """One content of a notice, and who wrote it."""

    number: int
    version: int
    content: NoticeContent
    editor: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A notice as somebody may see it. Whoever is not of its owner (`is_own`) sees the published version only, and
    neither its officers nor what became of it since; `revision` is 0 for whoever can change nothing."""

    notice_id: str
    kind: NoticeKind
    topic: str
    owner: str
    state: NoticeState
    revision: int
    version: int
    content: NoticeContent
    first_ms: int | None
    approved_ms: int | None
    is_own: bool = False
    author: str = ""
    editor: str = ""
