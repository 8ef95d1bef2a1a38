"""Words in the reader's language: sentences of the catalogues, names of fields, words of codes, dates and amounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Context, Decimal, localcontext
from functools import cache
from typing import Final

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from babel.units import format_unit

from cen_core.model import codes
from cencomm.errors import Fact
from cencomm.i18n import has_message, message

_DIGITS: Final = "#,##0.########################"
_SIGNS: Final = {
    "KGM": "mass-kilogram",
    "GRM": "mass-gram",
    "MGM": "mass-milligram",
    "TNE": "mass-tonne",
    "LTR": "volume-liter",
    "MLT": "volume-milliliter",
    "HLT": "volume-hectoliter",
    "MTQ": "volume-cubic-meter",
    "MTK": "area-square-meter",
}
_MANY: Final = "100"
_EXACT: Final = Context(prec=90)
_WESTERN: Final = "latn"
"""Figures are written alike for all readers, as on the forms that they go into."""


@cache
def _with_sign(sign: str, locale: str) -> str:
    """How many of the unit are written; the forms for one and two leave the figure out in some languages."""
    return str(format_unit(int(_MANY), sign, "short", locale=locale))


@dataclass(frozen=True, slots=True)
class Words:
    language: str

    @property
    def _locale(self) -> str:
        """English of customs is not American: the day comes before the month."""
        return "en_GB" if self.language == "en" else self.language

    def say(self, key: str, facts: Mapping[str, Fact] | None = None, **more: Fact) -> str:
        """Raises KeyError: there is no such sentence (a mistake of the caller)."""
        return message(key, {**(facts or {}), **more}, self.language)

    def field(self, name: str) -> str:
        return self.say(f"cen.field.{name}")

    def reason(self, reason: str) -> str:
        key = f"cen.reason.{reason}"
        return self.say(key) if has_message(key) else reason

    def code(self, code_list: str, code: str) -> str:
        """The word of a code; what speaks for itself stays as it is, and nothing is said to be nothing."""
        if not code:
            return self.say("cen.not_given")
        return codes.word(code_list, code, self.language) if code_list else code

    def day(self, day: date) -> str:
        return format_date(day, "medium", self._locale)

    def moment(self, at_ms: int) -> str:
        """In UTC, which is said beside it."""
        moment = datetime.fromtimestamp(at_ms / 1000, UTC)
        written = format_datetime(moment, "short", locale=self._locale)
        return f"{written} UTC"

    def number(self, value: int | Decimal) -> str:
        with localcontext(_EXACT):
            return format_decimal(value, _DIGITS, locale=self._locale, numbering_system=_WESTERN)

    def amount(self, number: Decimal, unit: str) -> str:
        """With the sign that CLDR has for the unit, else with the unit's word."""
        written = self.number(number)
        sign = _SIGNS.get(unit)
        if sign is None:
            return self.say("cen.amount", number=written, unit=self.unit(unit))
        return _with_sign(sign, self._locale).replace(_MANY, written)

    def unit(self, unit: str) -> str:
        return codes.word("unit", unit, self.language)
