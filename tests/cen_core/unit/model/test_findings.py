"""What is wrong in a content of the right shape; each rule with a case that keeps it and one that breaks it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cen_core.model.content import parse
from cen_core.model.findings import Finding, canonical, end_of, findings
from tests.cen_core.world import data, import_data, line

TODAY = date(2024, 6, 1)


def stages(*given: tuple[str, str]) -> list[dict[str, str]]:
    return [{"part": part, "country": country} for part, country in given]


BROKEN: list[tuple[dict[str, Any], Finding]] = [
    (data(occurred_on="2024-06-03"), Finding("occurred_on", "future")),
    (data(occurred_on="1899-12-31"), Finding("occurred_on", "too_old")),
    (data(country="QQ", location=None, location_type="at_sea"), Finding("country", "not_in_list")),
    (data(country="TZ", location=None), Finding("country", "not_reporting_country")),
    (data(location="TZDAR"), Finding("location", "other_country")),
    (data(location="CDG"), Finding("location", "other_country")),
    (data(narrative="x"), Finding("narrative_language", "missing")),
    (data(location_type="moon"), Finding("location_type", "not_in_list")),
    (data(conveyance_type="rocket"), Finding("conveyance_type", "not_in_list")),
    (data(concealment=["hull", "hull"]), Finding("concealment", "twice")),
    (data(concealment=["hull", "hat"]), Finding("concealment[1]", "not_in_list")),
    (data(case_outcome="lost"), Finding("case_outcome", "not_in_list")),
    (
        data(route=stages(("destination", "VN"), ("departure", "KE"))),
        Finding("route[1].part", "out_of_order"),
    ),
    (data(route=stages(("departure", "KE"), ("departure", "TZ"))), Finding("route[1].part", "out_of_order")),
    (data(route=stages(("departure", "QQ"))), Finding("route[0].country", "not_in_list")),
    (data(direction="transit"), Finding("direction", "route_begins_or_ends_here")),
    (data(direction="internal"), Finding("direction", "route_leaves_the_territory")),
    (data(route=stages(("departure", "KE"), ("destination", "KE"))), Finding("route", "same_ends")),
    (data(transport_mode="5"), Finding("traffic_type", "not_mail")),
    (data(goods=[]), Finding("goods", "missing")),
    (data(goods=[line(heading="gold")]), Finding("goods[0].heading", "not_in_list")),
    (data(goods=[line(product="cocaine")]), Finding("goods[0].product", "not_of_heading")),
    (data(goods=[line(product_other="x")]), Finding("goods[0].product_other", "not_asked")),
    (data(goods=[line(quantity="0")]), Finding("goods[0].quantity", "missing")),
    (data(goods=[line(unit="BQL")]), Finding("goods[0].unit", "not_of_heading")),
    (data(goods=[line(unit="")]), Finding("goods[0].unit", "not_of_heading")),
    (data(goods=[line(quantity="1.5", unit="H87")]), Finding("goods[0].quantity", "not_whole")),
    (data(goods=[line(quantity="1E30")]), Finding("goods[0].quantity", "out_of_range")),
    (data(goods=[line(quantity="NaN")]), Finding("goods[0].quantity", "out_of_range")),
    (data(goods=[line(quantity="-1")]), Finding("goods[0].quantity", "out_of_range")),
    (data(goods=[line(product="live")]), Finding("goods[0].unit", "not_animals")),
    (data(goods=[line(value="1")]), Finding("goods[0].currency", "not_in_list")),
    (data(goods=[line(currency="USD")]), Finding("goods[0].value", "missing")),
    (data(goods=[line(value="-1", currency="USD")]), Finding("goods[0].value", "out_of_range")),
]


@pytest.mark.parametrize(("given", "finding"), BROKEN)
def test_broken_rule_is_found_at_its_field(given: dict[str, Any], finding: Finding) -> None:
    assert finding in findings(parse(given), TODAY)


@pytest.mark.parametrize(
    "given",
    [
        data(),
        data(occurred_on="2024-06-02"),
        data(country="TZ", location="TZDAR", location_type="juxtaposed"),
        data(location="NBO"),
        data(location="KEZZZ"),
        data(route=None, direction="unknown"),
        data(direction="internal", route=stages(("departure", "KE"), ("destination", "KE"))),
        import_data("ES", "FR", direction="internal"),
        data(goods=[line(quantity=None, unit="", quantity_missing="not_measured")]),
        data(goods=[line(quantity="0", quantity_missing="traces")]),
        data(goods=[line(value="1.25", currency="EUR", value_basis="street")]),
        import_data("ES", "BR", goods=[{"heading": "ods", "product": "other", "quantity": "3", "unit": "KGM"}]),
    ],
)
def test_kept_rules_find_nothing(given: dict[str, Any]) -> None:
    assert findings(parse(given), TODAY) == ()


def test_canonical_quantity_is_exact() -> None:
    goods = parse(data(goods=[line(quantity="0.1", unit="GRM"), line(quantity=None, quantity_missing="traces")])).goods
    assert canonical(goods[0]) == (Decimal("0.0001"), "KGM")
    assert canonical(goods[1]) is None


def test_ends_that_are_not_named_are_unknown() -> None:
    content = parse(data(route=stages(("transit", "SG"))))
    assert (end_of(content, "departure"), end_of(content, "destination")) == ("XX", "XX")
