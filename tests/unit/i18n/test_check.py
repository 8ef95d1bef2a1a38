"""The check finds what it is there to find."""

import pytest
from babel.messages.catalog import Catalog

from cencomm.i18n import check
from cencomm.i18n.messages import MESSAGES


def _catalogue(entries: dict[str, tuple[str, str]]) -> Catalog:
    catalogue = Catalog(locale="fr")
    for key, (english, french) in entries.items():
        catalogue.add(english, french, context=key)
    return catalogue


def _found(monkeypatch: pytest.MonkeyPatch, english: dict[str, str], catalogue: Catalog) -> list[str]:
    monkeypatch.setattr(check, "MESSAGES", english)
    return list(check._problems_of("fr", catalogue))


def test_the_shipped_catalogues_have_no_gap() -> None:
    assert list(check.problems()) == []


def test_a_missing_and_a_changed_sentence_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = _catalogue({"error.a": ("Old words", "Anciens mots")})
    assert _found(monkeypatch, {"error.a": "New words"}, catalogue) == ["fr: error.a is not translated"]


def test_a_wrong_fact_and_a_lost_fact_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = _catalogue({"error.a": ("Wait {minutes}", "Attendez {heures}")})
    found = _found(monkeypatch, {"error.a": "Wait {minutes}"}, catalogue)
    assert found == ["fr: error.a names a fact that English does not have", "fr: error.a leaves out a fact"]


def test_a_translation_that_nobody_uses_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = _catalogue({"error.gone": ("Gone", "Parti")})
    assert _found(monkeypatch, {}, catalogue) == ["fr: error.gone is translated but not used"]


def test_a_code_without_a_sentence_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        check, "MESSAGES", {key: text for key, text in MESSAGES.items() if key != "error.wire.malformed"}
    )
    assert "en: no sentence for the error code wire.malformed" in list(check._codes_without_sentence())
