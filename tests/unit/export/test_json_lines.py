"""JSON Lines: every valid record fits the schema that stands beside it, and a wrong one does not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest

from cencomm.export.json_lines import (
    form_schema,
    head_members,
    table_lines,
    table_schema,
    write_json,
    write_json_lines,
)
from cencomm.export.table import Column, Kind
from cencomm.templates_forms.model import STANDARD, standard
from cencomm.templates_forms.samples import sample_records
from tests.unit.export.hostile import HOSTILE, bad_lines

HEAD = (Column("seq", "No.", Kind.NUMBER), Column("at", "At", Kind.TIME), Column("valid", "Valid", Kind.TRUTH))
AT = datetime(2024, 3, 1, tzinfo=UTC)


def test_each_line_is_one_record_whatever_is_in_it(tmp_path: Path) -> None:
    texts = [*HOSTILE, *bad_lines()]
    write_json_lines(tmp_path / "a.jsonl", ({"text": text} for text in texts))
    lines = (tmp_path / "a.jsonl").read_bytes().decode().split("\n")
    assert lines.pop() == ""
    assert [json.loads(line)["text"] for line in lines] == texts


def test_valid_records_fit_the_schema_in_every_language() -> None:
    template = standard("simplified_seizure")
    for language in ("en", "ar"):
        checker = jsonschema.Draft202012Validator(form_schema(template, HEAD, language))
        checker.check_schema(checker.schema)
        for sample in sample_records(30, 3):
            checker.validate({"seq": 1, "at": AT.isoformat(), "valid": True, "answers": sample.answers})


@pytest.mark.parametrize("name", STANDARD)
def test_the_schema_of_every_shipped_template_is_one(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(form_schema(standard(name), HEAD, "fr"))


@pytest.mark.parametrize(
    "answers",
    [
        {"direction": "a name"},
        {"direction": 1},
        {"sharing_targets": "group"},
        {"persons_arrested": "1"},
        {"item": {}},
        {"item": [{"quantity": 1.5}]},
        {"item": [{"quantity": "many"}]},
        {"unheard_of": "x"},
    ],
    ids=str,
)
def test_what_a_valid_form_cannot_hold_is_refused(answers: dict[str, object]) -> None:
    checker = jsonschema.Draft202012Validator(form_schema(standard("simplified_seizure"), HEAD, "en"))
    assert not checker.is_valid({"valid": True, "answers": answers})
    assert checker.is_valid({"valid": False, "answers": answers}), "nobody can describe what breaks the rules"
    without = jsonschema.Draft202012Validator(form_schema(standard("simplified_seizure"), HEAD[:2], "en"))
    assert not without.is_valid({"answers": answers})


def test_the_rows_of_a_table_are_objects_without_what_is_missing(tmp_path: Path) -> None:
    columns = (*HEAD, Column("seq", "again"))
    lines = list(table_lines(columns, [[1, AT, None, Decimal("1.50")]]))
    assert lines == [{"seq": 1, "at": "2024-03-01T00:00:00+00:00", "seq_2": "1.50"}]
    schema = table_schema("T", columns)
    jsonschema.validate(lines[0], schema)
    write_json(tmp_path / "a.schema.json", schema)
    assert json.loads((tmp_path / "a.schema.json").read_bytes()) == schema
    assert dict(head_members(HEAD, [None, None, False])) == {"valid": False}
