"""The life of a case: the whole table, every cell."""

from __future__ import annotations

from itertools import product

import pytest

from cen_core.errors import VersionConflict, WrongState
from cen_core.model.case import TRANSITIONS, Case, Move, State

TABLE = {
    State.DRAFT: "amend=draft add_words=draft submit=submitted discard=withdrawn withdraw=withdrawn",
    State.SUBMITTED: "amend=draft add_words=submitted validate=validated return=returned withdraw=withdrawn",
    State.RETURNED: "amend=draft add_words=returned submit=submitted withdraw=withdrawn",
    State.VALIDATED: "amend=draft withdraw=withdrawn",
    State.WITHDRAWN: "",
}
"""Written out anew, so that a slip in the module's table shows."""


def case(state: State = State.DRAFT, published: int | None = None) -> Case:
    return Case(1, "c" * 32, "KE", "KE/a", "KE/a", state, 5, 2, published, None, None, 10, 10)


@pytest.mark.parametrize(("state", "move"), list(product(State, Move)))
def test_every_cell_of_the_table(state: State, move: Move) -> None:
    wanted = dict(pair.split("=") for pair in TABLE[state].split()).get(move.value)
    if wanted is None:
        with pytest.raises(WrongState) as refused:
            case(state).moved(move, 5, 20)
        assert refused.value.facts == {"state": state.value, "action": move.value}
        return
    after = case(state).moved(move, 5, 20)
    assert (after.state.value, after.revision, after.changed_ms) == (wanted, 6, 20)
    assert after.version == (3 if move in {Move.AMEND, Move.ADD_WORDS} else 2)


def test_table_names_every_state() -> None:
    assert set(TRANSITIONS) == set(State)


@pytest.mark.parametrize("sent", [0, 4, 6])
def test_other_revision_is_refused(sent: int) -> None:
    with pytest.raises(VersionConflict) as refused:
        case().moved(Move.SUBMIT, sent, 20)
    assert refused.value.facts == {"sent": sent, "current": 5}


def test_publishing() -> None:
    assert case(State.SUBMITTED, published=1).moved(Move.VALIDATE, 5, 20).published == 2
    assert case(State.VALIDATED, published=2).moved(Move.AMEND, 5, 20).published == 2
    assert case(State.VALIDATED, published=2).moved(Move.WITHDRAW, 5, 20).published is None
    with pytest.raises(WrongState):
        case(State.DRAFT, published=1).moved(Move.DISCARD, 5, 20)
