"""Derived values stand at their places, in a copy, and never over an answer that was sent."""

from __future__ import annotations

from datetime import UTC, datetime

from cencomm.export.derived import has_derived, with_derived
from cencomm.templates_forms.model import standard

LONG = standard("long_seizure")
NOW = datetime(2024, 3, 1, tzinfo=UTC)


def test_derived_values_stand_in_their_rows_and_the_answers_stay_as_they_were() -> None:
    answers = {"item": [{"quantity": "2500", "unit": "GRM"}, {"quantity": "1"}, {"quantity": "2", "unit": "TNE"}]}
    whole = with_derived(LONG, answers, NOW)
    assert [row.get("quantity_canonical") for row in whole["item"]] == ["2.5", None, "2000"]
    assert [row.get("unit_canonical") for row in whole["item"]] == ["KGM", None, "KGM"]
    assert answers["item"][0] == {"quantity": "2500", "unit": "GRM"}


def test_what_was_sent_in_its_place_stays() -> None:
    answers = {"item": [{"quantity": "2500", "unit": "GRM", "quantity_canonical": "7"}]}
    assert with_derived(LONG, answers, NOW)["item"][0]["quantity_canonical"] == "7"


def test_answers_that_are_none_give_themselves() -> None:
    short = standard("simplified_seizure")
    for answers in ({"item": "text"}, {"item": ["text"]}, {"item": None}, {}):
        assert with_derived(short, answers, NOW) == answers
    assert has_derived(LONG)
    assert not has_derived(standard("alert"))
