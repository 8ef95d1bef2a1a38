"""Months against the year before."""

from __future__ import annotations

import pytest

from cen_core.model.trends import WINDOW, Month, Unusual, months_of


def counts(*cases: int) -> dict[str, int]:
    """Months from November 2022 on; those without a case are not there."""
    names = [f"{(2022 * 12 + 10 + at) // 12}-{(2022 * 12 + 10 + at) % 12 + 1:02d}" for at in range(len(cases))]
    return {name: number for name, number in zip(names, cases, strict=True) if number}


def test_months_without_a_case_are_there_and_years_turn() -> None:
    found = months_of(counts(1, 0, 2))
    assert [(month.month, month.cases) for month in found] == [("2022-11", 1), ("2022-12", 0), ("2023-01", 2)]
    assert months_of({}) == ()


def test_an_average_needs_a_whole_window() -> None:
    found = months_of(counts(*range(1, 14)))
    assert [month.average for month in found] == [None] * 11 + [6.5, 7.5]


def test_a_month_far_away_is_unusual_and_says_why() -> None:
    steady = [9, 11] * 6
    found = months_of(counts(*steady, 40, 10))
    assert found[12] == Month("2023-11", 40, 151 / 12, Unusual("high", 10.0, 9, 11))
    assert all(month.unusual is None for month in found[:12])


@pytest.mark.parametrize(
    ("cases", "way"),
    [
        ((100,) * 12 + (20, 100), "low"),
        ((100,) * 12 + (20,), None),
        ((100,) * 12 + (120,), None),
        ((1, 0) * 6 + (3,), None),
        ((1,) * (WINDOW - 1) + (90,), None),
    ],
    ids=["low", "the last may still be filling", "by chance", "few", "no window"],
)
def test_what_is_unusual(cases: tuple[int, ...], way: str | None) -> None:
    judged = months_of(counts(*cases))[12 if len(cases) > 12 else 11]
    assert (judged.unusual and judged.unusual.way) == way
