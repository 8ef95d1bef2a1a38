"""A case and its life.

    state      amend   add_words  submit     discard    validate   return    withdraw
    DRAFT      DRAFT   DRAFT      SUBMITTED  WITHDRAWN  -          -         WITHDRAWN
    SUBMITTED  DRAFT   SUBMITTED  -          -          VALIDATED  RETURNED  WITHDRAWN
    RETURNED   DRAFT   RETURNED   SUBMITTED  -          -          -         WITHDRAWN
    VALIDATED  DRAFT   -          -          -          -          -         WITHDRAWN
    WITHDRAWN  -       -          -          -          -          -         -


Only a draft that was never published is discarded. A case that was validated stays published as it was while it is
amended, until the amendment is validated or the case withdrawn. Every content that it ever had stays, as a numbered
version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from cen_core.errors import VersionConflict, WrongState
from cen_core.model.content import Content


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    VALIDATED = "validated"
    WITHDRAWN = "withdrawn"


class Move(StrEnum):
    """What changes a case's state. The names are those of the access table's actions."""

    AMEND = "amend"
    ADD_WORDS = "add_words"
    SUBMIT = "submit"
    DISCARD = "discard"
    VALIDATE = "validate"
    RETURN = "return"
    WITHDRAW = "withdraw"


NEW_CONTENT: Final = frozenset({Move.AMEND, Move.ADD_WORDS})
"""Moves that bring a new version."""

TRANSITIONS: Final[Mapping[State, Mapping[Move, State]]] = {
    State.DRAFT: {
        Move.AMEND: State.DRAFT,
        Move.ADD_WORDS: State.DRAFT,
        Move.SUBMIT: State.SUBMITTED,
        Move.DISCARD: State.WITHDRAWN,
        Move.WITHDRAW: State.WITHDRAWN,
    },
    State.SUBMITTED: {
        Move.AMEND: State.DRAFT,
        Move.ADD_WORDS: State.SUBMITTED,
        Move.VALIDATE: State.VALIDATED,
        Move.RETURN: State.RETURNED,
        Move.WITHDRAW: State.WITHDRAWN,
    },
    State.RETURNED: {
        Move.AMEND: State.DRAFT,
        Move.ADD_WORDS: State.RETURNED,
        Move.SUBMIT: State.SUBMITTED,
        Move.WITHDRAW: State.WITHDRAWN,
    },
    State.VALIDATED: {Move.AMEND: State.DRAFT, Move.WITHDRAW: State.WITHDRAWN},
    State.WITHDRAWN: {},
}


@dataclass(frozen=True, slots=True)
class Case:
    """The head of a case. `revision` counts every change, of state too; `version` numbers its contents from 1.

    `author` entered the case, `editor` its present content. `published` is the version that everybody sees, or None.
    `source_key` names the record that it came from, as a keyed fingerprint; `upload` the upload that it came with.
    `number` is the store's own and never shown.
    """

    number: int
    case_id: str
    member: str
    author: str
    editor: str
    state: State
    revision: int
    version: int
    published: int | None
    source_key: str | None
    upload: str | None
    created_ms: int
    changed_ms: int

    def moved(self, move: Move, sent_revision: int, now_ms: int) -> Case:
        """The case after `move`.

        Raises:
            VersionConflict: the mover saw another revision than this.
            WrongState: the table has no such move from this state.
        """
        if sent_revision != self.revision:
            raise VersionConflict(sent=sent_revision, current=self.revision)
        state = TRANSITIONS[self.state].get(move)
        if state is None or (move is Move.DISCARD and self.published is not None):
            raise WrongState(state=self.state.value, action=move.value)
        return replace(
            self,
            state=state,
            revision=self.revision + 1,
            version=self.version + (move in NEW_CONTENT),
            published=self._published_after(state),
            changed_ms=now_ms,
        )

    def _published_after(self, state: State) -> int | None:
        if state is State.VALIDATED:
            return self.version
        return None if state is State.WITHDRAWN else self.published


@dataclass(frozen=True, slots=True)
class Version:
    """One content of a case. `read_by` is the contact point who said that its free text was read; empty without any."""

    number: int
    version: int
    content: Content
    editor: str
    read_by: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class LogEntry:
    """Who saw or changed a case, and when. `version` is the content that it was about."""

    action: str
    officer: str
    member: str
    version: int
    reason: str
    at_ms: int
