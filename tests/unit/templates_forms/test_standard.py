"""The templates that ship with the product, rule by rule; the browser client judges the same cases."""

from __future__ import annotations

import json
import re
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

OWN = Path(__file__).parents[2] / "vectors" / "own"
DOCUMENT: dict[str, Any] = json.loads((OWN / "standard_cases.json").read_text(encoding="utf-8"))
LONG: dict[str, Any] = json.loads((OWN / "long_seizure_cases.json").read_text(encoding="utf-8"))
NOW = datetime.fromisoformat(DOCUMENT["now"])
TEMPLATES: dict[str, Any] = DOCUMENT["templates"] | {"long_seizure": LONG}
CASES = [(name, case) for name, template in TEMPLATES.items() for case in template["cases"]]
OF_ANOTHER_LEVEL = {"F03", "C04_shipper", "H08_short", "Q07_mass", "M12_pair"}
"""F03 is a warning: feedback is often sent before the seizure is, and a draft elsewhere cannot be seen. Of the others
the dictionary says so itself, in brackets; half a pair of coordinates is no place."""


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


def _known_fields(name: str) -> list[dict[str, Any]]:
    """The fields of a form, those of headings apart. A quantity may give way to the reason why there is none; a line of
    a list that has not even its first answer is no line."""
    document = _dictionary()
    if name != "long_seizure":
        return list(document["templates"][name]["fields"])
    return [field for section in document["long_form"]["sections"].values() for field in section]


@pytest.mark.parametrize("name", TEMPLATES)
def test_mandatory_fields_and_levels_are_those_of_the_dictionary(name: str) -> None:
    document = _dictionary()
    template = standard(name)
    for field in _known_fields(name):
        ours = template.fields.get(field["key"])
        if ours is None or ours.type == "bool" or field["req"] == "D":
            continue  # an unticked box says no; numbers that follow from the group's state are typed here
        if field["key"] not in {"quantity", "unit"} and ("repeat" not in field or field["req"] == "M"):
            assert (ours.required == "true()") == (field["req"] == "M"), field["key"]
        assert field["nominal"] == "none" or ours.nominal == field["nominal"], field["key"]
    for rule in template.rules:
        known = document["rules"].get(rule.key.partition("_")[0])
        assert known is None or known["level"] == rule.level or rule.key in OF_ANOTHER_LEVEL, rule.key


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


def _kept_elsewhere() -> set[str]:
    """The rules that `docs/templates.md` says are not in a template."""
    text = (Path(__file__).parents[3] / "docs" / "templates.md").read_text(encoding="utf-8")
    table = text.partition("## Where a rule is not a rule of a template")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| ([A-Z][0-9]{2}) \| \w.{15,} \|$", table, re.MULTILINE))


def test_every_rule_of_the_dictionary_is_in_a_template_or_is_said_to_be_elsewhere() -> None:
    shipped = {rule.key.partition("_")[0] for name in STANDARD for rule in standard(name).rules}
    known = set(_dictionary()["rules"])
    assert len(known) == 93
    assert known - shipped == _kept_elsewhere()


def test_every_worked_case_of_the_dictionary_is_run_and_gives_what_it_says() -> None:
    expected = {case["id"]: case["expect"] for case in _dictionary()["cases"]}
    run = {
        case["worked"]: sorted({rule for rule, _, _ in case["findings"]}) for case in LONG["cases"] if "worked" in case
    }
    assert run == {number: [] if rules == "pass" else sorted(rules) for number, rules in expected.items()}
