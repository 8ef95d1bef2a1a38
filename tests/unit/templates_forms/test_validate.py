from __future__ import annotations

import inspect
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cencomm.i18n import has_message
from cencomm.templates_forms import reading
from cencomm.templates_forms.model import Answers, Template, standard
from cencomm.templates_forms.validate import Finding, Report, finding_message, validate
from tests.shared_data import shared_path
from tests.unit.templates_forms.forms import NOW, decoded, good, good_item, small, small_data

ITEM_KEYS = frozenset({"heading", "product", "quantity", "unit"})
"""Keys of the dictionary's cases that stand in an item of the form."""

OF_THE_SIMPLIFIED_FORM = {1, 2, 3, 4, 5, 6, 9, 10, 11, 15, 16, 17, 18, 22}
"""The worked cases that use only fields of the simplified form."""


def judged(answers: Answers) -> list[tuple[str, str, str]]:
    report = validate(standard("simplified_seizure"), answers, now=NOW)
    return [(finding.rule, finding.level, finding.path) for finding in report.findings]


def judged_small(**answers: Any) -> list[tuple[str, str, str]]:
    report = validate(small(), {"count": 2, "row": [{}]} | answers, now=NOW)
    return [(finding.rule, finding.level, finding.path) for finding in report.findings]


class TestWorkedCases:
    def test_cases_of_the_dictionary_give_what_it_says(self) -> None:
        document = yaml.safe_load(shared_path("domain", "dictionary.yaml").read_text(encoding="utf-8"))
        template = standard("simplified_seizure")
        ran = set()
        for case in document["cases"]:
            given_keys = set(case["given"])
            if not given_keys <= set(template.fields):
                continue
            ran.add(case["id"])
            found = {finding.rule for finding in validate(template, _answers_of(case["given"]), now=NOW).findings}
            expected = set() if case["expect"] == "pass" else set(case["expect"])
            assert found & set(document["rules"]) - {"G01"} == expected, case["id"]
        assert ran == OF_THE_SIMPLIFIED_FORM

    def test_every_rule_that_the_dictionary_has_keeps_its_level(self) -> None:
        document = yaml.safe_load(shared_path("domain", "dictionary.yaml").read_text(encoding="utf-8"))
        for rule in standard("simplified_seizure").rules:
            known = document["rules"].get(rule.key)
            assert known is None or known["level"] == rule.level, rule.key

    def test_every_mandatory_field_of_the_dictionary_is_mandatory_here(self) -> None:
        document = yaml.safe_load(shared_path("domain", "dictionary.yaml").read_text(encoding="utf-8"))
        template = standard("simplified_seizure")
        for key in document["simplified_form"]["mandatory_typed"]:
            assert template.fields[key].required, key
        assert set(document["simplified_form"]["optional_typed"]) <= set(template.fields)


def _answers_of(given_answers: dict[str, Any]) -> Answers:
    """The answers of a worked case, numbers as text and the goods in an item."""
    item = {key: str(value) for key, value in given_answers.items() if key in ITEM_KEYS}
    answers: Answers = {key: value for key, value in given_answers.items() if key not in ITEM_KEYS}
    return answers | ({"item": [item]} if item else {})


