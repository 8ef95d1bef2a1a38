"""From the fields of the form to a case's data and back."""

from __future__ import annotations

from cen_core.edge import entry_form
from cen_core.edge.entry_form import data_of, fits_form, place_of, rows_of, values_from, values_of
from cen_core.model import content as contents
from tests.cen_core.world import data, line

CASE = contents.parse(data(goods=[line(), line(product="live", quantity="3", unit="HEA")]))


def test_what_the_form_shows_of_a_case_is_the_case() -> None:
    again = data_of(values_from(CASE), "KE", words=True, before=CASE)
    assert contents.parse(again) == CASE
    assert fits_form(CASE)


def test_a_long_case_keeps_what_the_form_does_not_show() -> None:
    long = contents.parse(data(form="long", concealment=["hull"], persons_arrested=2))
    changed = values_from(long) | {"location": "KENBO"}
    again = contents.parse(data_of(changed, "KE", words=False, before=long))
    assert (again.form, again.concealment, again.persons_arrested, again.location) == ("long", ("hull",), 2, "KENBO")


def test_rows_without_anything_are_no_goods() -> None:
    values = {"goods-0-product": "drugs:cocaine", "goods-0-quantity": "1", "goods-2-quantity": "5", "goods-1-unit": ""}
    assert data_of(values, "KE", words=False)["goods"] == [
        {"heading": "drugs", "product": "cocaine", "quantity": "1"},
        {"quantity": "5"},
    ]
    assert place_of("goods[1].product", values) == "goods-2-product"


def test_free_text_is_taken_only_where_the_form_has_it() -> None:
    values = {"narrative": "text", "goods-0-product": "drugs:other", "goods-0-product_other": "text"}
    assert "text" not in str(data_of(values, "KE", words=False))
    assert data_of(values, "KE", words=True)["narrative"] == "text"


def test_the_member_is_never_what_the_form_says() -> None:
    assert data_of({"reporting_country": "FR"}, "KE", words=False)["reporting_country"] == "KE"


def test_the_number_of_rows_is_bounded() -> None:
    assert rows_of({}) == entry_form.GOODS_ROWS
    assert rows_of({"goods-7-unit": ""}) == 8
    assert rows_of({"goods-999-unit": "", "goods-99999999-unit": "", "goods-x-unit": ""}) == entry_form.MAX_ROWS


def test_a_finding_stands_at_its_field() -> None:
    values = {"departure": "KE", "transit-1": "SG", "destination": "VN", "goods-0-product": "a:b"}
    places = ("occurred_on", "route[1].country", "route[2].location", "route", "goods", "goods[0].heading")
    assert [place_of(path, values) for path in places] == [
        "occurred_on",
        "transit-1",
        "destination_location",
        "departure",
        "goods-0-product",
        "goods-0-product",
    ]


def test_what_was_typed_comes_without_spaces_around_it() -> None:
    assert values_of({"a": [" x "], "b": ["1", "2"], "c": []}) == {"a": "x", "b": "1"}
