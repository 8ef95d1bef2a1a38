"""The life of a notice, from every state by every move, and whose it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cen_core.errors import VersionConflict, WrongState
from cen_core.model.notice import (
    GENERAL,
    TRANSITIONS,
    Notice,
    NoticeKind,
    NoticeMove,
    NoticeState,
    member_of,
    owner_of,
    owners_judged_by,
    region_of,
    topics,
)
from tests.cen_core.world import NCP, OFFICER, RILO, SECRETARY

DRAFT = Notice(
    1, "0" * 32, NoticeKind.ALERT, GENERAL, "KE", "KE/a", "KE/a", NoticeState.DRAFT, 1, 1, None, None, None, 5, 5
)


@pytest.mark.parametrize("state", NoticeState)
@pytest.mark.parametrize("move", NoticeMove)
def test_a_move_leads_where_the_table_says_and_nowhere_else(state: NoticeState, move: NoticeMove) -> None:
    notice = replace(DRAFT, state=state)
    to = TRANSITIONS[state].get(move)
    if to is None:
        with pytest.raises(WrongState) as refused:
            notice.moved(move, 1, 9)
        assert refused.value.facts == {"state": state.value, "action": move.value}
        return
    moved = notice.moved(move, 1, 9)
    assert (moved.state, moved.revision, moved.changed_ms) == (to, 2, 9)
    assert moved.version == (2 if move is NoticeMove.AMEND else 1)


def test_another_revision_than_the_one_that_was_seen_is_a_conflict() -> None:
    with pytest.raises(VersionConflict) as refused:
        replace(DRAFT, revision=3).moved(NoticeMove.SUBMIT, 2, 9)
    assert refused.value.facts == {"sent": 2, "current": 3}


def test_what_is_published_stays_so_until_the_amendment_is_approved() -> None:
    published = replace(DRAFT, state=NoticeState.SUBMITTED).moved(NoticeMove.APPROVE, 1, 10)
    assert (published.published, published.first_ms, published.approved_ms) == (1, 10, 10)
    amended = published.moved(NoticeMove.AMEND, 2, 20)
    assert (amended.published, amended.version, amended.approved_ms) == (1, 2, 10)
    again = amended.moved(NoticeMove.SUBMIT, 3, 30).moved(NoticeMove.APPROVE, 4, 40)
    assert (again.published, again.first_ms, again.approved_ms) == (2, 10, 40)
    assert again.moved(NoticeMove.WITHDRAW, 5, 50).published is None


def test_what_was_ever_published_is_not_discarded() -> None:
    amended = replace(DRAFT, first_ms=3)
    with pytest.raises(WrongState):
        amended.moved(NoticeMove.DISCARD, 1, 9)


@pytest.mark.parametrize(
    ("who", "owner", "member", "region"),
    [
        (OFFICER, "KE", "KE", ""),
        (NCP, "KE", "KE", ""),
        (RILO, "rilo-esa", "", "esa"),
        (SECRETARY, "secretariat", "", ""),
    ],
    ids=["officer", "ncp", "rilo", "secretariat"],
)
def test_owners(who: object, owner: str, member: str, region: str) -> None:
    assert owner_of(who) == owner  # type: ignore[arg-type]
    assert (member_of(owner), region_of(owner)) == (member, region)


def test_the_secretariat_stands_in_for_the_rilos_and_nobody_else() -> None:
    assert "rilo-esa" in owners_judged_by(SECRETARY)
    assert owners_judged_by(NCP) == ("KE",)
    assert owners_judged_by(RILO) == ("rilo-esa",)


def test_topics_are_the_headings_and_the_general_one() -> None:
    assert {"drugs", "fauna_flora", "ozone", GENERAL} & topics() >= {"drugs", "fauna_flora", GENERAL}
