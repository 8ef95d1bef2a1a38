"""Statistics on both databases.

CG-01 counts and sums are those of a plain count in Python, for every pair of dimensions
CG-02 units and currencies are never added together
CG-03 what is unknown and what is "other" stands apart
CG-04 where a case stands in several cells, the total still counts it once
CG-05 sums are exact, and do not overflow
CG-06 a table that is too large, or of too many dimensions, is refused
"""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest

from cen_core.api import Question, Row
from cen_core.errors import NotAllowed, QueryInvalid
from cen_core.model import query
from cen_core.model.content import Content, parse
from cen_core.model.dimensions import DIMENSIONS
from cen_core.model.findings import canonical, end_of
from tests.cen_core.world import LIMITED, READER, SECOND_SECRETARY, SECRETARY, Stand, data, import_data, line

DRUG = {"heading": "drugs", "product": "cocaine", "quantity": "0.1", "unit": "KGM"}
CASES: list[dict[str, Any]] = [
    data(concealment=["hull", "false_bottom"], occurred_on="2023-05-01"),
    data(goods=[line(value="1000.01", currency="USD"), line(quantity="3", unit="H87", value="5", currency="EUR")]),
    import_data("ES", "BR", goods=[DRUG, DRUG | {"quantity": "0.2"}, DRUG | {"unit": "LTR"}]),
    import_data("ES", "BR", goods=[DRUG | {"product": "other"}], concealment=["other"]),
    import_data("PT", "XX", detection_method="unknown", goods=[DRUG | {"quantity": "0", "quantity_missing": "traces"}]),
    import_data("PT", "CO", concealment=["in_body"], goods=[DRUG | {"product": "heroin", "quantity": "7"}, DRUG]),
]
NAMES = ("country", "departure", "year", "month", "detection_method", "heading", "product", "concealment", "transit")


def values_of(name: str, content: Content, line_number: int) -> list[str]:
    """What one goods line of a case has in a dimension."""
    goods = content.goods[line_number]
    found: dict[str, list[str]] = {
        "country": [content.country],
        "departure": [end_of(content, "departure")],
        "year": [content.occurred_on.isoformat()[:4]],
        "month": [content.occurred_on.isoformat()[:7]],
        "detection_method": [content.detection_method],
        "heading": [goods.heading],
        "product": [goods.product],
        "concealment": list(content.concealment) or [""],
        "transit": sorted({stage.country for stage in content.route if stage.part == "transit"}) or [""],
    }
    return found[name]


def by_hand(names: tuple[str, str]) -> tuple[dict[Any, int], dict[Any, Decimal]]:
    cases: defaultdict[Any, set[int]] = defaultdict(set)
    sums: defaultdict[Any, Decimal] = defaultdict(Decimal)
    for number, given in enumerate(CASES):
        content = parse(given)
        for line_number, goods in enumerate(content.goods):
            measured = canonical(goods)
            for one in values_of(names[0], content, line_number):
                for other in values_of(names[1], content, line_number):
                    cases[one, other].add(number)
                    if measured is not None and not goods.quantity_missing:
                        sums[one, other, measured[1]] += measured[0]
    return {key: len(found) for key, found in cases.items()}, dict(sums)


async def filled(stand: Stand) -> Stand:
    for given in CASES:
        await stand.published(given)
    return stand


async def test_cg_01_every_pair_of_dimensions(both: Stand) -> None:
    await filled(both)
    for names in combinations(NAMES, 2):
        table = await both.core.statistics(READER, {}, names)
        cases, sums = by_hand((names[0], names[1]))
        assert {cell.values: cell.cases for cell in table.cells} == cases, names
        found = {(*cell.values, q.of): q.amount for cell in table.cells for q in cell.quantities}
        assert found == sums, names
        assert [cell.values for cell in table.cells] == sorted(cell.values for cell in table.cells) or names
        assert table.multiple == tuple(name for name in names if DIMENSIONS[name].is_multiple)


