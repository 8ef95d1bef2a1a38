"""The values that expressions work on, and how they turn into each other; the same in Python and TypeScript.

Five kinds: text, exact decimal number, truth value, moment (a date or a date with time), and several values of a
repeat. What is not answered, or has no answer (a division by zero, a number of "abc"), is empty text: `MISSING`.
Numbers have at most 34 significant digits, rounded half to even, and magnitudes between 10^-60 and 10^60.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache

MISSING = ""
MAX_MAGNITUDE = 60
"""Decimal exponent beyond which a number is missing (large) or zero (small)."""

CONTEXT = Context(prec=34, rounding=ROUND_HALF_EVEN, Emin=-9_999, Emax=9_999, traps=[])

_NUMBER = re.compile(r"-?(?:[0-9]{1,60}(?:\.[0-9]{0,60})?|\.[0-9]{1,60})")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DATE_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_EPOCH = date(1970, 1, 1)
_LONGEST_MOMENT = len("2024-03-01T12:00:00.000000+00:00")
_MAX_OFFSET_MINUTES = 14 * 60
_SECONDS_A_DAY = Decimal(86_400)
_ZERO = Decimal(0)
_NEVER_ROUNDED = 34
"""So many characters never hold more digits than our precision."""
_SPACES = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Moment:
    """A date (`2024-03-01`: midnight UTC in comparisons) or a date with time and offset, as it was written.

    `days` since 1970-01-01 UTC, whole seconds counted.
    """

    text: str
    days: Decimal

    @property
    def has_time(self) -> bool:
        return "T" in self.text


Value = str | Decimal | bool | Moment | tuple["Value", ...]


def bounded(number: Decimal) -> Decimal | str:
    """`number` in our precision and range, or missing."""
    return in_range(CONTEXT.plus(number))


def in_range(rounded: Decimal) -> Decimal | str:
    """A number that has our precision already, or missing."""
    if not rounded.is_finite():
        return MISSING
    if not rounded:
        return _ZERO
    magnitude = rounded.adjusted()
    if magnitude > MAX_MAGNITUDE:
        return MISSING
    return rounded if magnitude >= -MAX_MAGNITUDE else _ZERO


def parse_number(text: str) -> Decimal | str:
    """A number written with ASCII digits and a point; spaces around it do not matter. Else missing."""
    stripped = text.strip(_SPACES)
    if _NUMBER.fullmatch(stripped) is None:
        return MISSING
    if len(stripped) <= _NEVER_ROUNDED:
        return Decimal(stripped) or _ZERO
    return bounded(Decimal(stripped))


def parse_date(text: str) -> Moment | str:
    """`YYYY-MM-DD` of the Gregorian calendar, years 1 to 9999; else missing."""
    return _parse_date(text) if len(text) == 10 else MISSING


@lru_cache(maxsize=4_096)
def _parse_date(text: str) -> Moment | str:
    found = _DATE.fullmatch(text)
    if found is None:
        return MISSING
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return MISSING
    return Moment(text, Decimal((day - _EPOCH).days))


def parse_moment(text: str) -> Moment | str:
    """A date, or a date with time and UTC offset (`Z` or `+03:00`); else missing."""
    if len(text) == 10:
        return parse_date(text)
    return _parse_date_time(text) if len(text) <= _LONGEST_MOMENT else MISSING


@lru_cache(maxsize=4_096)
def _parse_date_time(text: str) -> Moment | str:
    found = _DATE_TIME.fullmatch(text)
    if found is None:
        return MISSING
    day = parse_date(found[1])
    hour, minute, second = int(found[2]), int(found[3]), int(found[4] or "0")
    offset = _offset_minutes(found[5])
    if not isinstance(day, Moment) or hour > 23 or minute > 59 or second > 59 or offset is None:
        return MISSING
    # One division only, so that one instant written with two offsets gives the same number.
    seconds = int(day.days) * 86_400 + hour * 3600 + (minute - offset) * 60 + second
    return Moment(text, CONTEXT.divide(Decimal(seconds), _SECONDS_A_DAY))


def _offset_minutes(text: str) -> int | None:
    if text == "Z":
        return 0
    minutes = int(text[1:3]) * 60 + int(text[4:6])
    if int(text[4:6]) > 59 or minutes > _MAX_OFFSET_MINUTES:
        return None
    return -minutes if text[0] == "-" else minutes


def moment_of(at: datetime) -> Moment:
    """An aware time as a moment in UTC, in whole seconds."""
    assert at.tzinfo is not None
    utc = at.astimezone(UTC)
    days = utc.toordinal() - _EPOCH.toordinal()
    seconds = days * 86_400 + utc.hour * 3600 + utc.minute * 60 + utc.second
    return Moment(f"{utc.isoformat()[:19]}Z", CONTEXT.divide(Decimal(seconds), _SECONDS_A_DAY))


def day_of(moment: Moment) -> Moment:
    """The date that the moment was written with (not moved to UTC)."""
    found = parse_date(moment.text[:10])
    assert isinstance(found, Moment)
    return found


def date_of_days(days: Decimal) -> Moment | str:
    """The date so many whole days after 1970-01-01, or missing outside the years 1 to 9999."""
    try:
        return parse_date((_EPOCH + timedelta(days=int(days.to_integral_value("ROUND_FLOOR")))).isoformat())
    except OverflowError:
        return MISSING


def first(value: Value) -> Value:
    """Of several values the first, as XPath has it; of none, missing."""
    while isinstance(value, tuple):
        value = value[0] if value else MISSING
    return value


def to_number(value: Value) -> Decimal | str:
    """A number or missing; a truth value is 1 or 0, a moment its days."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str):
        return parse_number(value) if value else MISSING
    if isinstance(value, bool):
        return Decimal(int(value))
    if isinstance(value, Moment):
        return value.days
    return to_number(first(value))


def to_text(value: Value) -> str:
    """Text; a number without exponent and without zeros at its end."""
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Moment):
        return value.text
    return to_text(first(value))


def number_text(number: Decimal) -> str:
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def to_bool(value: Value) -> bool:
    """False: missing, zero, no values. True: all else, also the text `false`, as in XPath."""
    if isinstance(value, bool):
        return value
    if isinstance(value, Decimal):
        return bool(value)
    if isinstance(value, Moment):
        return True
    return bool(value)


def to_moment(value: Value) -> Moment | str:
    """A moment from its text, or the date that a number of days names; else missing."""
    value = first(value)
    if isinstance(value, Moment):
        return value
    if isinstance(value, str):
        return parse_moment(value)
    if isinstance(value, bool):
        return MISSING
    assert isinstance(value, Decimal)
    return date_of_days(value)
