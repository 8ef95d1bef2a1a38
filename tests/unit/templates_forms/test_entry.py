"""Runs the shared cases of what is typed; the browser client runs the same file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cencomm.templates_forms.entry import finished_number, typed_answer
from cencomm.templates_forms.model import FieldType

CASES = json.loads((Path(__file__).parents[2] / "vectors" / "own" / "entry_cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("kind", "typed", "kept"), CASES["typed"])
def test_what_is_typed_is_kept_in_western_figures(kind: FieldType, typed: str, kept: str | int) -> None:
    assert typed_answer(kind, typed) == kept
    assert type(typed_answer(kind, typed)) is type(kept)


@pytest.mark.parametrize(("text", "number"), CASES["finished"])
def test_a_number_is_finished_when_one_has_stopped_typing(text: str, number: str) -> None:
    assert finished_number(text) == number
