"""Quantities in canonical units: exact, and never across kinds."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cencomm.templates_forms.model import standard
from cencomm.templates_forms.quantities import canonical, kind_of_unit, unit_of

LONG = standard("long_seizure")


@pytest.mark.parametrize(
    ("field", "answers", "found"),
    [
        ("quantity", {"quantity": "2500", "unit": "GRM"}, (Decimal("2.5"), "KGM")),
        ("quantity", {"quantity": "1", "unit": "LBR"}, (Decimal("0.45359237"), "KGM")),
        ("quantity", {"quantity": "3", "unit": "x_cig_carton"}, (Decimal(600), "x_cig")),
        ("quantity_2", {"quantity_2": "3", "unit_2": "H87"}, (Decimal(3), "H87")),
        ("value", {"value": "12.50", "value_currency": "USD"}, (Decimal("12.50"), "USD")),
        ("quantity", {"quantity": "2500"}, None),
        ("quantity", {"quantity": "2500", "unit": "unheard"}, None),
        ("quantity", {"quantity": "many", "unit": "GRM"}, None),
        ("quantity", {"quantity": True, "unit": "GRM"}, None),
        ("abv_pct", {"abv_pct": "40"}, None),
    ],
)
def test_a_number_with_its_unit(field: str, answers: dict[str, object], found: object) -> None:
    assert canonical(LONG, LONG.fields[field], answers) == found


def test_the_question_about_the_unit_is_found_by_name() -> None:
    found = {key: unit.key for key in ("quantity", "quantity_2", "value") if (unit := unit_of(LONG, LONG.fields[key]))}
    assert found == {"quantity": "unit", "quantity_2": "unit_2", "value": "value_currency"}
    assert unit_of(LONG, LONG.fields["persons_count"]) is None


def test_kinds_of_units_are_those_of_the_list() -> None:
    assert [kind_of_unit(LONG, "unit", unit) for unit in ("GRM", "LTR", "H87", "x_unit", "nothing")] == [
        "mass",
        "volume",
        "count",
        "unspecified",
        "",
    ]
    assert kind_of_unit(LONG, "currency", "USD") == ""