async def test_cg_02_units_and_currencies_stay_apart(both: Stand) -> None:
    await filled(both)
    total = (await both.core.statistics(READER, {}, ())).total
    assert [(q.of, q.amount, q.lines) for q in total.quantities] == [
        ("H87", Decimal(3), 1),
        ("KGM", Decimal("512.5") * 2 + Decimal("7.5"), 7),
        ("LTR", Decimal("0.1"), 1),
    ]
    assert [(m.of, m.amount) for m in total.money] == [("EUR", Decimal(5)), ("USD", Decimal("1000.01"))]


async def test_cg_03_unknown_and_other_apart(both: Stand) -> None:
    await filled(both)
    table = await both.core.statistics(READER, {}, ("departure", "product"))
    marks = {cell.values: (cell.is_unknown, cell.is_other) for cell in table.cells}
    assert marks["XX", "cocaine"] == (True, False)
    assert marks["BR", "other"] == (False, True)
    assert marks["BR", "cocaine"] == (False, False)


async def test_cg_04_total_counts_each_case_once(both: Stand) -> None:
    await filled(both)
    table = await both.core.statistics(READER, {"country": ["KE"]}, ("concealment",))
    assert Counter({cell.values[0]: cell.cases for cell in table.cells}) == {"hull": 1, "false_bottom": 1, "": 1}
    assert table.total.cases == 2
    assert [q.amount for q in table.total.quantities if q.of == "KGM"] == [Decimal(1025)]


async def test_cg_04_only_the_lines_that_fit_are_added_up(both: Stand) -> None:
    await filled(both)
    table = await both.core.statistics(READER, {"product": ["heroin"]}, ("country",))
    assert [(c.values, c.cases, c.quantities[0].amount) for c in table.cells] == [(("PT",), 1, Decimal(7))]


async def test_cg_05_sums_neither_round_nor_overflow(both: Stand) -> None:
    large = {"heading": "nuclear", "product": "cs137", "quantity": "999999999", "unit": "GBQ"}
    tiny = {"heading": "drugs", "product": "cocaine", "quantity": "0.000000000000000000000001", "unit": "KGM"}
    rows = [
        Row(number, f"r{number}", import_data("ES", "BR", goods=[*[large] * 50, *[tiny] * 50])) for number in range(200)
    ]
    upload, _ = await both.core.upload(SECRETARY, rows, "large")
    await both.core.validate_upload(SECOND_SECRETARY, upload.upload_id)
    total = (await both.core.statistics(READER, {}, ())).total
    assert [(q.of, q.amount) for q in total.quantities] == [
        ("BQL", Decimal("9999999990000000000000")),
        ("KGM", Decimal("0.00000000000000000001")),
    ]


async def test_cg_06_too_much_is_refused(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    await filled(stand)
    for names in (("country", "year", "month"), ("country", "country"), ("colour",), ("country; DROP",)):
        with pytest.raises(QueryInvalid):
            await stand.core.statistics(READER, {}, names)
    with pytest.raises(NotAllowed):
        await stand.core.statistics(LIMITED, {}, ("country",))
    monkeypatch.setattr("cen_core.store.grouping.MAX_CELLS", 1)
    with pytest.raises(QueryInvalid) as refused:
        await stand.core.statistics(READER, {}, ("country",))
    assert refused.value.facts == {"field": "dimensions", "reason": "too_many_cells"}
    assert query.MAX_CELLS == 10_000


async def test_every_dimension_answers(both: Stand) -> None:
    await filled(both)
    found = await both.core.search(READER, Question({}, tuple(DIMENSIONS)[:20]))
    assert len(found.facets) == 20
    for name in DIMENSIONS:
        assert (await both.core.statistics(READER, {}, (name,))).cells


async def test_over_time(both: Stand) -> None:
    await filled(both)
    table = await both.core.over_time(READER, {}, period="year", by="country")
    assert [(cell.values, cell.cases) for cell in table.cells] == [
        (("2023", "KE"), 1),
        (("2024", "ES"), 2),
        (("2024", "KE"), 1),
        (("2024", "PT"), 2),
    ]
    with pytest.raises(QueryInvalid):
        await both.core.over_time(READER, {}, period="century")
