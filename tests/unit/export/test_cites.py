"""The lines of a CITES annual illegal trade report: one for each item of fauna and flora, in the report's units."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from cencomm.export.cites import COLUMNS, cites_table
from cencomm.export.table import Cell
from cencomm.templates_forms.model import standard

ANSWERS: dict[str, Any] = {
    "national_case_ref": "KE-2024-7",
    "offence_at": "2024-03-01T10:00:00Z",
    "offence_country": "KE",
    "offence_location": "KEMBA",
    "offence_place": "Shed 4",
    "agency": "customs",
    "offence_type": ["smuggling"],
    "transport_mode": "1",
    "concealment": ["container"],
    "origin": [{"origin_country": "CD"}, {"origin_country": "CG"}, {"origin_country": "CD"}],
    "transit": [{"transit_country": "UG"}],
    "destination_country": "VN",
    "person": [{"nationality": ["KE", "VN"]}, {"nationality": ["VN"]}],
    "legal_provision": "Section 92",
    "item": [
        {"heading": "drugs", "product": "heroin", "quantity": "1", "unit": "KGM"},
        {
            "heading": "fauna_flora",
            "product": "pangolin_scale",
            "species": "Manis tricuspis",
            "quantity": "1.5",
            "unit": "TNE",
            "cites_appendix": "I",
            "value": "5",
            "value_currency": "USD",
        },
        {"heading": "fauna_flora", "product": "live", "quantity": "12", "unit": "HEA"},
        {"heading": "fauna_flora", "product": "unheard of", "quantity": "many"},
        "junk",
    ],
}


def lines(answers: dict[str, Any], name: str = "long_seizure", language: str = "en") -> list[dict[str, Cell]]:
    table = cites_table("Report", [(standard(name), "r1", answers)], language)
    keys = [column.key for column in COLUMNS]
    return [dict(zip(keys, row, strict=True)) for row in table.rows]


def test_each_item_of_fauna_and_flora_is_a_line() -> None:
    scales, live, unknown = lines(ANSWERS)
    assert scales["seizure_no"] == "KE-2024-7"
    assert scales["date"] == date(2024, 3, 1)
    assert (scales["species"], scales["specimen"]) == ("Manis tricuspis", "Pangolin scales")
    assert (scales["quantity"], scales["unit"]) == (Decimal("1500.0"), "kg")
    assert scales["location"] == "KEMBA, Shed 4, Kenya"
    assert (scales["origin"], scales["transit"], scales["destination"]) == (
        "Congo - Kinshasa; Congo - Brazzaville",
        "Uganda",
        "Vietnam",
    )
    assert scales["nationality"] == "Kenya; Vietnam"
    assert scales["value"] == "5 USD"
    assert scales["law"] == "Section 92"
    assert (live["quantity"], live["unit"]) == (Decimal(12), None), "specimens that are counted have no unit"
    assert (unknown["specimen"], unknown["quantity"], unknown["species"]) == ("unheard of", None, None)


def test_words_are_in_the_readers_language() -> None:
    assert lines(ANSWERS, language="fr")[0]["transport"] == "Maritime"
    assert lines(ANSWERS, language="ar")[0]["destination"] == "فيتنام"


def test_a_record_without_its_own_number_is_named_by_ours_and_what_was_not_asked_is_empty() -> None:
    item = {"heading": "fauna_flora", "product": "live", "quantity": "1", "unit": "HEA"}
    (line,) = lines({"offence_at": "soon", "item": [item]}, "simplified_seizure")
    assert (line["seizure_no"], line["date"], line["agency"]) == ("r1", None, None)
    assert lines({"item": "none"}) == []
