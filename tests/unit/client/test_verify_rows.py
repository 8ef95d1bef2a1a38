"""Rows of an examination: what a record says, and whether it is valid."""

from __future__ import annotations

import pytest

from cencomm.client.model import FindingRow
from cencomm.client.verify_rows import Examined, RecordRow, answers_of, kind_of
from cencomm.wire.content import Answers, Chat, Content, Extraction, Form, Left


def form(answers: Answers) -> Form:
    return Form(bytes(32), "t", "1", bytes(16), answers)


def row(content: Content | None, *findings: FindingRow) -> RecordRow:
    return RecordRow(1, 0, "KE/otieno/laptop", "A. Otieno", bytes(16), 0, b"", 1, "verified", content, findings)


def test_the_officer_is_the_devices() -> None:
    assert row(None).officer == "KE/otieno"


def test_only_forms_are_valid_or_not() -> None:
    assert row(Chat("x")).valid is None
    assert row(form({}), FindingRow("odd", "warn")).valid is True
    assert row(form({}), FindingRow("odd", "warn"), FindingRow("required", "error")).valid is False


def test_forms_are_counted() -> None:
    assert Examined(records=[row(form({})), row(Chat("x")), row(None)]).forms == 1


def test_key_ids_are_named_as_in_the_manifest() -> None:
    assert Examined(key_ids={(b"\x01", 7): b"\xff"}).key_ids_as_text() == {"01/7": "ff"}


def test_both_parts_make_one_form() -> None:
    assert answers_of((form({"a": 1}), form({"b": 2}))) == {"a": 1, "b": 2}
    assert answers_of((None, form({"b": 2}))) == {"b": 2}


def test_parts_that_contradict_each_other_both_stay() -> None:
    assert answers_of((form({"a": 1}), form({"a": 2}))) == {"a": 1, "personal_part": {"a": 2}}


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (None, "unknown"),
        (Chat("x"), "chat"),
        (form({}), "form"),
        (Extraction(bytes(32), 1, 1), "extraction"),
        (Left(), "left"),
    ],
)
def test_each_content_has_a_word(content: Content | None, word: str) -> None:
    assert kind_of(content) == word
