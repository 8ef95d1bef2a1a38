"""The command `analyse`: counts, sums and bars for people, the same as lines for programs."""

from __future__ import annotations

import json
import re

import pytest

from cencomm.cli.analysing import BAR_CELLS, bar
from tests.unit.cli.fakes import Cli, form_item

TITLE = "Operation Tiger"
FORMS = [
    form_item(
        1,
        {
            "reporting_country": "KE",
            "offence_country": "KE",
            "offence_at": "2026-09-01T10:00Z",
            "departure_country": "BR",
            "destination_country": "NL",
            "linked_warning": "BR-2026-17",
            "item": [{"heading": "drugs", "quantity": "1500", "unit": "GRM"}],
        },
    ),
    form_item(
        2,
        {
            "reporting_country": "KE",
            "offence_country": "UG",
            "linked_warning": "br 2026 17",
            "item": [
                {"heading": "drugs", "quantity": "2", "unit": "KGM"},
                {"heading": "tobacco", "quantity": "3", "unit": "H87"},
            ],
        },
    ),
]


@pytest.fixture
def told(cli: Cli) -> Cli:
    cli.client.group.found = list(FORMS)
    return cli


def test_people_see_tables_with_bars_in_their_language(told: Cli) -> None:
    said = told("analyse", TITLE)
    assert said.code == 0, said.err
    for each in (
        "By country",
        "Kenya",
        "3.5 kilogram",
        "3 piece",
        "From Brazil",
        "2026-09-01",
        "BR202617",
    ):
        assert each in said.out
    assert "█" in said.out
    french = told("--language", "fr", "analyse", TITLE, "--by", "country")
    assert "Ouganda" in french.out
    assert "BR202617" not in french.out
    assert told.client.done() == []


def test_programs_get_every_row(told: Cli) -> None:
    rows = [json.loads(line) for line in told("--json", "analyse", TITLE).out.splitlines()]
    assert rows[0] == {
        "table": "totals",
        "records": 2,
        "arrests": 0,
        "sums": [{"unit": "H87", "total": "3"}, {"unit": "KGM", "total": "3.5"}],
        "money": [],
    }
    assert {row["table"] for row in rows} >= {
        "by_country",
        "by_heading",
        "by_route",
        "by_mode",
        "by_day",
        "quality",
        "links",
    }
    assert "by_conveyance" not in {row["table"] for row in rows}, "no form of the group asks for it"
    (link,) = [row for row in rows if row["table"] == "links"]
    assert len(link["refs"]) == 2


def test_a_long_table_is_cut_for_people_and_says_so(cli: Cli) -> None:
    days = [f"2026-09-{day:02d}T10:00Z" for day in range(1, 31)]
    item = [{"heading": "drugs", "quantity": "1", "unit": "KGM"}]
    cli.client.group.found = [form_item(seq, {"offence_at": at, "item": item}) for seq, at in enumerate(days, start=1)]
    said = cli("analyse", TITLE, "--by", "day")
    assert "2026-09-30" in said.out
    assert "2026-09-01" not in said.out
    assert re.search(r"Not shown: 10\b", said.err)
    assert len(cli("--json", "analyse", TITLE, "--by", "day").out.splitlines()) == 31


def test_a_group_without_records_is_counted_too(cli: Cli) -> None:
    cli.client.group.found = []
    said = cli("analyse", TITLE)
    assert said.code == 0
    assert "No two records" in said.err
    assert "reported twice" in said.err


def test_seizures_that_are_probably_one_are_listed(cli: Cli) -> None:
    case = {"reporting_country": "KE", "national_case_ref": "KE-17", "item": [{"heading": "drugs"}]}
    cli.client.group.found = [form_item(3, case), form_item(5, case, sender="BR/silva/laptop")]
    assert "3, 5" in cli("analyse", TITLE).out
    rows = [json.loads(line) for line in cli("--json", "analyse", TITLE).out.splitlines()]
    (found,) = [row for row in rows if row["table"] == "duplicates"]
    assert (found["by"], found["value"]) == ("national_case_ref", "KE17")


@pytest.mark.parametrize(
    ("value", "most", "drawn"),
    [(0, 9, ""), (9, 9, "█" * BAR_CELLS), (1, 100_000, "▏"), (1, 2, "█" * (BAR_CELLS // 2)), (0, 0, "")],
)
def test_a_bar_is_as_long_as_its_number(value: int, most: int, drawn: str) -> None:
    assert bar(value, most) == drawn
