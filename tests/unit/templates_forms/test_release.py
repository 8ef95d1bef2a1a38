"""What of a record may leave for the CEN core.

RL-01 only what the template lets leave, and of a time only the day
RL-02 free text leaves only when it was read, and only where the core has a place for it
RL-03 nothing leaves that holds a value of a nominal field of the same record, however it is written
RL-04 a field that an organiser keeps in the group stays there
RL-05 only seizures are released
"""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from cencomm.templates_forms.errors import NominalInWords, NotReleasable
from cencomm.templates_forms.model import Template, standard
from cencomm.templates_forms.release import projected
from tests.unit.templates_forms.forms import good

LONG: dict[str, Any] = {
    "reporting_country": "KE",
    "national_case_ref": "KE-NBO-2024-0817",
    "text_language": "en",
    "offence_at": "2024-03-01T23:30:00+03:00",
    "offence_country": "KE",
    "location_type": "seaport",
    "offence_location": "KEMBA",
    "offence_place": "container yard",
    "offence_lat": "-4.04",
    "direction": "export",
    "departure_country": "KE",
    "departure_location": "KEMBA",
    "transit": [{"transit_country": "SG", "transit_reached": False}, {"transit_location": "LKCMB"}],
    "destination_country": "VN",
    "transport_mode": "1",
    "conveyance_type": "container_ship",
    "vessel_name": "Aurora Star",
    "traffic_type": "cargo",
    "item": [
        {
            "heading": "fauna_flora",
            "product": "ivory_raw",
            "product_other": "tusks",
            "species": "Loxodonta africana",
            "quantity": "512.5",
            "unit": "KGM",
            "quantity_basis": "weighed",
            "hs6": "050710",
            "value": "1000",
            "value_currency": "USD",
            "serial_no": "SN-1",
        }
    ],
    "detection_method": "risk_profile",
    "concealment": ["false_wall"],
    "concealment_text": "behind a false wall",
    "person": [
        {"family_name": "Müller", "id_doc_no": "AB 12-345", "nationality": ["DE"], "sex": "M"},
        {"name_native": "王明"},
    ],
    "modus_operandi": "declared as timber",
}


def long(**changes: Any) -> dict[str, Any]:
    return LONG | changes


def test_rl_01_only_what_the_template_lets_leave() -> None:
    found = projected(standard("long_seizure"), LONG)
    assert found.data == {
        "form": "long",
        "reporting_country": "KE",
        "occurred_on": "2024-03-01",
        "country": "KE",
        "location_type": "seaport",
        "location": "KEMBA",
        "direction": "export",
        "route": [
            {"part": "departure", "country": "KE", "location": "KEMBA"},
            {"part": "transit", "country": "SG", "reached": False},
            {"part": "destination", "country": "VN"},
        ],
        "transport_mode": "1",
        "conveyance_type": "container_ship",
        "traffic_type": "cargo",
        "goods": [
            {
                "heading": "fauna_flora",
                "product": "ivory_raw",
                "quantity": "512.5",
                "unit": "KGM",
                "quantity_basis": "weighed",
                "hs6": "050710",
            }
        ],
        "detection_method": "risk_profile",
        "concealment": ["false_wall"],
    }


def test_rl_01_what_leaves_is_listed_answer_by_answer() -> None:
    listed = {one.path: one.value for one in projected(standard("long_seizure"), LONG).leaving}
    assert listed["offence_at"] == "2024-03-01"
    assert listed["transit[0].transit_country"] == "SG"
    assert listed["item[0].quantity"] == "512.5"
    assert not {"national_case_ref", "vessel_name", "offence_place", "item[0].value"} & set(listed)


def test_rl_02_free_text_that_was_read_leaves() -> None:
    found = projected(standard("long_seizure"), LONG, words=True)
    assert {one.path for one in found.leaving if one.is_words} == {
        "offence_place",
        "concealment_text",
        "modus_operandi",
        "item[0].product_other",
        "item[0].species",
    }
    assert (found.data["narrative"], found.data["narrative_language"]) == ("declared as timber", "en")
    assert found.data["goods"][0]["species"] == "Loxodonta africana"


@pytest.mark.parametrize(
    ("text", "nominal"),
    [
        ("Taken from MULLER, who fled", "person[0].family_name"),
        ("papers AB12345 were false", "person[0].id_doc_no"),
        ("aboard the aurora  star", "vessel_name"),
        ("case KE NBO 2024 0817", "national_case_ref"),
        ("marked SN-1 below", "item[0].serial_no"),
        ("司机王明逃走了", "person[1].name_native"),
    ],
)
def test_rl_03_a_nominal_value_keeps_the_text_back(text: str, nominal: str) -> None:
    with pytest.raises(NominalInWords) as refused:
        projected(standard("long_seizure"), long(modus_operandi=text), words=True)
    assert refused.value.facts == {"path": "modus_operandi", "nominal": nominal}
    assert "modus_operandi" not in {
        one.path for one in projected(standard("long_seizure"), long(modus_operandi=text)).leaving
    }


def test_rl_03_an_identifier_that_is_a_name_keeps_the_record_back() -> None:
    with pytest.raises(NominalInWords):
        projected(standard("simplified_seizure"), good(operation_code="AB-1234", national_case_ref="AB-1234"))


@pytest.mark.parametrize("text", ["a mule", "a star", "512.5", "M"])
def test_rl_03_other_words_do_not(text: str) -> None:
    assert projected(standard("long_seizure"), long(modus_operandi=text), words=True).data["narrative"] == text


def test_rl_04_what_an_organiser_keeps_stays() -> None:
    document = json.loads(standard("simplified_seizure").encode())
    for group in document["groups"]:
        for child in group["children"]:
            if child["key"] in {"persons_arrested", "destination_country"}:
                child.pop("cen")
    kept = Template.decode_unchecked(msgspec.json.encode(document))
    data = projected(kept, good(persons_arrested=2)).data
    assert "persons_arrested" not in data
    assert [stage["part"] for stage in data["route"]] == ["departure"]


def test_rl_05_only_seizures() -> None:
    with pytest.raises(NotReleasable):
        projected(standard("warning"), {})


@pytest.mark.parametrize("answers", [{}, {"item": "x"}, {"item": [1]}, {"offence_at": 7}, {"transit": [[]]}])
def test_odd_answers_are_left_out(answers: dict[str, Any]) -> None:
    found = projected(standard("long_seizure"), answers, words=True)
    assert (found.data["goods"], found.data["route"], found.leaving) == ([], [], ())