CASES: dict[str, tuple[Answers, list[tuple[str, str, str]]]] = {
    "valid": (good(), []),
    "G01 no item": (good(item=[]), [("G01", "error", "item")]),
    "G02 product of another heading": (good_item(product="heroin"), [("G02", "error", "item[0].product")]),
    "G03 other without words": (good_item(product="other"), [("G03", "error", "item[0].product_other")]),
    "G03 other with words": (good_item(product="other", product_other="Walrus tusk"), []),
    "G03 place": (
        good(location_type="other", offence_location=None, offence_place="Ab"),
        [("G03_place", "error", "offence_place")],
    ),
    "G03 place said": (good(location_type="other", offence_location=None, offence_place="Abandoned mine"), []),
    "L02": (good(detection_method="warning"), [("L02", "error", "linked_warning")]),
    "L02 linked": (good(detection_method="warning", linked_warning="W-17"), []),
    "L04": (good(sharing_targets=["icomm"]), [("L04", "error", "sharing_targets")]),
    "T01 future": (good(offence_at="2026-03-01T12:06Z"), [("T01", "error", "offence_at")]),
    "T01 five minutes are a clock's": (good(offence_at="2026-03-01T12:05Z"), []),
    "T01 offset counts": (good(offence_at="2026-03-01T14:00+03:00"), []),
    "T01 today in the east": (good(offence_at="2026-03-02"), []),
    "T01 the day after": (good(offence_at="2026-03-03"), [("T01", "error", "offence_at")]),
    "M01": (
        good(reporting_country="UG"),
        [("M01", "error", "offence_country")],
    ),
    "M01 at sea": (
        good(
            reporting_country="ES",
            offence_country="XZ",
            location_type="at_sea",
            transport_mode="1",
            offence_location=None,
            direction="transit",
        ),
        [],
    ),
    "M02": (good(direction="import"), [("M02", "warn", "direction")]),
    "M02 import": (good(direction="import", departure_country="CD", destination_country="KE"), []),
    "M03": (good(departure_country="UG"), [("M03", "warn", "direction")]),
    "M04": (good(direction="transit"), [("M04", "error", "direction")]),
    "M05": (good(direction="internal"), [("M05", "error", "direction")]),
    "M05 inland": (good(direction="internal", destination_country="KE"), []),
    "M06": (
        good(direction="import", departure_country="VN"),
        [("M02", "warn", "direction"), ("M06", "error", "destination_country")],
    ),
    "M08": (good(offence_location="SGSIN"), [("M08", "error", "offence_location")]),
    "M08 unlisted airport": (good(offence_location="QQQ"), []),
    "M09": (good(offence_location=None), [("M09", "error", "offence_location")]),
    "M16": (good(offence_location="KEZZZ"), [("M16", "warn", "offence_place")]),
    "M16 said": (good(offence_location="KEZZZ", offence_place="Airstrip at Wajir"), []),
    "M11": (good(transport_mode="1"), [("M11", "warn", "transport_mode")]),
    "M15": (
        good(destination_country="XX"),
        [("M15", "warn", "unknown_reason")],
    ),
    "M15 said": (good(destination_country="XX", unknown_reason="No documents"), []),
    "C02": (
        good(location_type="postal", offence_location=None, transport_mode="5", offence_place="Nairobi"),
        [("C02", "error", "traffic_type")],
    ),
    "Q01": (
        good_item(quantity=None),
        [("Q01", "error", "item[0].quantity"), ("required", "error", "item[0].quantity")],
    ),
    "Q02": (good_item(unit="BQL"), [("Q02", "error", "item[0].unit")]),
    "Q03 zero": (good_item(quantity="0"), [("Q03", "error", "item[0].quantity")]),
    "Q03 zero with a reason": (good_item(quantity="0.0", quantity_missing="traces"), []),
    "Q03 negative": (good_item(quantity="-1"), [("Q03", "error", "item[0].quantity")]),
    "Q03 part of a piece": (good_item(quantity="1.5", unit="H87"), [("Q03", "error", "item[0].quantity")]),
    "Q03 whole pieces": (good_item(quantity="2.0", unit="H87"), []),
    "Q06": (good_item(quantity="500001"), [("Q06", "warn", "item[0].quantity")]),
    "H05": (good_item(product="live"), [("H05", "error", "item[0].unit")]),
    "H05 counted": (good_item(product="live", quantity="3", unit="HEA"), []),
    "no quantity with a reason": (good_item(quantity=None, unit=None, quantity_missing="not_measured"), []),
    "location in the wrong form": (
        good(offence_location="nairobi"),
        [("too_long", "error", "offence_location")],
    ),
    "location in lower case": (
        good(offence_location="kenbo"),
        [("M08", "error", "offence_location"), ("constraint", "error", "offence_location")],
    ),
    "Namibia is a country": (
        good(
            reporting_country="NA",
            offence_country="NA",
            departure_country="ZA",
            offence_location="WDH",
        ),
        [],
    ),
}


class TestSimplifiedForm:
    @pytest.mark.parametrize("name", CASES)
    def test_case_gives_exactly_these_findings(self, name: str) -> None:
        answers, expected = CASES[name]
        assert judged(answers) == expected

    def test_every_rule_of_the_form_has_a_case_where_it_speaks(self) -> None:
        spoken = {rule for _, expected in CASES.values() for rule, _, _ in expected}
        assert {rule.key for rule in standard("simplified_seizure").rules} <= spoken

    def test_empty_record_names_every_mandatory_field(self) -> None:
        missing = [path for rule, _, path in judged({}) if rule == "required"]
        assert len(missing) == 12
        assert missing[:2] == ["reporting_country", "national_case_ref"]

    def test_late_reader_judges_as_of_the_time_of_the_record(self) -> None:
        answers = good(offence_at="2026-03-05T12:00Z")
        template = standard("simplified_seizure")
        assert not validate(template, answers, now=NOW).valid
        assert validate(template, answers, now=NOW + timedelta(days=30)).valid


