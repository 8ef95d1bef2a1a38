from __future__ import annotations

import json
from typing import Any

import pytest

from cencomm.i18n import LANGUAGES
from cencomm.templates_forms.difference import Change, difference_words, differences
from cencomm.templates_forms.model import Template, standard
from tests.unit.templates_forms.forms import small_data


def _next(change: dict[str, Any]) -> tuple[Template, Template]:
    """The small template, and its next version: `change` gives members by the path of what they belong to."""
    data = small_data()
    old = Template.decode_unchecked(json.dumps(data).encode())
    for path, members in change.items():
        place: Any = data
        for step in path.split("/") if path else ():
            place = place[int(step)] if step.isdigit() else place[step]
        if isinstance(place, list):
            place.append(members) if isinstance(members, dict) else place.pop(members)
        else:
            place.update(members)
    data["version"] += 1
    return old, Template.decode_unchecked(json.dumps(data).encode())


FIRST = "groups/0/children"
NEW = {"kind": "field", "key": "extra", "type": "int", "labels": {"en": "Extra"}}
CASES: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({}, []),
    ({"labels": {"en": "Smaller"}}, [("title", "")]),
    ({"labels": {"fr": "Menu"}}, [("words", "")]),
    ({FIRST: NEW}, [("field_added", "extra")]),
    ({FIRST: 1}, [("field_removed", "note")]),
    ({f"{FIRST}/2/labels": {"en": "Number plate"}}, [("label", "plate")]),
    ({f"{FIRST}/2": {"type": "text"}}, [("type", "plate")]),
    ({f"{FIRST}/2": {"required": "true()"}}, [("now_required", "plate")]),
    ({f"{FIRST}/2": {"required": "${done}"}}, [("required", "plate")]),
    ({f"{FIRST}/3": {"required": ""}}, [("now_optional", "count")]),
    ({f"{FIRST}/2": {"relevant": "${done}"}}, [("relevant", "plate")]),
    ({f"{FIRST}/2": {"max_length": 9}}, [("constraint", "plate")]),
    ({f"{FIRST}/7": {"calculation": "${count} * 3"}}, [("calculation", "double")]),
    ({f"{FIRST}/2": {"default": "'K1'"}}, [("default", "plate")]),
    ({f"{FIRST}/2": {"nominal": "direct"}}, [("nominal", "plate")]),
    ({f"{FIRST}/3": {"cen": "full"}}, [("cen", "count")]),
    ({f"{FIRST}/2": {"hints": {"en": "As on the car"}}}, [("hint", "plate")]),
    (
        {"groups": {"kind": "group", "key": "end", "labels": {"en": "End"}, "children": [NEW]}},
        [("group_added", "end"), ("field_added", "extra")],
    ),
    ({"groups/1": {"repeat": {"max": 9}}}, [("rows", "row")]),
    ({"groups/0": {"relevant": "true()"}}, [("relevant", "top")]),
    ({"code_lists/0/codes": {"key": "green", "labels": {"en": "Green"}}}, [("codes_added", "colour")]),
    ({"code_lists/0/codes/0": {"labels": {"en": "Crimson"}}}, [("codes_changed", "colour")]),
    ({"rules/0": {"level": "info"}}, [("rule_changed", "R1")]),
    ({"rules/0": {"messages": {"en": "Other words"}}}, [("words", "")]),
]


@pytest.mark.parametrize(("change", "expected"), CASES, ids=lambda value: str(value)[:60])
def test_each_change_is_named_once(change: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    old, new = _next(change)
    assert [(found.kind, found.key) for found in differences(old, new)] == expected


def test_what_was_added_is_taken_out_on_the_way_back() -> None:
    old, new = _next({FIRST: NEW, "code_lists/0/codes": {"key": "green", "labels": {"en": "Green"}}})
    assert differences(new, old) == (Change("field_removed", "extra"), Change("codes_removed", "colour", ("green",)))


def test_order_and_place_are_told_apart() -> None:
    data = small_data()
    old = Template.decode_unchecked(json.dumps(data).encode())
    children = data["groups"][0]["children"]
    children[0], children[1] = children[1], children[0]
    assert differences(old, Template.decode_unchecked(json.dumps(data).encode())) == (Change("order"),)
    data = small_data()
    data["groups"][1]["children"].insert(0, data["groups"][0]["children"].pop())
    found = differences(old, Template.decode_unchecked(json.dumps(data).encode()))
    assert found == (Change("moved", "double"),)


def test_every_change_has_a_whole_sentence_in_every_language() -> None:
    for change, _ in CASES:
        one, other = _next(change)
        for old, new in ((one, other), (other, one)):
            said = [
                difference_words(found, old, new, language) for found in differences(old, new) for language in LANGUAGES
            ]
            assert all(sentence.endswith(".") and "{" not in sentence for sentence in said)


def test_codes_are_named_by_their_question_and_in_words() -> None:
    old, new = _next({"code_lists/0/codes": {"key": "green", "labels": {"en": "Green", "fr": "Vert"}}})
    (found,) = differences(old, new)
    assert difference_words(found, old, new, "en") == "Colour: new choices: Green."
    assert difference_words(found, old, new, "fr").startswith("Couleur")


def test_templates_of_one_name_do_not_differ_from_themselves() -> None:
    assert differences(standard("warning"), standard("warning")) == ()
