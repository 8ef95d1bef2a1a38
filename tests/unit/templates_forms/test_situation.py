"""Situation reports: what the records of a period add up to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cencomm.templates_forms.chain import Entry
from cencomm.templates_forms.model import standard
from cencomm.templates_forms.situation import Period, missing, situation
from cencomm.templates_forms.validate import validate

DAY = Period(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC), "KE")
ALL = Period(DAY.start, DAY.end)
COUNTRIES = ("KE", "NL", "BR")


def _entry(ref: str, template: str, hour: int, country: str = "KE", /, **answers: Any) -> Entry:
    at = datetime(2026, 3, 1 + hour // 24, hour % 24, tzinfo=UTC)
    return Entry(ref, template, at, {"reporting_country": country, **answers})


def _goods(heading: str, quantity: str, unit: str) -> dict[str, str]:
    return {"heading": heading, "quantity": quantity, "unit": unit}


RECORDS = [
    _entry("a", "simplified_seizure", 1, item=[_goods("drugs", "1.5", "KGM"), _goods("drugs", "250", "GRM")]),
    _entry(
        "b", "long_seizure", 2, item=[_goods("drugs", "40", "x_tablet"), _goods("ods", "2", "TNE")], persons_arrested=3
    ),
    _entry("c", "long_seizure", 3, "NL", item=[_goods("drugs", "7", "KGM")], persons_arrested=1),
    _entry("d", "long_seizure", 24, item=[_goods("drugs", "9", "KGM")]),
    _entry("e", "warning", 4, "BR", warning_no="BR-2026-1", addressees=["KE", "NL"], act_before="2026-03-01T12:00Z"),
    _entry("f", "warning", 5, warning_no="KE-2026-1", addressees=["NL"]),
    _entry("g", "feedback", 6, warning_ref="BR-2026-1", feedback_status="done"),
]


def test_the_figures_of_a_country_are_those_of_its_records_in_the_period() -> None:
    assert situation(RECORDS, DAY, COUNTRIES) == {
        "period_start": "2026-03-01T00:00:00+00:00",
        "period_end": "2026-03-02T00:00:00+00:00",
        "warnings_sent": 1,
        "warnings_received": 1,
        "warnings_answered": 1,
        "warnings_overdue": 0,
        "arrests": 3,
        "by_heading": [{"counted_heading": "drugs", "seizures": 2}, {"counted_heading": "ods", "seizures": 1}],
        "by_unit": [
            {"summed_heading": "drugs", "total": "1.75", "total_unit": "KGM"},
            {"summed_heading": "drugs", "total": "40", "total_unit": "x_tablet"},
            {"summed_heading": "ods", "total": "2000", "total_unit": "KGM"},
        ],
        "nil_return": False,
        "reporting_country": "KE",
    }


def test_a_report_of_all_together_names_who_is_overdue_and_who_has_not_reported() -> None:
    report = _entry("h", "sitrep", 20, period_start="2026-03-01", period_end="2026-03-01T18:00Z")
    earlier = _entry("i", "sitrep", 1, "BR", period_start="2026-02-28", period_end="2026-03-01")
    found = situation([*RECORDS, report, earlier], ALL, COUNTRIES)
    assert (found["overdue_countries"], found["missing_countries"]) == (["NL"], ["BR", "NL"])
    assert (found["warnings_sent"], found["warnings_overdue"], found["arrests"]) == (2, 1, 4)
    assert missing([report, earlier], ALL, COUNTRIES) == ["BR", "NL"]


def test_a_period_without_activity_gives_a_nil_return() -> None:
    assert situation([RECORDS[2]], DAY, COUNTRIES)["nil_return"] is True
    assert situation([RECORDS[0]], DAY, COUNTRIES)["nil_return"] is False


def test_what_is_computed_keeps_the_rules_of_the_form() -> None:
    for records in ([], RECORDS):
        for period in (DAY, ALL):
            answers = situation(records, period, COUNTRIES) | {"reporting_country": "KE", "problems": ["none"]}
            assert validate(standard("sitrep"), answers, now=DAY.end).findings == ()


def test_answers_of_no_use_are_not_counted() -> None:
    hostile = [
        _entry("a", "long_seizure", 1, item="x", persons_arrested=True),
        _entry("b", "long_seizure", 1, item=[1, {"heading": ["drugs"]}, {"heading": "none"}], persons_arrested=-5),
        _entry("c", "long_seizure", 1, item=[_goods("drugs", "NaN", "KGM"), _goods("drugs", "5", "stone")]),
        _entry("d", "warning", 1, "BR", addressees=5),
        _entry("e", "sitrep", 1, "BR", period_start=5, period_end="soon"),
    ]
    found = situation(hostile, ALL, COUNTRIES)
    assert (found["by_heading"], found["by_unit"], found["arrests"]) == (
        [{"counted_heading": "drugs", "seizures": 1}],
        [],
        0,
    )
    assert found["missing_countries"] == ["BR", "KE", "NL"]
