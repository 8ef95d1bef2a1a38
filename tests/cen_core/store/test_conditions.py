"""Every condition finds exactly the cases that a plain reader would pick, on both databases.

CD-01 ranges of dates, amounts and values, both ends included, in one unit only
CD-02 conditions on goods hold of one and the same line
CD-03 routes in order, the place of detection among their stages
CD-04 "nothing given" is a value of its own
"""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio

from cen_core.api import Question
from tests.cen_core.world import READER, Stand, data, import_data, line

Asked = dict[str, list[str]]


def drugs(product: str, quantity: str, unit: str, **more: str) -> dict[str, Any]:
    return {"heading": "drugs", "product": product, "quantity": quantity, "unit": unit, **more}


CASES: dict[str, dict[str, Any]] = {
    "ivory": data(concealment=["hull"], operation_code="OP-1"),
    "small": import_data("ES", "BR", occurred_on="2023-12-31", goods=[drugs("cocaine", "999.999999999", "GRM")]),
    "exact": import_data("ES", "BR", occurred_on="2024-01-01", goods=[drugs("cocaine", "1000", "GRM")]),
    "above": import_data("PT", "BR", goods=[drugs("cocaine", "1.000000000000000000000001", "KGM")]),
    "litres": import_data("PT", "CO", goods=[drugs("cocaine", "5", "LTR", value="100.50", currency="EUR")]),
    "lines": import_data(
        "IT", "CO", goods=[drugs("cocaine", "0.1", "KGM"), drugs("heroin", "50", "KGM", value="7", currency="USD")]
    ),
    "nothing": import_data(
        "IT", "CO", goods=[{"heading": "drugs", "product": "heroin", "quantity_missing": "not_measured"}]
    ),
    "through": import_data(
        "FR",
        "MA",
        route=[
            {"part": "departure", "country": "MA"},
            {"part": "transit", "country": "ES"},
            {"part": "transit", "country": "BE", "reached": False},
            {"part": "destination", "country": "NL"},
        ],
        direction="unknown",
        goods=[{"heading": "tobacco", "product": "cigarettes", "quantity": "2", "unit": "x_cig_master"}],
        conveyance_type="truck",
        transport_mode="3",
        traffic_type="cargo",
        location_type="land_border",
    ),
    "species": data(
        goods=[line(product="live", species="Manis javanica", unit="HEA", quantity="12")], location="KENBO"
    ),
}


@pytest_asyncio.fixture
async def filled(both: Stand) -> Stand:
    for given in CASES.values():
        await both.published(given)
    return both


async def picked(stand: Stand, asked: Asked) -> set[str]:
    found = await stand.core.search(READER, Question(asked))
    names = {f"{number:032x}": name for number, name in enumerate(CASES, 1)}
    picked = {names[case.case_id] for case in found.cases}
    assert len(picked) == found.total
    return picked


QUESTIONS: list[tuple[Asked, set[str]]] = [
    ({}, set(CASES)),
    ({"until": ["2023-12-31"]}, {"small"}),
    ({"since": ["2023-12-31"], "until": ["2024-01-01"]}, {"small", "exact"}),
    ({"quantity_unit": ["KGM"], "quantity_min": ["1"]}, {"ivory", "exact", "above", "lines"}),
    ({"quantity_unit": ["GRM"], "quantity_min": ["1000"], "quantity_max": ["1000"]}, {"exact"}),
    ({"quantity_unit": ["KGM"], "quantity_max": ["1"]}, {"small", "exact", "lines"}),
    (
        {"quantity_unit": ["KGM"], "quantity_min": ["1.000000000000000000000001"], "quantity_max": ["2"]},
        {"above"},
    ),
    ({"quantity_unit": ["x_cig"], "quantity_min": ["20000"], "quantity_max": ["20000"]}, {"through"}),
    ({"quantity_unit": ["LTR"]}, {"litres"}),
    ({"value_currency": ["EUR"], "value_min": ["100.5"]}, {"litres"}),
    ({"value_currency": ["USD"], "value_max": ["6.99"]}, set()),
    ({"currency": ["USD", "EUR"]}, {"litres", "lines"}),
    ({"product": ["cocaine"], "quantity_unit": ["KGM"], "quantity_min": ["10"]}, set()),
    ({"product": ["heroin"], "quantity_unit": ["KGM"], "quantity_min": ["10"]}, {"lines"}),
    ({"unit": ["GRM"], "product": ["heroin"]}, {"lines"}),
    ({"unit": ["-"]}, {"nothing"}),
    ({"heading": ["drugs"], "country": ["ES", "IT"]}, {"small", "exact", "lines", "nothing"}),
    ({"departure": ["BR"], "country": ["ES"]}, {"small", "exact"}),
    ({"route": ["MA", "FR"]}, {"through"}),
    ({"route": ["ES", "FR", "NL"]}, {"through"}),
    ({"route": ["FR", "BE", "NL"]}, {"through"}),
    ({"route": ["BE", "FR"]}, set()),
    ({"route": ["FR", "ES"]}, set()),
    ({"route": ["KE", "VN"]}, {"ivory", "species"}),
    ({"transit": ["ES"]}, {"through"}),
    ({"transit": ["-"], "country": ["KE", "FR", "PT"]}, {"above", "litres"}),
    ({"concealment": ["hull"]}, {"ivory"}),
    ({"concealment": ["-", "baggage"], "country": ["KE"]}, {"species"}),
    ({"operation_code": ["OP-1"]}, {"ivory"}),
    ({"operation_code": ["-"], "country": ["KE"]}, {"species"}),
    ({"species": ["Manis javanica"]}, {"species"}),
    ({"location": ["KENBO"]}, {"species"}),
    ({"year": ["2023"]}, {"small"}),
    ({"month": ["2024-01"]}, {"exact"}),
    ({"conveyance_type": ["truck"], "transport_mode": ["3"]}, {"through"}),
    ({"text": ["heroin"], "country": ["IT"], "quantity_unit": ["KGM"]}, {"lines"}),
]


async def test_cd_every_question(filled: Stand) -> None:
    for asked, wanted in QUESTIONS:
        assert await picked(filled, asked) == wanted, asked


async def test_cd_facets_and_statistics_agree_with_the_count(filled: Stand) -> None:
    for asked, wanted in QUESTIONS:
        found = await filled.core.search(READER, Question(asked, ("form",)))
        assert sum(bucket.cases for bucket in found.facets["form"]) == len(wanted)
        table = await filled.core.statistics(READER, asked, ("year", "country"))
        assert sum(cell.cases for cell in table.cells) == len(wanted)


@pytest.mark.parametrize("amount", ["0.999999999999", "1", "1.0", "999.999999999"])
async def test_cd_01_ends_are_included(stand: Stand, amount: str) -> None:
    await stand.published(data(goods=[line(quantity=amount)]))
    asked = {"quantity_unit": ["KGM"], "quantity_min": [amount], "quantity_max": [amount]}
    assert (await stand.core.search(READER, Question(asked))).total == 1
