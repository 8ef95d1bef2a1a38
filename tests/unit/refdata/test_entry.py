"""Names are found however one types them, in any script."""

from __future__ import annotations

import pytest

from cencomm.refdata.entry import Entry, folded, merged


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("São Paulo/Guarulhos", "sao paulo guarulhos"),
        ("Łódź", "lodz"),
        ("København", "kobenhavn"),
        ("Côte d’Ivoire", "cote d ivoire"),
        ("İstanbul", "istanbul"),
        ("Новый Уренгой", "новыи уренгои"),
        ("الجَزائِر", "الجزاير"),
        ("Weißenfels_2", "weissenfels 2"),
        ("  ", ""),
    ],
)
def test_accents_capitals_and_signs_do_not_matter(name: str, typed: str) -> None:
    assert folded(name) == typed
    assert folded(typed) == typed


def test_a_name_comes_in_the_readers_language_else_in_the_sources() -> None:
    entry = Entry("DZ", (("en", "Algeria"), ("fr", "Algérie")))
    assert [entry.name(language) for language in ("fr", "ru")] == ["Algérie", "Algeria"]
    assert Entry("NLRTM", (("", "Rotterdam"), ("en", "R.")), {}).name("ru") == "Rotterdam"
    assert Entry("X", ()).name("en") == "X"


def test_entries_of_one_code_become_one_with_all_names() -> None:
    one = Entry("ATVIE", (("", "Wien"),), {"function": "1"})
    other = Entry("ATVIE", (("", "Vienna"), ("", "Wien")), {"function": "4", "iata": "VIE"})
    assert merged([one, other]) == [Entry("ATVIE", (("", "Wien"), ("", "Vienna")), {"function": "1", "iata": "VIE"})]
