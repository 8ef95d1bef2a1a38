"""Exact amounts."""

from __future__ import annotations

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cen_core.model.amount import Limbs, fits, limbs, plain

AMOUNTS = st.decimals(min_value=0, max_value=10**15, places=24, allow_nan=False, allow_infinity=False)


@given(AMOUNTS)
def test_limbs_hold_every_digit(amount: Decimal) -> None:
    assert limbs(amount).amount == amount


@given(st.lists(AMOUNTS, max_size=30))
def test_sums_of_limbs_are_sums_of_amounts(amounts: list[Decimal]) -> None:
    parts = [limbs(amount) for amount in amounts]
    total = Limbs(sum(p.whole for p in parts), sum(p.pico for p in parts), sum(p.rest for p in parts))
    with localcontext(prec=60):
        assert total.amount == sum(amounts, Decimal(0))


@pytest.mark.parametrize(
    "text", ["-1", "NaN", "Infinity", "1E18", "1E999999999", "1E-25", "0.0000000000000000000000001", "9" * 90]
)
def test_what_does_not_fit(text: str) -> None:
    assert not fits(Decimal(text))


@pytest.mark.parametrize("text", ["0", "1E17", "1E-24", "0.30000000000000004", "1.500000000000000000000000000000"])
def test_what_fits(text: str) -> None:
    assert fits(Decimal(text))
    assert limbs(Decimal(text)).amount == Decimal(text)


def test_plain_has_no_zeros_at_its_end_and_no_exponent() -> None:
    assert str(plain(Decimal("1.500"))) == "1.5"
    assert str(plain(Decimal("1E+3"))) == "1000"
    assert str(plain(Decimal("0.000"))) == "0"
