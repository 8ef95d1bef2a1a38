"""What a record says, and what it leaves open; the shared cases (`tests/vectors`) hold the rest."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cencomm.analysis.reported import (
    Dimension,
    Given,
    Reported,
    Unit,
    amount_of,
    goods_of,
    is_seizure,
    number_of,
    places_of,
    worth_of,
)

UNITS = {"GRM": Unit("KGM", "0.001"), "x": Unit("x", "")}


def record(**answers: object) -> Reported:
    return Reported("r", "KE", 0, answers, 0, 0, UNITS)


@pytest.mark.parametrize("item", [None, "text", {}, [], ["text"], [None]], ids=str)
def test_without_goods_it_is_no_seizure(item: object) -> None:
    assert goods_of(record(item=item)) == []
    assert not is_seizure(record(item=item))


@pytest.mark.parametrize(
    ("row", "amount"),
    [
        ({"quantity": "2500", "unit": "GRM"}, ("KGM", Decimal("2.5"))),
        ({"quantity": 3, "unit": "GRM"}, ("KGM", Decimal("0.003"))),
        ({"quantity": "many", "unit": "GRM"}, None),
        ({"quantity": "1", "unit": "furlong"}, None),
        ({"quantity": "1", "unit": "x"}, None),
        ({"quantity": "1", "unit": ["GRM"]}, None),
        ({"quantity": True, "unit": "GRM"}, None),
        ({}, None),
    ],
)
def test_an_amount_needs_a_number_and_a_known_unit(row: Given, amount: object) -> None:
    assert amount_of(row, UNITS) == amount


def test_worth_needs_its_currency() -> None:
    assert worth_of({"value": "12.50", "value_currency": "EUR"}) == ("EUR", Decimal("12.50"))
    assert worth_of({"value": "12.50"}) is None
    assert worth_of({"value": "", "value_currency": "EUR"}) is None
    assert number_of(None) is None


def test_several_codes_have_the_same_goods_but_headings_their_own() -> None:
    goods = [{"heading": "drugs"}, {"heading": "tobacco"}, {}]
    found = record(item=goods, concealment=["a", "b", "a"])
    assert places_of(found, Dimension.CONCEALMENT) == {"a": goods, "b": goods}
    assert {code: len(rows) for code, rows in places_of(found, Dimension.HEADING).items()} == {
        "drugs": 1,
        "tobacco": 1,
        "unknown": 1,
    }
