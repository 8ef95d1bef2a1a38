"""The many spellings of headers."""

from __future__ import annotations

import pytest

from cencomm.xlsform.columns import Row, rows_of
from cencomm.xlsform.errors import HeaderMissing, HeaderTwice
from cencomm.xlsform.workbook import Sheet


def row(header: str, other: str = "type") -> Row:
    return next(rows_of(Sheet("survey", [other, header], [(2, ["text", "x"])]), ["type"]))


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("relevance", "relevant"),
        ("bind:relevant", "relevant"),
        ("bind::relevant", "relevant"),
        ("Choice Filter", "choice_filter"),
        ("read only", "read_only"),
        ("jr:count", "repeat_count"),
        ("body::appearance", "appearance"),
        ("calculate", "calculation"),
        ("cencomm_nominal", "cencomm_nominal"),
    ],
)
def test_one_column_has_many_names(header: str, column: str) -> None:
    assert row(header).cells[column] == "x"
    assert row(header).headers[column] == header


@pytest.mark.parametrize(
    ("header", "column", "language"),
    [
        ("label", "label", ""),
        ("Label::English (en)", "label", "English (en)"),
        ("caption:italian", "label", "italian"),
        ("hint :: French", "hint", "French"),
        ("constraint message", "constraint_message", ""),
        ("bind:jr:constraintMsg", "constraint_message", ""),
        ("bind::jr:constraintMsg::Swahili", "constraint_message", "Swahili"),
        ("cencomm_title::fr", "title", "fr"),
    ],
)
def test_words_have_the_language_of_their_header(header: str, column: str, language: str) -> None:
    assert row(header).words == {column: {language: "x"}}


@pytest.mark.parametrize("header", ["media::image::English (en)", "body::x", "my own"])
def test_a_column_that_has_no_counterpart_stays_as_it_is_headed(header: str) -> None:
    assert row(header).others == {header: "x"}


def test_a_fixed_space_is_a_space_but_in_a_text() -> None:
    sheet = Sheet("survey", ["type", "label", "constraint\u00a0message"], [(2, ["begin\u00a0group", "x\u00a0?", "y"])])
    read = next(rows_of(sheet, ["type"]))
    assert (read.cells["type"], read.words["label"], read.words["constraint_message"]) == (
        "begin group",
        {"": "x\u00a0?"},
        {"": "y"},
    )


def test_two_columns_of_one_meaning_are_refused() -> None:
    with pytest.raises(HeaderTwice, match="relevance"):
        list(rows_of(Sheet("survey", ["type", "relevant", "relevance"], []), ["type"]))


def test_a_column_that_every_form_has_must_be_there() -> None:
    with pytest.raises(HeaderMissing, match="type"):
        list(rows_of(Sheet("survey", ["name"], []), ["type"]))
