"""What each number gives is in the shared cases; here: a single wrong figure is seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cencomm.templates_forms.check_digits import is_air_waybill, is_container, is_imo_number, is_postal_item

# Ten figures and eleven remainders (containers, post), or even weights (ships), leave a few wrong figures unseen.
UNSEEN = [(is_container, "CSQU3054383", 1), (is_postal_item, "RR473124829GB", 1), (is_imo_number, "9074729", 4)]


@pytest.mark.parametrize(("judge", "number", "unseen"), UNSEEN)
def test_a_wrong_figure_is_seen(judge: Callable[[str], bool], number: str, unseen: int) -> None:
    assert judge(number)
    for place, sign in enumerate(number):
        if sign.isdigit():
            wrong = [number[:place] + other + number[place + 1 :] for other in "0123456789" if other != sign]
            assert sum(map(judge, wrong)) <= unseen


def test_small_letters_spaces_and_hyphens_do_not_matter() -> None:
    assert is_container("csqu 305438-3")
    assert is_imo_number("imo 9074729")
    assert is_postal_item("rr 473 124 829 gb")
    assert is_air_waybill("125-1234 5675")


@pytest.mark.parametrize("judge", [is_container, is_imo_number, is_postal_item, is_air_waybill])
def test_anything_else_is_no_such_number(judge: Callable[[str], bool]) -> None:
    for text in ("", "x", "9" * 200, "٩٠٧٤٧٢٩", "CSQU305438３", "CSQU3054383\n", "😀" * 11):
        assert not judge(text)
