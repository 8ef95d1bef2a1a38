"""Published cases, taken apart."""

from __future__ import annotations

from cen_core.model.content import parse
from cen_core.store.facts import stages
from tests.cen_core.world import NCP, Stand, change, data, line


def test_place_of_detection_stands_once_in_the_route() -> None:
    route = [
        {"part": "departure", "country": "MA"},
        {"part": "transit", "country": "ES"},
        {"part": "transit", "country": "BE", "reached": False},
        {"part": "destination", "country": "NL"},
    ]
    content = parse(data(reporting_country="FR", country="FR", location=None, route=route))
    assert [(part, country) for part, country, _ in stages(content)] == [
        ("departure", "MA"),
        ("transit", "ES"),
        ("detection", "FR"),
        ("transit", "BE"),
        ("destination", "NL"),
    ]


def test_equal_stages_are_not_taken_for_each_other() -> None:
    route = [
        {"part": "transit", "country": "SG"},
        {"part": "transit", "country": "SG", "reached": False},
    ]
    content = parse(data(route=route))
    assert [part for part, _, _ in stages(content)] == ["transit", "detection", "transit"]


async def test_nothing_of_a_withdrawn_case_stays(both: Stand) -> None:
    case = await both.published(data(concealment=["hull"], goods=[line(), line(quantity="1")]))
    counts = await both.counts()
    assert (counts["cen_facts_goods"], counts["cen_facts_codes"], counts["cen_facts_route"]) == (2, 1, 4)
    await both.core.withdraw(NCP, change(case), "mistake")
    counts = await both.counts()
    assert {name: rows for name, rows in counts.items() if name.startswith("cen_facts") and rows} == {}


async def test_zero_that_was_not_measured_is_no_amount(both: Stand) -> None:
    await both.published(data(goods=[line(quantity="0", quantity_missing="traces")]))
    total = (await both.core.statistics(NCP, {}, ())).total
    assert (total.cases, total.quantities) == (1, ())
