"""What may leave a group in each profile, by the levels of fields and by handling."""

from __future__ import annotations

from typing import Any

import pytest

from cencomm.export.profiles import (
    counts,
    is_clean,
    marking_of,
    non_nominal_template,
    statistical_answers,
    statistical_template,
    stays,
    strictest,
)
from cencomm.templates_forms.model import STANDARD, standard

LONG = standard("long_seizure")


@pytest.mark.parametrize(
    ("answers", "keeps"),
    [
        ({}, False),
        ({"handling": "clear"}, False),
        ({"handling": "green"}, False),
        ({"handling": "amber"}, False),
        ({"handling": "amber_strict"}, True),
        ({"handling": "red"}, True),
        ({"handling": "RED"}, True),
        ({"handling": ["clear"]}, True),
        ({"handling": "clear", "permitted_use": ["evidence_ok"]}, False),
        ({"handling": "clear", "permitted_use": ["evidence_ok", "no_onward"]}, True),
        ({"permitted_use": "no_onward"}, True),
    ],
)
def test_handling_keeps_a_record_in_the_group(answers: dict[str, Any], keeps: bool) -> None:
    assert stays(LONG, answers) is keeps


def test_a_marking_that_nobody_knows_is_the_strictest() -> None:
    assert marking_of(LONG, {"handling": "purple"}) == "red"
    assert marking_of(standard("simplified_seizure"), {"handling": "red"}) == ""
    assert strictest(["", "green", "amber_strict", "amber"]) == "amber_strict"
    assert strictest([]) == ""


@pytest.mark.parametrize("name", STANDARD)
def test_no_personal_field_is_in_a_lower_profile(name: str) -> None:
    template = standard(name)
    non_nominal, statistical = non_nominal_template(template), statistical_template(template)
    assert non_nominal is not None
    assert not any(field.is_personal for field in non_nominal.fields.values())
    assert set(non_nominal.fields) == {key for key, field in template.fields.items() if not field.is_personal}
    for field in statistical.fields.values() if statistical is not None else ():
        assert field.cen in {"full", "coarse"}
        assert not field.is_personal


def test_a_number_stays_when_its_unit_stays() -> None:
    found = statistical_template(LONG)
    assert found is not None
    assert LONG.fields["value"].cen == "coarse"
    assert LONG.fields["value_currency"].cen == "none"
    assert "value" not in found.fields
    assert {"quantity", "unit"} <= set(found.fields)


def test_a_template_with_nothing_for_the_core_has_no_statistics() -> None:
    assert statistical_template(standard("warning")) is None


def test_statistics_hold_days_and_no_more() -> None:
    answers = {
        "offence_at": "2024-03-01T10:20:00+02:00",
        "direction": "import",
        "handling": "green",
        "legal_provision": "said by a person",
        "person": [{"person_role": "courier", "sex": "m"}],
        "item": [{"heading": "drugs", "brand": "name", "quantity": "1", "value": "5"}],
        "unheard_of": "x",
    }
    assert statistical_answers(LONG, answers) == {
        "offence_at": "2024-03-01",
        "direction": "import",
        "handling": "green",
        "person": [],
        "item": [{"heading": "drugs", "quantity": "1"}],
    }


def test_people_become_counts_of_what_is_not_personal() -> None:
    answers = {"person": [{"person_role": "courier", "sex": "m"}, {"person_role": "courier", "nationality": ["BR"]}]}
    assert list(counts(LONG, answers)) == [("person_role", "courier"), ("person_role", "courier")]


@pytest.mark.parametrize(
    "answers",
    [
        {"direction": "a name"},
        {"direction": ["import"]},
        {"remarks": "free text"},
        {"family_name": "a name"},
        {"unheard_of": "x"},
        {"offence_at": "yesterday"},
        {"item": "a name"},
        {"item": ["a name"]},
        {"item": [{"heading": "a name"}]},
        {"item": [{"note": "a name"}]},
        {"offence_location": "two words"},
        {"stages": "made up"},
    ],
    ids=str,
)
def test_whatever_is_not_what_its_field_says_is_not_clean(answers: dict[str, Any]) -> None:
    assert not is_clean(LONG, answers)


def test_an_unfinished_form_of_open_answers_is_clean() -> None:
    assert is_clean(
        LONG, {"direction": "import", "item": [{"heading": "drugs"}], "person": [{"person_role": "courier"}]}
    )
    assert is_clean(LONG, {})
