"""Words, dates and amounts in the reader's language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from cen_core.edge.words import Words
from cen_core.model.amount import WHOLE_LIMIT
from cencomm.i18n import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("unit", ["KGM", "GRM", "TNE", "LTR", "MTQ", "H87", "HEA"])
@pytest.mark.parametrize("number", ["0", "1", "2", "3", "11", "581"])
def test_an_amount_always_shows_its_figure(language: str, unit: str, number: str) -> None:
    assert number in Words(language).amount(Decimal(number), unit)


def test_no_digit_of_an_amount_is_lost() -> None:
    long = Decimal(f"{WHOLE_LIMIT - 1}.{'1' * 24}")
    assert Words("en").number(long).replace(",", "") == str(long)


def test_days_are_written_as_the_reader_writes_them() -> None:
    assert Words("en").day(date(2026, 8, 3)) == "3 Aug 2026"
    assert Words("ru").day(date(2026, 8, 3)) == "3 авг. 2026\u202fг."
    assert Words("en").moment(1_735_689_600_000).endswith("UTC")


def test_codes_have_words_and_what_speaks_for_itself_stays() -> None:
    words = Words("fr")
    assert words.code("country", "KE") == "Kenya"
    assert words.code("", "2026-08") == "2026-08"
    assert words.code("country", "") == "non indiqué"
    assert words.reason("future") == "est dans le futur"
    assert words.reason("of a newer version") == "of a newer version"
