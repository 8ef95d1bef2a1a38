"""What spreadsheets do to answers is undone or refused, never guessed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from cencomm.bulk.cells import CellReader, Unreadable, offered
from cencomm.bulk.workbook_file import Value
from cencomm.i18n import LANGUAGES
from cencomm.templates_forms.model import Code, CodeList, Field, Template, standard

TEMPLATE = standard("simplified_seizure")
DAY = datetime(2026, 1, 2)  # noqa: DTZ001  spreadsheets know no zones


def read(key: str, cell: Value, language: str = "en") -> object:
    return CellReader(TEMPLATE, language).answer(TEMPLATE.fields[key], cell)


@pytest.mark.parametrize(
    ("key", "cell", "language", "answer"),
    [
        ("reporting_country", "NA", "en", "NA"),
        ("reporting_country", "NO", "fr", "NO"),
        ("reporting_country", "Norvège", "en", "NO"),
        ("reporting_country", " алжир ", "en", "DZ"),
        ("national_case_ref", "00123", "en", "00123"),
        ("national_case_ref", 123.0, "en", "123"),
        ("national_case_ref", "=1+1", "en", "=1+1"),
        ("quantity", "1,5", "fr", "1.5"),
        ("quantity", "1.234,5", "pt", "1234.5"),
        ("quantity", "1,234.5", "en", "1234.5"),
        ("quantity", "١٢٫٥", "ar", "12.5"),
        ("quantity", 0.1, "fr", "0.1"),
        ("persons_arrested", 3.0, "en", 3),
        ("persons_arrested", "3", "en", 3),
        ("offence_at", DAY, "en", "2026-01-02"),
        ("offence_at", DAY.replace(hour=14, minute=5), "en", "2026-01-02T14:05:00Z"),
        ("offence_at", DAY.date(), "en", "2026-01-02"),
        ("offence_at", 46024.0, "en", "2026-01-02"),
        ("offence_at", "2026-01-02", "en", "2026-01-02"),
        ("sharing_targets", "group; cen", "en", ["group", "cen"]),
        ("offence_location", "nlrtm", "en", "NLRTM"),
        ("remarks", "  ", "en", None),
        ("remarks", "", "en", None),
    ],
)
def test_a_cell_is_the_answer_that_was_meant(key: str, cell: Value, language: str, answer: object) -> None:
    assert read(key, cell, language) == answer


@pytest.mark.parametrize(
    ("key", "cell", "language"),
    [
        ("reporting_country", False, "en"),
        ("reporting_country", "Atlantis", "en"),
        ("national_case_ref", DAY, "en"),
        ("national_case_ref", True, "en"),
        ("national_case_ref", 1234567890123456.0, "en"),
        ("quantity", "1.5", "fr"),
        ("quantity", "1,5", "en"),
        ("quantity", DAY, "en"),
        ("quantity", True, "en"),
        ("quantity", float("inf"), "en"),
        ("offence_at", "01/02/2026", "en"),
        ("offence_at", "2 janvier", "fr"),
        ("offence_at", 20260102.0, "en"),
        ("offence_at", True, "en"),
        ("offence_at", time(3), "en"),
        ("remarks", timedelta(days=1), "en"),
        ("remarks", date(2026, 1, 2), "en"),
    ],
)
def test_what_the_spreadsheet_has_changed_or_nobody_can_read_is_refused(key: str, cell: Value, language: str) -> None:
    with pytest.raises(Unreadable):
        read(key, cell, language)


def test_yes_and_no_are_understood_in_every_language() -> None:
    field = Field(key="is_new", type="bool", labels={"en": "New"})
    reader = CellReader(TEMPLATE, "en")
    assert [reader.answer(field, cell) for cell in ("oui", "Да", "لا", "NO", True, 0.0, "false")] == [
        True,
        True,
        False,
        False,
        True,
        False,
        False,
    ]
    with pytest.raises(Unreadable):
        reader.answer(field, "perhaps")


def test_every_word_that_is_offered_is_read_as_its_code() -> None:
    reader = CellReader(TEMPLATE, "en")
    for field in TEMPLATE.fields.values():
        if field.type == "code":
            for language in LANGUAGES:
                for code, word in offered(TEMPLATE, field.code_list, language):
                    assert reader.answer(field, word) == code


def test_of_two_codes_with_one_word_the_word_says_which() -> None:
    twins = tuple(Code(key=key, labels={"en": "Same"}) for key in ("a", "b"))
    field = Field(key="which", type="code", labels={"en": "Which"}, code_list="twins")
    template = Template(
        format=1, id="t", version=1, labels={}, groups=(), code_lists=(CodeList(key="twins", codes=twins),)
    )
    assert offered(template, "twins", "en") == [("a", "Same [a]"), ("b", "Same [b]")]
    reader = CellReader(template, "en")
    assert reader.answer(field, "same [B]") == "b"
    with pytest.raises(Unreadable):
        reader.answer(field, "Same")
