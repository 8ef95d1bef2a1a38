"""The templates that ship with the product, rule by rule; the browser client judges the same cases."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from cencomm.templates_forms.model import STANDARD, standard
from cencomm.templates_forms.validate import finding_message, validate
from tests.shared_data import shared_path

FILE = Path(__file__).parents[2] / "vectors" / "own" / "standard_cases.json"
DOCUMENT: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
NOW = datetime.fromisoformat(DOCUMENT["now"])
TEMPLATES: dict[str, Any] = DOCUMENT["templates"]
CASES = [(name, case) for name, template in TEMPLATES.items() for case in template["cases"]]
CLOSER_THAN_THE_DICTIONARY = {"F03"}
"""F03 is a warning: feedback is often sent before the seizure is, and a draft elsewhere cannot be seen."""


def _findings(name: str, change: Mapping[str, Any]) -> list[list[str]]:
    answers = {key: value for key, value in (TEMPLATES[name]["good"] | change).items() if value is not None}
    report = validate(standard(name), answers, now=NOW)
    return [[finding.rule, finding.level, finding.path] for finding in report.findings]


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_good_form_has_no_finding(name: str) -> None:
    assert _findings(name, {}) == []


@pytest.mark.parametrize(("name", "case"), CASES, ids=lambda value: value if isinstance(value, str) else str(value))
def test_a_case_gives_exactly_these_findings(name: str, case: dict[str, Any]) -> None:
    assert _findings(name, case["change"]) == case["findings"]


def test_every_shipped_template_has_cases_and_every_rule_speaks_in_one() -> None:
    assert set(TEMPLATES) == set(STANDARD) - {"simplified_seizure"}
    for name, template in TEMPLATES.items():
        spoken = {rule for case in template["cases"] for rule, _, _ in case["findings"]}
        assert {rule.key for rule in standard(name).rules} <= spoken, name


@cache
def _dictionary() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(shared_path("domain", "dictionary.yaml").read_text(encoding="utf-8"))
    return document


@pytest.mark.parametrize("name", TEMPLATES)
def test_mandatory_fields_and_levels_are_those_of_the_dictionary(name: str) -> None:
    document = _dictionary()
    template = standard(name)
    for field in document["templates"][name]["fields"]:
        ours = template.fields.get(field["key"])
        if ours is None or ours.type == "bool" or field["req"] == "D":
            continue  # an unticked box says no; numbers that follow from the group's state are typed here
        assert (ours.required == "true()") == (field["req"] == "M"), field["key"]
        assert field["nominal"] == "none" or ours.nominal == field["nominal"], field["key"]
    for rule in template.rules:
        known = document["rules"].get(rule.key.partition("_")[0])
        assert known is None or known["level"] == rule.level or rule.key in CLOSER_THAN_THE_DICTIONARY, rule.key


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_finding_has_a_sentence_in_every_language(name: str) -> None:
    template = standard(name)
    for case in TEMPLATES[name]["cases"]:
        report = validate(template, TEMPLATES[name]["good"] | case["change"], now=NOW)
        for language in ("en", "fr", "es", "ru", "ar", "pt"):
            assert all(finding_message(template, finding, language) for finding in report.findings)


@pytest.mark.parametrize("name", TEMPLATES)
def test_it_is_never_called_the_form_of_the_wco(name: str) -> None:
    assert b"WCO" not in standard(name).encode()
