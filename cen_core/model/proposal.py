"""The forum: what users propose to the management team (CENMaT), with votes and answers. Nothing posted is changed; the
management team says what becomes of a proposal, and hides what does not belong here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from cen_core.errors import NoticeInvalid, VersionConflict
from cen_core.model.notice_content import Flaw, content_of, flaws


class ProposalState(StrEnum):
    OPEN = "open"
    PLANNED = "planned"
    DONE = "done"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Proposal:
    """`owner` is whose officer proposed it, as for notices. `revision` counts what the management team did to it."""

    proposal_id: str
    author: str
    owner: str
    language: str
    title: str
    body: str
    state: ProposalState
    hidden: bool
    revision: int
    created_ms: int

    def judged(self, state: ProposalState, hidden: bool, seen_revision: int) -> Proposal:
        """Raises VersionConflict: somebody judged it in between."""
        if seen_revision != self.revision:
            raise VersionConflict(sent=seen_revision, current=self.revision)
        return replace(self, state=state, hidden=hidden, revision=self.revision + 1)


@dataclass(frozen=True, slots=True)
class Answer:
    """`official` is the management team's."""

    answer_id: str
    proposal_id: str
    author: str
    owner: str
    language: str
    body: str
    official: bool
    hidden: bool
    at_ms: int


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal as somebody sees it: without its author, unless he moderates. `voted` is whether he voted for it."""

    proposal: Proposal
    votes: int
    answers: int
    voted: bool


@dataclass(frozen=True, slots=True)
class Thread:
    view: ProposalView
    answers: Sequence[Answer]


def check_text(language: str, title: str, body: str) -> tuple[str, str]:
    """Title and text, tidied. Raises NoticeInvalid: the same rules as for a notice."""
    tidy = (title.strip(), body.replace("\r\n", "\n").replace("\r", "\n").strip())
    found = flaws(content_of(language, {language: tidy}), is_link=False)
    if found:
        first = Flaw(found[0].field.rpartition(".")[2], found[0].reason)
        raise NoticeInvalid(field=first.field, reason=first.reason, count=len(found))
    return tidy
