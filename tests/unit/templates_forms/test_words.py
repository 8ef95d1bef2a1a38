from __future__ import annotations

from cencomm.templates_forms.words import choose, territory


def test_exact_language_comes_before_its_base_and_before_english() -> None:
    labels = {"en": "Colour", "pt": "Cor", "pt-BR": "Côr"}
    assert choose(labels, "pt-BR") == "Côr"
    assert choose(labels, "pt-AO") == "Cor"


def test_fallback_is_never_silent() -> None:
    assert choose({"en": "Heading"}, "ar") == "Heading [en]"
    assert choose({"ru": "Раздел", "fr": "Rubrique"}, "ar") == "Rubrique [fr]"
    assert choose({}, "ar") == "[?]"


def test_territories_come_from_cldr_and_unknown_ones_stay_codes() -> None:
    assert territory("NA", "en") == "Namibia"
    assert territory("EG", "ar") == "مصر"
    assert territory("Q9", "en") == "Q9"
    assert territory("EG", "not a language") == "EG"
