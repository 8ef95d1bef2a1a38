"""Languages as the headers of forms in use name them."""

from __future__ import annotations

import pytest

from cencomm.xlsform.languages import is_unknown, tag_of


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("English (en)", "en"),
        ("english(en)", "en"),
        ("EN", "en"),
        ("Français", "fr"),
        ("Spanish", "es"),
        ("العربية", "ar"),
        ("Русский", "ru"),
        ("Portuguese (pt_BR)", "pt-BR"),
        ("Dari", "fa-AF"),
        ("kiswahili", "sw"),
        ("Հայերեն", "hy"),
        ("nepali(ne)", "ne"),
    ],
)
def test_a_language_is_found_by_code_by_name_and_by_its_own_name(name: str, tag: str) -> None:
    assert tag_of(name) == tag
    assert not is_unknown(tag)


def test_a_language_that_nobody_knows_keeps_its_name() -> None:
    assert tag_of("Marsian of old") == "und-marsiano"
    assert tag_of("?") == "und"
    assert is_unknown(tag_of("?"))
