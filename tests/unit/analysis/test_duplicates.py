"""Seizures that are probably reported twice, and those that only look alike."""

from __future__ import annotations

from typing import Any

import pytest

from cencomm.analysis.duplicates import Duplicate, duplicates, duplicates_of
from cencomm.analysis.reported import Reported

BOX = [{"container_no": "QTMU5812040"}]
FIRST: dict[str, Any] = {
    "reporting_country": "KE",
    "national_case_ref": "KE-2026/17",
    "offence_at": "2026-03-01T23:50Z",
    "registration": "KBX 123 A",
    "container": BOX,
}


def seizure(ref: str, **answers: object) -> Reported:
    return Reported(ref, "KE", 0, {"item": [{"heading": "drugs"}], **answers}, 0, 0, {})


@pytest.mark.parametrize(
    ("answers", "by", "value"),
    [
        ({"reporting_country": "KE", "national_case_ref": "ke 2026 17"}, "national_case_ref", "KE202617"),
        (
            {"container": [{"container_no": "qtmu 581204-0"}], "offence_at": "2026-03-02"},
            "container.container_no",
            "QTMU5812040",
        ),
        ({"registration": "kbx123a"}, "registration", "KBX123A"),
        ({"container": BOX, "offence_at": "soon"}, "container.container_no", "QTMU5812040"),
    ],
)
def test_the_same_number_is_the_same_case(answers: dict[str, Any], by: str, value: str) -> None:
    found = duplicates_of(seizure("b", **answers), [seizure("a", **FIRST)])
    assert found == [Duplicate(by, value, "a", "b")]


@pytest.mark.parametrize(
    "answers",
    [
        {"reporting_country": "UG", "national_case_ref": "KE-2026/17"},
        {"national_case_ref": "KE-2026/17"},
        {"container": BOX, "offence_at": "2026-03-03T00:00Z"},
        {"container": [{"container_no": "QTMU5812041"}], "offence_at": "2026-03-01"},
        {"linked_warning": "BR-2026-17"},
        {"reporting_country": "KE", "national_case_ref": "-"},
        {},
    ],
    ids=str,
)
def test_another_country_another_day_or_another_number_is_another_case(answers: dict[str, Any]) -> None:
    assert duplicates_of(seizure("b", **answers), [seizure("a", **FIRST, linked_warning="BR-2026-17")]) == []


def test_what_is_no_seizure_repeats_none() -> None:
    warning = Reported("w", "BR", 0, {"container": BOX, "offence_at": "2026-03-01"}, 0, 0, {})
    assert duplicates_of(warning, [seizure("a", **FIRST)]) == []
    assert duplicates_of(seizure("a", **FIRST), [warning]) == []


def test_each_pair_is_listed_once_in_the_order_of_the_log() -> None:
    records = [
        seizure("a", **FIRST),
        seizure("b", registration="other"),
        seizure("c", **FIRST),
        seizure("d", container=BOX),
    ]
    assert [(each.first, each.second) for each in duplicates(records)] == [("a", "c"), ("a", "d"), ("c", "d")]
