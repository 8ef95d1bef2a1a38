from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.templates_forms.errors import PartsDisagree
from cencomm.templates_forms.model import standard
from cencomm.templates_forms.parts import merge, misplaced, split
from tests.unit.templates_forms.forms import good, small

ANSWERS: dict[str, Any] = {
    "name": "Jane",
    "note": "free",
    "plate": "KAA 1",
    "count": 2,
    "row": [{"colour": "red", "owner": "Joe"}, {"amount": "1"}],
    "stray": "?",
}

KEYS = st.sampled_from(["name", "note", "plate", "count", "done", "row", "colour", "owner", "stray", "amount"])
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)


def test_nominal_fields_free_text_and_unknown_fields_are_personal() -> None:
    public, personal = split(small(), ANSWERS)
    assert public == {"count": 2, "row": [{"colour": "red"}, {"amount": "1"}]}
    assert personal == {
        "name": "Jane",
        "note": "free",
        "plate": "KAA 1",
        "row": [{"owner": "Joe"}, {}],
        "stray": "?",
    }


def test_repeat_without_personal_answers_is_not_in_the_personal_part() -> None:
    public, personal = split(small(), {"row": [{"colour": "red"}]})
    assert (public, personal) == ({"row": [{"colour": "red"}]}, {})


def test_parts_merge_into_the_answers() -> None:
    assert merge(*split(small(), ANSWERS)) == ANSWERS
    assert merge(*split(standard("simplified_seizure"), good(remarks="x"))) == good(remarks="x")


@given(st.dictionaries(KEYS, PLAIN, max_size=6))
def test_any_answers_survive_split_and_merge(answers: dict[str, Any]) -> None:
    public, personal = split(small(), answers)
    assert merge(public, personal) == answers
    assert misplaced(small(), public) == ()


def test_observer_without_the_personal_part_sees_the_public_one() -> None:
    public, _ = split(small(), ANSWERS)
    assert merge(public, {}) == public


@pytest.mark.parametrize(
    ("public", "personal"),
    [
        ({"count": 1}, {"count": 2}),
        ({"row": [{}]}, {"row": [{}, {}]}),
        ({"row": [{"amount": "1"}]}, {"row": [{"amount": "2"}]}),
        ({"row": [{}]}, {"row": "x"}),
    ],
)
def test_parts_that_contradict_each_other_are_refused(public: dict[str, Any], personal: dict[str, Any]) -> None:
    before = repr((public, personal))
    with pytest.raises(PartsDisagree):
        merge(public, personal)
    assert repr((public, personal)) == before


def test_personal_answers_in_a_public_part_are_found() -> None:
    public = {"name": "Jane", "count": 1, "row": [{"colour": "red"}, {"owner": "Joe"}], "stray": 1}
    assert misplaced(small(), public) == ("name", "row[1].owner", "stray")


def test_rows_nested_deeper_than_any_template_are_refused_and_not_followed() -> None:
    deep: dict[str, Any] = {}
    for _ in range(400):
        deep = {"row": [deep]}
    with pytest.raises(PartsDisagree):
        merge(deep, deep)
