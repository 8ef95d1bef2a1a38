from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.templates_forms.values import (
    MISSING,
    Moment,
    Value,
    bounded,
    date_of_days,
    day_of,
    first,
    moment_of,
    number_text,
    parse_date,
    parse_moment,
    parse_number,
    to_bool,
    to_moment,
    to_number,
    to_text,
)

DAY = Moment("2024-02-29", Decimal(19782))


def test_numbers_are_exact_up_to_34_digits_and_then_rounded_half_even() -> None:
    assert bounded(Decimal("1." + "2" * 33)) == Decimal("1." + "2" * 33)
    assert bounded(Decimal("1" * 34 + "5")) == Decimal("1" * 33 + "20")
    assert bounded(Decimal("1e61")) == MISSING
    assert bounded(Decimal("1e-61")) == 0
    assert bounded(Decimal("NaN")) == MISSING


@pytest.mark.parametrize("text", ["", "+1", "1e3", "1,5", "0x1", "١", ".", "-", "1 2", "9" * 61, "NaN", "1_0"])
def test_text_that_is_no_number_is_missing(text: str) -> None:
    assert parse_number(text) == MISSING


@given(st.decimals(allow_nan=False, allow_infinity=False, places=10, min_value=-(10**20), max_value=10**20))
def test_number_survives_its_text(number: Decimal) -> None:
    assert parse_number(number_text(number)) == number


@given(st.text())
def test_parsers_take_any_text(text: str) -> None:
    assert isinstance(parse_number(text), Decimal | str)
    assert isinstance(parse_moment(text), Moment | str)


@given(st.integers(-62_000_000_000, 253_000_000_000), st.integers(-840, 840))
def test_one_instant_is_one_number_in_every_zone(seconds: int, offset: int) -> None:
    local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).astimezone(
        timezone(timedelta(minutes=offset))
    )
    written = parse_moment(local.isoformat())
    assert isinstance(written, Moment)
    assert written.days == moment_of(local).days


@pytest.mark.parametrize(
    "text",
    [
        "2023-02-29",
        "2024-13-01",
        "0000-01-01",
        "2024-1-1",
        "2024-01-01T00:00",
        "2024-01-01T24:00Z",
        "2024-01-01 10:00Z",
    ],
)
def test_impossible_dates_and_times_without_offset_are_missing(text: str) -> None:
    assert parse_moment(text) == MISSING


def test_dates_come_from_days_and_from_moments() -> None:
    assert date_of_days(Decimal("19782.9")) == DAY
    assert date_of_days(Decimal(10) ** 12) == MISSING
    assert parse_date("2024-02-29") == DAY
    assert day_of(Moment("2024-02-29T23:00-05:00", Decimal(0))) == DAY
    assert not DAY.has_time


@pytest.mark.parametrize(
    ("value", "number", "text", "truth"),
    [
        (MISSING, MISSING, "", False),
        ("7", Decimal(7), "7", True),
        ("x", MISSING, "x", True),
        (Decimal("1.50"), Decimal("1.5"), "1.5", True),
        (Decimal(0), Decimal(0), "0", False),
        (True, Decimal(1), "true", True),
        (False, Decimal(0), "false", False),
        (DAY, Decimal(19782), "2024-02-29", True),
        ((), MISSING, "", False),
        ((Decimal(2), "x"), Decimal(2), "2", True),
    ],
)
def test_every_kind_turns_into_every_other(value: Value, number: Value, text: str, truth: bool) -> None:
    assert (to_number(value), to_text(value), to_bool(value)) == (number, text, truth)


def test_moments_come_from_text_and_from_numbers_of_days() -> None:
    assert to_moment("2024-02-29") == to_moment(Decimal(19782)) == to_moment((DAY,)) == DAY
    assert to_moment("soon") == to_moment(True) == to_moment(()) == MISSING
    assert first(((), "x")) == MISSING
