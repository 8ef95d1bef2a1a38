"""What of a record leaves for the core.

PJ-01 nothing that the template keeps in the group leaves, and no free text
PJ-02 the time stays behind, the day leaves
PJ-03 the fingerprint tells members and numbers apart and needs the key
PJ-04 a finding stands at the field of the record
"""

from __future__ import annotations

from typing import Any

import pytest

from cen_core.model.codes import form
from cen_core.model.content import encode, parse
from cen_core.model.projection import column_of, project, source_key
from cencomm.templates_forms.model import FREE_TEXT, Field

SECRET = "SECRET-VALUE"

ANSWERS: dict[str, Any] = {
    "reporting_country": "KE",
    "national_case_ref": SECRET,
    "sharing_targets": ["group", "cen"],
    "operation_code": "OP-1",
    "offence_at": "2024-03-01T23:30:00+03:00",
    "offence_country": "KE",
    "location_type": "seaport",
    "offence_location": "KEMBA",
    "offence_place": SECRET,
    "direction": "export",
    "departure_country": "KE",
    "destination_country": "VN",
    "unknown_reason": SECRET,
    "transport_mode": "1",
    "traffic_type": "cargo",
    "item": [
        {
            "heading": "fauna_flora",
            "product": "other",
            "product_other": SECRET,
            "quantity": "5.0",
            "unit": "KGM",
            "quantity_basis": "weighed",
            "quantity_canonical": "5",
            "serial_no": SECRET,
        }
    ],
    "detection_method": "warning",
    "linked_warning": SECRET,
    "persons_arrested": 2,
    "remarks": SECRET,
    "source_text": SECRET,
    "family_name": SECRET,
}


def test_pj_01_nothing_else_leaves() -> None:
    content = parse(project(ANSWERS))
    assert SECRET not in encode(content).decode()
    assert (content.location, content.persons_arrested, content.operation_code) == ("KEMBA", 2, "OP-1")
    assert [(s.part, s.country) for s in content.route] == [("departure", "KE"), ("destination", "VN")]


def test_pj_01_every_field_of_the_template_that_may_not_leave_stays() -> None:
    kept = {key for key, field in form().fields.items() if _stays(field)}
    assert {"national_case_ref", "remarks", "offence_place", "source_text"} <= kept
    hidden = dict.fromkeys(kept, SECRET) | {"item": [dict.fromkeys(kept, SECRET)]}
    assert SECRET not in repr(project(hidden))


def _stays(field: Field) -> bool:
    return field.cen == "none" or field.nominal != "none" or field.type in FREE_TEXT


def test_pj_02_day_only() -> None:
    assert project(ANSWERS)["occurred_on"] == "2024-03-01"


@pytest.mark.parametrize("answers", [{}, {"item": "x"}, {"item": [1]}, {"offence_at": 7}, {"departure_country": ""}])
def test_pj_02_odd_answers_are_left_out(answers: dict[str, Any]) -> None:
    assert project(answers)["goods"] == []


def test_pj_03_fingerprints() -> None:
    keys = {source_key(key, member, number) for key in (b"a", b"b") for member in ("KE", "FR") for number in ("1", "2")}
    assert len(keys) == 8
    assert source_key(b"a", "KE", "1") == source_key(b"a", "KE", "1")


@pytest.mark.parametrize(
    ("field", "column"),
    [
        ("occurred_on", "offence_at"),
        ("country", "offence_country"),
        ("route[1].country", "destination_country"),
        ("goods[3].unit", "item[3].unit"),
        ("goods", "item"),
        ("direction", "direction"),
    ],
)
def test_pj_04_columns(field: str, column: str) -> None:
    assert column_of(field) == column
