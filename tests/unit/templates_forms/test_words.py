from __future__ import annotations

from cencomm.i18n import LANGUAGES
from cencomm.templates_forms.model import STANDARD, standard
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


def test_every_country_of_the_shipped_forms_has_a_name_in_six_languages() -> None:
    lists = [each for name in STANDARD for each in standard(name).code_lists if each.words == "cldr_territory"]
    codes = {code.key for each in lists for code in each.codes if not code.labels}
    assert len(codes) > 200
    assert not [(code, language) for code in codes for language in LANGUAGES if territory(code, language) == code]
