"""Chains and their clocks, as of a time; the browser client runs the same cases."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cencomm.templates_forms.chain import NUMBERS, Entry, chains, next_number
from cencomm.templates_forms.model import standard

FILE = Path(__file__).parents[2] / "vectors" / "own" / "chain_cases.json"
DOCUMENT: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))


def _entries(case: dict[str, Any]) -> list[Entry]:
    return [
        Entry(each["ref"], each["template"], datetime.fromisoformat(each["at"]), each["answers"])
        for each in case["entries"]
    ]


@pytest.mark.parametrize("case", DOCUMENT["chains"], ids=range(len(DOCUMENT["chains"])))
def test_chains_and_clocks_follow_from_the_records(case: dict[str, Any]) -> None:
    found = chains(_entries(case), datetime.fromisoformat(case["now"]))
    assert json.loads(json.dumps([asdict(chain) for chain in found])) == case["chains"]


@pytest.mark.parametrize("case", DOCUMENT["numbers"], ids=lambda case: case["number"])
def test_the_next_number_of_a_country_is_one_more_than_its_last_of_the_year(case: dict[str, Any]) -> None:
    assert next_number(_entries(case), case["template"], case["country"], case["year"]) == case["number"]


def test_every_question_has_the_field_of_its_number() -> None:
    assert all(key in standard(name).fields for name, key in NUMBERS.items())
