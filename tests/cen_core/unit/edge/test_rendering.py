"""Refusals and fields in words."""

from __future__ import annotations

from cen_core.edge.rendering import OWN_NAMES, field_name, options, products
from cen_core.edge.words import Words
from cen_core.model import codes
from cencomm.i18n import LANGUAGES


def test_a_path_is_said_as_its_field() -> None:
    words = Words("en")
    assert field_name(words, "goods[1].unit") == "Unit (2)"
    assert field_name(words, "occurred_on") == "Date of detection"
    assert field_name(words, "colour") == "colour"
    assert field_name(words, "concealment[0]") == "Concealment (1)"


def test_every_language_has_its_own_name() -> None:
    assert set(OWN_NAMES) == set(LANGUAGES)


def test_choices_hold_every_code_once() -> None:
    for name in ("country", "unit", "direction", "concealment"):
        assert sorted(code for code, _ in options(name, "ru")) == sorted(codes.codes_of(name))
    assert options("direction", "fr")[0][0] == "import"
    listed = [code for _, under in products("pt") for code, _ in under]
    assert len(listed) == len(set(listed)) and "drugs:cocaine" in listed
    assert {code.partition(":")[2] for code in listed} == codes.codes_of("product")
