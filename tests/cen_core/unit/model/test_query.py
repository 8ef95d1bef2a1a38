"""Questions are checked before any database sees them."""

from __future__ import annotations

import contextlib
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cen_core.errors import QueryInvalid
from cen_core.model.dimensions import DIMENSIONS
from cen_core.model.query import FIELDS, MAX_PAGE, Page, Range, dimension_names, filter_of, page_of


def test_filter() -> None:
    found = filter_of(
        {
            "country": ["KE", "TZ"],
            "since": ["2024-01-01"],
            "quantity_unit": ["GRM"],
            "quantity_min": ["1500"],
            "value_currency": ["USD"],
            "value_max": ["9.5"],
            "route": ["KE", "VN"],
            "unit": ["TNE", "-"],
            "heading": [""],
        }
    )
    assert found.values == {"country": ("KE", "TZ"), "unit": ("KGM", "")}
    assert (found.since, found.until) == (date(2024, 1, 1), None)
    assert found.quantity == Range("KGM", Decimal("1.5"), None)
    assert found.value == Range("USD", None, Decimal("9.5"))
    assert found.route == ("KE", "VN")


@pytest.mark.parametrize(
    ("asked", "field", "reason"),
    [
        ({"colour": ["red"]}, "colour", "unknown_field"),
        ({"x" * 999: ["red"]}, "x" * 64, "unknown_field"),
        ({"country": ["Kenya"]}, "country", "not_in_list"),
        ({"country": ["KE"] * 51}, "country", "too_many_values"),
        ({"location": ["' OR 1"]}, "location", "not_in_list"),
        ({"since": ["yesterday"]}, "since", "not_a_date"),
        ({"since": ["2024-01-01", "2024-02-01"]}, "since", "twice"),
        ({"quantity_min": ["1"]}, "quantity_unit", "not_in_list"),
        ({"quantity_unit": ["KGM"], "quantity_min": ["1e9"]}, "quantity_min", "not_a_number"),
        ({"quantity_unit": ["KGM"], "quantity_min": ["-1"]}, "quantity_min", "not_a_number"),
        ({"quantity_unit": ["GBQ"], "quantity_min": ["9" * 18]}, "quantity_min", "out_of_range"),
        ({"quantity_unit": ["GRM"], "quantity_min": ["0." + "1" * 24]}, "quantity_min", "out_of_range"),
        ({"value_currency": ["???"]}, "value_currency", "not_in_list"),
        ({"route": ["KE"] * 11}, "route", "too_many_values"),
        ({"route": ["kenya"]}, "route", "not_in_list"),
        ({"text": ["x" * 501]}, "text", "too_long"),
        ({"text": ["a " * 21]}, "text", "too_many_words"),
        ({"text": ["a", "b"]}, "text", "twice"),
    ],
)
def test_refusals(asked: dict[str, list[str]], field: str, reason: str) -> None:
    with pytest.raises(QueryInvalid) as refused:
        filter_of(asked)
    assert refused.value.facts == {"field": field, "reason": reason}


@given(st.dictionaries(st.sampled_from([*sorted(FIELDS), *DIMENSIONS, "x"]), st.lists(st.text(), max_size=3)))
def test_only_own_errors_escape(asked: dict[str, list[str]]) -> None:
    with contextlib.suppress(QueryInvalid):
        filter_of(asked)


def test_pages() -> None:
    assert page_of() == Page(50, None)
    assert page_of(MAX_PAGE, f"2024-01-01.{'a' * 32}") == Page(MAX_PAGE, ("2024-01-01", "a" * 32))


@pytest.mark.parametrize(
    ("limit", "after"), [(0, ""), (-1, ""), (MAX_PAGE + 1, ""), (5, "x"), (5, "2024-01-01.' OR 1")]
)
def test_pages_have_bounds(limit: int, after: str) -> None:
    with pytest.raises(QueryInvalid):
        page_of(limit, after)


def test_dimension_names() -> None:
    assert dimension_names(("country", "year"), most=2) == ("country", "year")
    for names in (("country", "year", "month"), ("country", "country"), ("number",)):
        with pytest.raises(QueryInvalid):
            dimension_names(names, most=2)
