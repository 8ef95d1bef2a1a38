"""Codes and facts become sentences; hostile facts stay plain text."""

import pytest

from cencomm.i18n import catalogue
from cencomm.i18n.catalogue import LANGUAGES, base_language, is_right_to_left, message, translate
from cencomm.i18n.messages import MESSAGES, Plural


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_can_be_said(language: str) -> None:
    for key in MESSAGES:
        assert message(key, {}, language)


def test_languages_differ() -> None:
    assert len({message("error.internal", {}, language) for language in LANGUAGES}) == len(LANGUAGES)


def test_facts_are_filled_in_as_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    assert catalogue._fill("{name}: {missing}", {"name": "{0.__class__} %s <b>"}) == "{0.__class__} %s <b>: …"


def test_an_unknown_code_is_named() -> None:
    assert "groups.from_the_future" in translate("groups.from_the_future", {}, "en")


def test_a_language_tag_finds_its_base_language() -> None:
    assert base_language("pt-BR") == "pt"
    assert base_language("ar_EG") == "ar"
    assert base_language("de") == "en"
    assert is_right_to_left("ar-MA")
    assert not is_right_to_left("ru")


def test_a_count_chooses_the_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MESSAGES, "test.days", Plural("one day", "{count} days"))
    catalogue._load.cache_clear()
    assert message("test.days", {"count": 1}, "en") == "one day"
    assert message("test.days", {"count": 3}, "en") == "3 days"
    catalogue._load.cache_clear()
