"""Situation reports on the command line."""

from __future__ import annotations

import json

import pytest

from tests.unit.cli.fakes import Cli, form_item

TITLE = "Operation Tiger"
PERIOD = ("--start", "2026-09-01T00:00Z", "--end", "2026-10-01T00:00Z")
GOODS = {"heading": "drugs", "quantity": "1500", "unit": "GRM"}


def test_figures_are_said_in_words_and_given_as_answers(cli: Cli) -> None:
    cli.client.group.found = [form_item(1, {"reporting_country": "KE", "item": [GOODS], "persons_arrested": 2})]
    said = cli("situation", TITLE, *PERIOD)
    assert said.code == 0, said.err
    assert "Drugs: 1.5 kilogram" in said.out
    assert "Kenya" in said.out, "who has not reported"
    (line,) = cli("--json", "situation", TITLE, *PERIOD, "--country", "KE").out.splitlines()
    answers = json.loads(line)
    assert (answers["reporting_country"], answers["arrests"], answers["nil_return"]) == ("KE", 2, False)
    assert answers["by_unit"] == [{"summed_heading": "drugs", "total": "1.5", "total_unit": "KGM"}]
    assert cli.client.done() == []


@pytest.mark.parametrize("moment", ["yesterday", "2026-09-01T00:00", "2026-13-01T00:00Z"])
def test_a_moment_without_its_difference_from_utc_is_refused(cli: Cli, moment: str) -> None:
    assert cli("situation", TITLE, "--start", moment, "--end", "2026-10-01T00:00Z").code == 2
