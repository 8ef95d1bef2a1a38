"""What a form takes over from those before it; the browser client runs the same cases."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cencomm.templates_forms.chain import Entry
from cencomm.templates_forms.errors import CannotFollow
from cencomm.templates_forms.following import can_follow, follow
from cencomm.templates_forms.model import standard

FILE = Path(__file__).parents[2] / "vectors" / "own" / "chain_cases.json"
CASES: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))["follow"]


def _sources(case: dict[str, Any]) -> dict[str, Entry]:
    return {
        each["template"]: Entry(each["ref"], each["template"], datetime.fromisoformat(each["at"]), each["answers"])
        for each in case["sources"]
    }


@pytest.mark.parametrize("case", [case for case in CASES if case["answers"] is not None], ids=lambda case: case["to"])
def test_what_is_known_is_taken_over_and_what_has_no_place_is_named(case: dict[str, Any]) -> None:
    begun = follow(standard(case["to"]), case["from"], _sources(case), country=case["country"])
    assert (begun.answers, list(begun.left), begun.replaces) == (case["answers"], case["left"], case["replaces"])
    assert can_follow(case["to"], case["from"])


@pytest.mark.parametrize("case", [case for case in CASES if case["answers"] is None], ids=lambda case: case["to"])
def test_a_form_that_begins_from_no_such_form_is_refused(case: dict[str, Any]) -> None:
    assert not can_follow(case["to"], case["from"])
    with pytest.raises(CannotFollow) as caught:
        follow(standard(case["to"]), case["from"], _sources(case), country=case["country"])
    assert caught.value.facts == {"template": case["to"], "before": case["from"]}


def test_nothing_of_the_record_before_is_changed() -> None:
    for case in CASES:
        sources = _sources(case)
        before = json.dumps({name: entry.answers for name, entry in sources.items()})
        if case["answers"] is not None:
            follow(standard(case["to"]), case["from"], sources, country=case["country"])
        assert json.dumps({name: entry.answers for name, entry in sources.items()}) == before


def test_the_simplified_form_is_upgraded_without_a_single_answer_left() -> None:
    simplified, long = standard("simplified_seizure"), standard("long_seizure")
    for key, field in simplified.fields.items():
        ours = long.fields[key]
        assert (ours.type, ours.code_list) == (field.type, field.code_list), key
        assert ours.nominal == field.nominal, key
    for code_list in simplified.code_lists:
        kept = {code.key for code in long.lists[code_list.key].codes}
        assert {code.key for code in code_list.codes} <= kept, code_list.key
