"""Code lists: complete, in six languages, each code's token its own."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cen_core.model import codes
from cencomm.i18n.catalogue import LANGUAGES


@pytest.mark.parametrize("name", [*codes.FORM_LISTS, *codes.OWN_LISTS])
def test_every_code_has_its_word_in_six_languages(name: str) -> None:
    assert codes.codes_of(name)
    for code in codes.codes_of(name):
        assert all(codes.word(name, code, language) for language in LANGUAGES)
        if name in codes.OWN_LISTS:
            assert set(codes.own_words()[name][code]) == set(LANGUAGES)


def test_thirteen_headings_and_ozone() -> None:
    assert len(codes.codes_of("heading")) == 14
    assert {"drugs", "fauna_flora", "abuse_material", "ods"} <= codes.codes_of("heading")


def test_words_of_what_is_no_code() -> None:
    assert codes.word("concealment", "nowhere", "en") == "nowhere"
    assert codes.word("currency", "USD", "fr") == "USD"
    assert codes.word("country", "DE", "ru") == "Германия"
    with pytest.raises(KeyError):
        codes.codes_of("colours")


def test_currencies_are_iso_4217() -> None:
    assert {"USD", "EUR", "KES"} <= codes.codes_of("currency")
    assert "XYZ" not in codes.codes_of("currency")


def test_canonical_units() -> None:
    assert codes.canonical_unit("GRM") == ("KGM", Decimal("0.001"))
    assert codes.canonical_unit("x_cig_carton") == ("x_cig", Decimal(200))
    for unit in codes.codes_of("unit"):
        canonical, _ = codes.canonical_unit(unit)
        assert codes.canonical_unit(canonical) == (canonical, Decimal(1))


def test_headings_decide_products_and_units() -> None:
    assert codes.product_fits("drugs", "cocaine")
    assert not codes.product_fits("tobacco", "cocaine")
    assert codes.unit_fits("nuclear", "BQL")
    assert not codes.unit_fits("drugs", "BQL")
    assert not codes.unit_fits("nothing", "KGM")


def test_territories_and_airports() -> None:
    assert codes.territory_of("FR") == codes.territory_of("DE") != codes.territory_of("KE") == "KE"
    assert codes.airport_country("NBO") == "KE"
    assert codes.airport_country("QQQ") is None


@pytest.mark.parametrize("code", ["", "XX", "0", "unknown", "x_unit", "MUZZZ"])
def test_what_is_unknown(code: str) -> None:
    assert codes.is_unknown(code)
    assert not codes.is_other(code)


def test_what_is_other() -> None:
    assert codes.is_other("other")
    assert codes.is_other("other_opioid")
    assert not codes.is_other("cocaine")
    assert not codes.is_unknown("cocaine")
