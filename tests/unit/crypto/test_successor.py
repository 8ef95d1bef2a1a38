"""Successor groups (PROTOCOL §2.1)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cencomm.crypto.group_context import CencommGroup, History
from cencomm.crypto.successor import SuccessorRefused, link, may_start, successor_of, verify_link
from cencomm.ids import CugId, OfficerId
from tests.unit.crypto.groups import commit, operation
from tests.unit.crypto.people import DUBOIS, NOW_MS, OTIENO, SILVA

OP = operation()
GROUP = CencommGroup.of(OP.public)
OTHER = b"n" * 16
NEXT = successor_of(OP.public, started_at_ms=NOW_MS + 1)


def test_it_names_the_last_epoch_and_takes_the_roster_over() -> None:
    verify_link(OP.public, NEXT, OTHER)
    assert NEXT.predecessor == link(OP.public)
    assert NEXT.predecessor is not None
    assert NEXT.predecessor.confirmed_transcript_hash == OP.public.context.confirmed_transcript_hash
    assert (NEXT.roster, NEXT.cug_id, NEXT.started_at_ms) == (GROUP.roster, GROUP.cug_id, NOW_MS + 1)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (replace(NEXT, predecessor=None), "predecessor"),
        (replace(NEXT, cug_id=CugId(bytes(16))), "cug_id"),
        (replace(NEXT, roster=NEXT.roster[:1]), "roster"),
        (replace(NEXT, history=History.NONE), "history"),
    ],
)
def test_what_differs_is_refused(changed: CencommGroup, reason: str) -> None:
    with pytest.raises(SuccessorRefused, match=reason):
        verify_link(OP.public, changed, OTHER)


def test_an_older_epoch_is_not_the_last_one() -> None:
    with pytest.raises(SuccessorRefused, match="predecessor"):
        verify_link(commit(OP.otieno).state.public, NEXT, OTHER)


def test_it_has_an_id_of_its_own() -> None:
    with pytest.raises(SuccessorRefused, match="group_id"):
        verify_link(OP.public, NEXT, OP.public.group_id)


def test_who_may_start_one() -> None:
    assert may_start(GROUP, OTIENO.officer_id, ())
    assert not may_start(GROUP, SILVA.officer_id, ())
    assert not may_start(GROUP, SILVA.officer_id, (DUBOIS.officer_id,))
    assert not may_start(GROUP, SILVA.officer_id, (DUBOIS.officer_id, DUBOIS.officer_id))
    assert may_start(GROUP, SILVA.officer_id, (DUBOIS.officer_id, SILVA.officer_id))
    assert not may_start(GROUP, OfficerId("XX/stranger"), (DUBOIS.officer_id, SILVA.officer_id))
