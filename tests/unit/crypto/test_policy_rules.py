"""The table of rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from cencomm.crypto.policy_rules import RULES, PolicyRefused, refuse


def test_a_refusal_carries_the_number_and_facts() -> None:
    refusal = refuse("P12", before=1, after=3)
    assert isinstance(refusal, PolicyRefused)
    assert (refusal.code, refusal.rule) == ("policy.refused", "P12")
    assert refusal.facts == {"rule": "P12", "before": 1, "after": 3}


def test_an_unknown_number_is_our_own_fault() -> None:
    with pytest.raises(KeyError):
        refuse("P99")


def test_each_rule_says_something_of_its_own() -> None:
    assert len({rule.says for rule in RULES.values()}) == len(RULES)
    assert all(rule.stops for rule in RULES.values())


def test_the_protocol_page_has_the_same_table() -> None:
    page = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text(encoding="utf-8")
    table = page.partition("<!-- rules:")[2].partition("<!-- /rules -->")[0]
    rows = [line for line in table.splitlines() if line.startswith("| P")]
    assert rows == [f"| {rule.number} | {rule.says} | {rule.stops} |" for rule in RULES.values()]
