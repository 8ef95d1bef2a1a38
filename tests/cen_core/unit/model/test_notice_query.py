"""What can be asked of notices."""

from __future__ import annotations

import pytest

from cen_core.errors import QueryInvalid
from cen_core.model.notice_query import MAX_NOTICES, cursor, notice_filter, notice_page


def test_a_filter_takes_what_there_is() -> None:
    given = {"text": ["ivory"], "kind": ["alert", "link"], "topic": ["general"], "owner": ["KE", "rilo-esa"]}
    chosen = notice_filter(given)
    assert (chosen.kinds, chosen.topics, chosen.owners) == (("alert", "link"), ("general",), ("KE", "rilo-esa"))
    assert len(chosen.clauses) == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"colour": ["red"]}, "colour"),
        ({"kind": ["song"]}, "kind"),
        ({"topic": ["'; DROP TABLE cen_notices; --"]}, "topic"),
        ({"owner": ["rilo-moon"]}, "owner"),
        ({"text": ["a", "b"]}, "text"),
        ({"text": ["x" * 501]}, "text"),
    ],
    ids=["field", "kind", "topic", "owner", "twice", "long"],
)
def test_other_questions_are_refused(given: dict[str, list[str]], field: str) -> None:
    with pytest.raises(QueryInvalid) as refused:
        notice_filter(given)
    assert refused.value.facts["field"] == field


def test_a_cursor_leads_to_the_next_page() -> None:
    assert notice_page(5, cursor(17, "a" * 32)).after == (17, "a" * 32)
    assert notice_page(5, "").after is None


@pytest.mark.parametrize(("limit", "after"), [(0, ""), (MAX_NOTICES + 1, ""), (5, "x"), (5, "1." + "a" * 31)])
def test_other_pages_are_refused(limit: int, after: str) -> None:
    with pytest.raises(QueryInvalid):
        notice_page(limit, after)
