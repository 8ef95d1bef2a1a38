"""A proposal is judged at the revision that was seen, and written by the rules of a notice."""

from __future__ import annotations

import pytest

from cen_core.errors import NoticeInvalid, VersionConflict
from cen_core.model.proposal import Proposal, ProposalState, check_text

PROPOSAL = Proposal("0" * 32, "KE/a", "KE", "en", "t", "b", ProposalState.OPEN, False, 1, 5)


def test_it_is_judged_at_the_revision_that_was_seen() -> None:
    judged = PROPOSAL.judged(ProposalState.DONE, True, 1)
    assert (judged.state, judged.hidden, judged.revision) == (ProposalState.DONE, True, 2)
    with pytest.raises(VersionConflict):
        judged.judged(ProposalState.OPEN, False, 1)


@pytest.mark.parametrize(
    ("language", "title", "body", "field"),
    [
        ("xx", "t", "b", "original"),
        ("en", "", "b", "title"),
        ("en", "t", " \n", "body"),
        ("en", "t\u202e", "b", "title"),
    ],
    ids=["language", "title", "body", "turned"],
)
def test_a_text_has_the_rules_of_a_notice(language: str, title: str, body: str, field: str) -> None:
    with pytest.raises(NoticeInvalid) as refused:
        check_text(language, title, body)
    assert refused.value.facts["field"] == field


def test_a_text_is_tidied() -> None:
    assert check_text("en", " t ", "a\r\nb ") == ("t", "a\nb")