class TestForm:
    @pytest.mark.parametrize(
        ("answers", "finding"),
        [
            ({"stray": 1}, ("unknown_field", "error", "stray")),
            ({"row": [{"stray": 1}]}, ("unknown_field", "error", "row[0].stray")),
            ({"count": None}, ("required", "error", "count")),
            ({"count": ""}, ("required", "error", "count")),
            ({"double": 4}, ("derived", "error", "double")),
            ({"row": []}, ("too_few_rows", "error", "row")),
            ({"row": [{}] * 4}, ("too_many_rows", "error", "row")),
            ({"done": True, "why": "x"}, ("not_relevant", "warn", "why")),
            ({"row": [{"amount": "0"}]}, ("constraint", "error", "row[0].amount")),
            ({"row": [{"amount": "100"}]}, ("R1", "warn", "row[0].amount")),
            ({"row": [{"amount": "90"}, {"amount": "90"}]}, ("R2", "error", "row")),
            ({"count": 1, "row": [{"colour": "blue"}]}, ("choice", "error", "row[0].colour")),
        ],
    )
    def test_answer_that_does_not_fit_is_found_at_its_place(
        self, answers: Answers, finding: tuple[str, str, str]
    ) -> None:
        assert judged_small(**answers) == [finding]

    def test_relevant_answer_and_offered_choice_pass(self) -> None:
        assert judged_small(done=False, why="x", row=[{"colour": "blue", "mixed": ["red", "blue"]}]) == []

    def test_findings_speak_six_languages(self) -> None:
        template = small()
        assert finding_message(template, Finding("R1", "warn", "row[0].amount"), "en") == "Large."
        assert finding_message(template, Finding("constraint", "error", "row[0].amount"), "en") == "Above zero."
        assert finding_message(template, Finding("constraint", "error", "why"), "fr").startswith("Cette réponse")
        assert finding_message(template, Finding("required", "error", "count"), "ru") == "Здесь требуется ответ."
        assert finding_message(template, Finding("from_the_future", "error", "x"), "en").startswith("A check")

    def test_warnings_alone_leave_a_record_valid(self) -> None:
        assert Report((Finding("R1", "warn", "x"),)).valid
        assert not Report((Finding("R1", "warn", "x"), Finding("R2", "error", "x"))).valid


KEYS = st.sampled_from([*standard("simplified_seizure").fields, "item", "", "stray", "__class__", "ключ"])
HOSTILE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary(max_size=10)
    | st.sampled_from(
        ["KE", "XX", "import", "1", "0.5", "9" * 40, "2024-02-30", "NaN", "live", "H87", "\x00", "\ud800"]
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=30,
)


class TestHostileAnswers:
    @settings(max_examples=300, deadline=None)
    @given(st.dictionaries(KEYS | st.integers() | st.binary(max_size=4), HOSTILE, max_size=12))
    def test_nothing_that_was_sent_makes_it_raise(self, answers: dict[Any, Any]) -> None:
        report = validate(standard("simplified_seizure"), answers, now=NOW)
        for finding in report.findings:
            assert finding_message(standard("simplified_seizure"), finding, "ar")

    def test_answers_that_are_no_object_are_one_finding(self) -> None:
        template = standard("simplified_seizure")
        hostile: list[Any] = [None, [], "x", 5]
        for answers in hostile:
            report = validate(template, answers, now=NOW)
            assert [finding.rule for finding in report.findings] == ["wrong_type"]

    def test_huge_records_are_refused_in_bounded_work(self) -> None:
        template = standard("simplified_seizure")
        huge: list[Answers] = [
            {"item": [{"product": "x"}] * 100_000},
            {f"key{number}": 1 for number in range(100_000)},
            {"sharing_targets": ["group"] * 1_000_000},
            {"remarks": "x" * 10_000_000},
            {"national_case_ref": 10**5_000},
            {"item": [{"quantity": "9" * 1_000_000}]},
        ]
        for answers in huge:
            report = validate(template, answers, now=NOW)
            assert not report.valid
            assert len(report.findings) <= 201

    def test_rules_that_ask_for_too_much_work_end_with_a_finding(self) -> None:
        data = small_data()
        data["groups"][1]["repeat"] = {"max": 500}
        data["rules"] = [
            {
                "key": f"X{number}",
                "level": "error",
                "at": "amount",
                "expression": "count(${amount}) > 0 and ${amount} = ${amount}",
                "messages": {"en": "x"},
            }
            for number in range(100)
        ]
        report = validate(decoded(data), {"count": 1, "row": [{"amount": "1"}] * 500}, now=NOW)
        assert [finding.rule for finding in report.findings] == ["too_much_work"]

    def test_hostile_texts_are_answers_like_any_other(self) -> None:
        texts = json.loads(shared_path("data", "badinput", "blns", "blns.json").read_text(encoding="utf-8"))
        taken = [text for text in texts if 0 < len(text) <= 100]
        assert len(taken) > 300
        for text in taken:
            assert judged(good(national_case_ref=text)) == []


class TestWords:
    def test_every_rule_that_the_code_adds_has_its_sentence(self) -> None:
        source = inspect.getsource(reading) + inspect.getsource(inspect.getmodule(finding_message) or reading)
        added = set(re.findall(r'(?:\.add|_refuse|Finding)\(\s*"([a-z_]+)"', source))
        assert len(added) >= 12
        assert [rule for rule in sorted(added) if not has_message(f"finding.{rule}")] == []

    def test_a_rule_that_nobody_knows_is_said_to_be_unknown(self) -> None:
        finding = Finding("of_tomorrow", "error", "")
        assert "does not know" in finding_message(small(), finding, "en")


UNITS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "own" / "unit_cases.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(("row", "expected"), UNITS["cases"])
def test_a_number_stands_with_its_unit_and_its_decimals(row: dict[str, Any], expected: list[list[str]]) -> None:
    template = Template.decode_unchecked(json.dumps(UNITS["template"]).encode())
    findings = validate(template, {"item": [row]}, now=NOW).findings
    assert [[finding.rule, finding.level, finding.path] for finding in findings] == expected
