"""Exact amounts that any database can add up: three whole numbers, so that no total is ever rounded.

An amount is `whole + pico * 10^-12 + rest * 10^-24`. A database adds up each number by itself (`whole` in two halves,
see `store.sums`), which stays within 64 bits for millions of amounts; the digits are put together again afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Context, Decimal, Inexact

DECIMALS = 24
"""Digits after the point that are kept, in the canonical unit."""
WHOLE_LIMIT = 10**18
"""An amount is smaller than this."""

_LIMB = 12
_BASE = 10**_LIMB
_EXACT = Context(prec=90, Emin=-200, Emax=200, rounding=ROUND_FLOOR, traps=[Inexact])


@dataclass(frozen=True, slots=True)
class Limbs:
    """The three numbers of one amount, or of a sum of amounts (then the lower two may be 10^12 or more)."""

    whole: int
    pico: int
    rest: int

    @property
    def amount(self) -> Decimal:
        """The amount, without zeros at its end."""
        total = (self.whole * _BASE + self.pico) * _BASE + self.rest
        return plain(_EXACT.scaleb(Decimal(total), -DECIMALS))


def fits(amount: Decimal) -> bool:
    """Whether the amount is not negative, small enough and written with few enough digits."""
    if not amount.is_finite() or amount.is_signed() or amount >= WHOLE_LIMIT or len(amount.as_tuple().digits) > 80:
        return False
    return int(_EXACT.normalize(amount).as_tuple().exponent) >= -DECIMALS


def limbs(amount: Decimal) -> Limbs:
    """The three numbers of an amount that `fits`."""
    assert fits(amount)
    total = int(_EXACT.scaleb(amount, DECIMALS).to_integral_value(ROUND_FLOOR))
    upper, rest = divmod(total, _BASE)
    whole, pico = divmod(upper, _BASE)
    return Limbs(whole, pico, rest)


def times(amount: Decimal, factor: Decimal) -> Decimal:
    """The product, exact."""
    return _EXACT.multiply(amount, factor)


def plain(amount: Decimal) -> Decimal:
    """The same number without zeros at its end and without exponent."""
    text = format(amount, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return Decimal(text or "0")
