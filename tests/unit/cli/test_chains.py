"""Chains on the command line."""

from __future__ import annotations

import json

import pytest

from tests.unit.cli.fakes import Cli, form_item

TITLE = "Operation Tiger"
WARNING = {
    "reporting_country": "BR",
    "warning_no": "BR-2026-17",
    "addressees": ["KE", "NL"],
    "act_before": "2020-03-04",
}


@pytest.fixture
def chained(cli: Cli) -> Cli:
    feedback = {"reporting_country": "KE", "warning_ref": "BR-2026-17", "feedback_status": "done"}
    cli.client.group.found = [
        form_item(1, WARNING, name="warning", sender="BR/silva/laptop"),
        form_item(2, feedback, name="feedback"),
        form_item(3, {"reporting_country": "KE", "linked_warning": "BR-2026-17"}, name="long_seizure"),
        form_item(4, {"reporting_country": "BR", "rfi_no": "BR-2026-1", "addressees": ["FR"]}, name="rfi"),
    ]
    return cli


def test_each_country_that_was_asked_has_a_line(chained: Cli) -> None:
    said = chained("chain", TITLE)
    assert said.code == 0, said.err
    for word in ("Kenya", "Netherlands", "France", "Answered late", "Overdue", "Open"):
        assert word in said.out


def test_one_chain_is_shown_whole_for_programs(chained: Cli) -> None:
    (line,) = chained("--json", "chain", TITLE, "BR-2026-17").out.splitlines()
    found = json.loads(line)
    assert [(clock["country"], clock["state"], clock["late"]) for clock in found["clocks"]] == [
        ("KE", "closed", True),
        ("NL", "overdue", True),
    ]
    assert found["seizures"] == ["03" * 16]
    assert chained.client.done() == []
