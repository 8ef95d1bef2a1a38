"""How a table writes numbers and dates, and what they are in ours: a point for decimals, the year first.

Nothing is guessed: a text that the table's own conventions cannot have written has no reading.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from cencomm.templates_forms.entry import western_figures

DateOrder = Literal["ymd", "dmy", "mdy"]

_SPACES = re.compile("[ \u00a0\u2000-\u200a\u202f\u3000\u066c'\u2019]")
_NUMBER = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,2})?")
_GROUPS = {
    ".": re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?"),
    ",": re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]*)?"),
}
_OTHER = {".": ",", ",": "."}
_TIME = r"(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,9})?)?Z?)?"
_DATE = re.compile(r"([0-9]{1,4})[-/. ]([0-9]{1,2})[-/. ]([0-9]{1,4})" + _TIME)
_FIRST_DAY = date(1899, 12, 30)
"""Day 0 of spreadsheets, as their days count after February 1900."""
_SERIALS = range(61, 2_958_466)
"""Days after the one that never was, up to the year 9999."""


@dataclass(frozen=True, slots=True)
class Conventions:
    """`decimal` is the sign before decimals, `dates` the order of day, month and year."""

    decimal: Literal[".", ","] = "."
    dates: DateOrder = "ymd"

    def number(self, text: str) -> str | None:
        """The number with a point and without groups or exponent, every digit kept; None where it is no number."""
        plain = _SPACES.sub("", western_figures(text)).replace("\u2212", "-")
        if _GROUPS[self.decimal].fullmatch(plain):
            plain = plain.replace(_OTHER[self.decimal], "")
        if self.decimal == ",":
            if "." in plain:
                return None
            plain = plain.replace(",", ".", 1)
        if plain.startswith((".", "-.")):
            plain = plain.replace(".", "0.", 1)
        plain = plain.removesuffix(".")
        if _NUMBER.fullmatch(plain) is None:
            return None
        return format(Decimal(plain), "f") if "e" in plain.lower() else plain

    def date(self, text: str) -> str | None:
        """`YYYY-MM-DD`, with `THH:MM:SSZ` where a time other than midnight is written; None where it is no date.

        Years have four figures: which century another one means, nobody can know.
        """
        found = _DATE.fullmatch(western_figures(text).strip())
        if found is None:
            return None
        one, two, three = found[1], found[2], found[3]
        if len(one) == 4:
            year, month, day = one, two, three  # the year first has only one reading
        else:
            year, month, day = (three, one, two) if self.dates == "mdy" else (three, two, one)
            if self.dates == "ymd":
                return None
        if len(year) != 4 or len(day) > 2:
            return None
        try:
            written = date(int(year), int(month), int(day)).isoformat()
        except ValueError:
            return None
        return _with_time(written, found[4], found[5], found[6])


def _with_time(day: str, hour: str | None, minute: str | None, second: str | None) -> str | None:
    if hour is None or (hour, minute, second or "00") == ("00", "00", "00"):
        return day
    if int(hour) > 23 or int(minute or "0") > 59 or int(second or "0") > 59:
        return None
    return f"{day}T{hour}:{minute}:{second or '00'}Z"


def date_of_serial(number: float) -> str | None:
    """The date that a spreadsheet means with a number, with its time to the second; None where it means none."""
    days = int(number // 1)
    if days not in _SERIALS:
        return None
    seconds = round((number - days) * 86_400)
    if seconds == 86_400:
        days, seconds = days + 1, 0
    day = (_FIRST_DAY + timedelta(days=days)).isoformat()
    return _with_time(day, f"{seconds // 3600:02d}", f"{seconds // 60 % 60:02d}", f"{seconds % 60:02d}")
