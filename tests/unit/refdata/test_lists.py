"""Codes that lost their leading zero, or are of another list, do not fit."""

from __future__ import annotations

import pytest

from cencomm.refdata.lists import LISTS, kind_of


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("location", "NLRTM", "NLRT1"),
        ("airport", "CDG", "CD"),
        ("hs", "010121", "10121"),
        ("country", "NA", "NAM"),
        ("currency", "XOF", "xof"),
        ("transport_mode", "0", "10"),
        ("unit", "4N", "x_cig"),
        ("package", "1A", "1"),
        ("un_number", "0004", "4"),
        ("cites", "Manis pentadactyla", " Manis"),
    ],
)
def test_each_list_knows_its_codes(name: str, good: str, bad: str) -> None:
    assert LISTS[name].code.fullmatch(good)
    assert not LISTS[name].code.fullmatch(bad)


def test_an_operators_own_list_takes_any_printable_code() -> None:
    assert kind_of("offices").code.fullmatch("FR-0042 B")
    assert not kind_of("offices").code.fullmatch("a\nb")
    assert not kind_of("offices").code.fullmatch("a" * 129)
