"""Runs the shared cases of the analysis; the browser client runs the same file."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cencomm.analysis.links import links
from cencomm.analysis.quality import quality
from cencomm.analysis.reported import Dimension, Reported, Unit
from cencomm.analysis.tally import tally, totals

CASES: dict[str, Any] = json.loads((Path(__file__).parent / "own" / "analysis_cases.json").read_text(encoding="utf-8"))
UNITS = {code: Unit(**unit) for code, unit in CASES["units"].items()}
RECORDS = [
    Reported(
        record["ref"],
        record["country"],
        round(datetime.fromisoformat(record["at"]).timestamp() * 1000),
        record["answers"],
        record["errors"],
        record["warnings"],
        UNITS,
    )
    for record in CASES["records"]
]


def plain(made: object) -> Any:
    """Tuples as lists, as JSON has them."""
    return json.loads(json.dumps(made))


@pytest.mark.parametrize("dimension", Dimension)
def test_records_are_counted_by_each_dimension(dimension: Dimension) -> None:
    assert plain([asdict(line) for line in tally(RECORDS, dimension)]) == CASES["tally"][dimension]


def test_every_dimension_has_its_cases() -> None:
    assert set(CASES["tally"]) == set(Dimension)


def test_all_together_each_unit_and_each_currency_apart() -> None:
    assert plain(asdict(totals(RECORDS))) == CASES["totals"]
    assert asdict(totals([])) == {"records": 0, "arrests": 0, "sums": (), "money": ()}


def test_the_quality_of_what_each_country_sends() -> None:
    assert plain([asdict(each) for each in quality(RECORDS, CASES["members"])]) == CASES["quality"]


def test_what_records_name_together() -> None:
    assert plain([asdict(each) for each in links(RECORDS)]) == CASES["links"]
