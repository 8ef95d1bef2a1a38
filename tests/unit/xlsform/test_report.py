"""What is said of a form that comes in."""

from __future__ import annotations

from typing import get_args

from cencomm.i18n import LANGUAGES
from cencomm.xlsform.report import Kind, Note, Notes


def test_every_kind_is_a_sentence_in_each_language() -> None:
    for kind in get_args(Kind):
        note = Note(kind, "survey", 3, "name", "<value>", "<instead>")
        said = {note.sentence(language) for language in LANGUAGES}
        assert len(said) == 6, kind
        assert all("<value>" in one or "<instead>" in one for one in said)


def test_notes_come_once_in_the_order_of_the_workbook_and_are_not_endless() -> None:
    notes = Notes()
    notes.add("name_changed", "choices", 2, "name", "A", "a")
    notes.add("name_changed", "survey", 9, "name", "B", "b")
    notes.add("name_changed", "survey", 2, "name", "C" * 999, "c")
    notes.add("name_changed", "survey", 9, "name", "B", "b")
    assert [(note.sheet, note.row, len(note.value)) for note in notes.ordered()] == [
        ("survey", 2, 200),
        ("survey", 9, 1),
        ("choices", 2, 1),
    ]
