"""The tables of the forum stand among the core's own."""

from __future__ import annotations

from cen_core.store import forum_tables
from cen_core.store.tables import metadata


def test_one_vote_for_each_person_is_held_by_a_key() -> None:
    assert [column.name for column in forum_tables.votes.primary_key] == ["proposal_id", "officer"]
    assert {"cen_proposals", "cen_answers", "cen_votes", "cen_forum_log"} <= set(metadata.tables)
