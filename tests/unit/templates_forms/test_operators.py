from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.templates_forms.operators import OPERATORS, cost, equal
from cencomm.templates_forms.values import MISSING, Moment, Value

ONE: list[Value] = ["", "x", "1", Decimal(1), Decimal(0), True, False, Moment("1970-01-02", Decimal(1)), ()]
OTHER: list[Value] = [*ONE[:-1], (Decimal(1), "x")]


@given(st.sampled_from(ONE), st.sampled_from(OTHER))
def test_equality_is_the_same_from_both_sides(one: Value, other: Value) -> None:
    assert equal(one, other) == equal(other, one)


@pytest.mark.parametrize("operator", ["+", "-", "*", "div", "mod"])
def test_arithmetic_with_a_missing_number_is_missing(operator: str) -> None:
    assert OPERATORS[operator](MISSING, Decimal(1)) == MISSING
    assert OPERATORS[operator](Decimal(1), "x") == MISSING


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">="])
def test_an_order_comparison_with_a_missing_number_is_false(operator: str) -> None:
    assert OPERATORS[operator](MISSING, Decimal(1)) is False
    assert OPERATORS[operator](Decimal(1), MISSING) is False


def test_several_against_several_cost_every_pair() -> None:
    assert cost(("a", "b"), ("a", "b", "c")) == 6
