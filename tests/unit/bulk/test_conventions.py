"""Numbers and dates are read as their table writes them; what it cannot have written has no reading."""

from __future__ import annotations

import pytest

from cencomm.bulk.conventions import Conventions, DateOrder, date_of_serial


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1027", "1027"),
        ("-9.868888855", "-9.868888855"),
        ("1,027.50", "1027.50"),
        ("1 027.5", "1027.5"),
        ("1'027", "1027"),
        ("\u2212.5", "-0.5"),
        ("12.", "12"),
        ("٣٫٥", "3.5"),
        ("2.20462262e-05", "0.0000220462262"),
        ("1E3", "1000"),
        ("0.10", "0.10"),
    ],
)
def test_a_number_with_a_decimal_point(written: str, read: str) -> None:
    assert Conventions(".").number(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [("-9,868888855", "-9.868888855"), ("1.027,50", "1027.50"), ("10.637.117", "10637117"), ("1\u202f027,5", "1027.5")],
)
def test_a_number_with_a_decimal_comma(written: str, read: str) -> None:
    assert Conventions(",").number(written) == read


@pytest.mark.parametrize(
    "written", ["1,5", "1,02,7", "1,0275", "abc", "1-2", "", "1.2.3", "=1+1", "NaN", "1e999", "0x10"]
)
def test_what_is_no_number_with_a_point_has_no_reading(written: str) -> None:
    assert Conventions(".").number(written) is None


@pytest.mark.parametrize("written", ["308.09", "10637.117", "1,5,2", "0.5"])
def test_a_point_is_never_taken_for_a_decimal_comma(written: str) -> None:
    assert Conventions(",").number(written) is None


@pytest.mark.parametrize(
    ("order", "written", "read"),
    [
        ("mdy", "03/18/2013", "2013-03-18"),
        ("mdy", "05/09/2017", "2017-05-09"),
        ("dmy", "05/09/2017", "2017-09-05"),
        ("dmy", "1.2.2020", "2020-02-01"),
        ("dmy", "٠١/٠٢/٢٠٢٠", "2020-02-01"),
        ("ymd", "2016-01-26 00:00:00", "2016-01-26"),
        ("ymd", "2018-01-03T00:00:00.000", "2018-01-03"),
        ("dmy", "2018-01-03", "2018-01-03"),
        ("ymd", "2018-01-03 14:30", "2018-01-03T14:30:00Z"),
    ],
)
def test_dates_keep_the_order_of_their_table(order: DateOrder, written: str, read: str) -> None:
    assert Conventions(dates=order).date(written) == read


@pytest.mark.parametrize(
    ("order", "written"),
    [
        ("mdy", "18/03/2013"),
        ("dmy", "03/18/2013"),
        ("ymd", "03/04/2013"),
        ("dmy", "01/02/20"),
        ("dmy", "31/02/2020"),
        ("dmy", "43831"),
        ("dmy", "12-May"),
        ("ymd", "2020-01-01 25:00"),
        ("ymd", ""),
    ],
)
def test_what_is_no_date_of_the_table_has_no_reading(order: DateOrder, written: str) -> None:
    assert Conventions(dates=order).date(written) is None


def test_a_number_of_a_spreadsheet_is_the_date_that_it_shows() -> None:
    assert date_of_serial(43831) == "2020-01-01"
    assert date_of_serial(43831.5) == "2020-01-01T12:00:00Z"
    assert date_of_serial(43830.9999999) == "2020-01-01"
    assert [date_of_serial(number) for number in (-1, 0, 60, 2_958_466, 1e300)] == [None] * 5
