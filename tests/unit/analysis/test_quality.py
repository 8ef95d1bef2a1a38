"""Quality of reporting: the shared cases (`tests/vectors`) hold most; here what they leave out."""

from __future__ import annotations

import pytest

from cencomm.analysis.quality import quality
from cencomm.analysis.reported import Reported

DAY_MS = 86_400_000


def seizure(at: object, at_ms: int = DAY_MS) -> Reported:
    return Reported("r", "KE", at_ms, {"item": [{"heading": "drugs"}], "offence_at": at}, 0, 0, {})


@pytest.mark.parametrize(
    ("at", "hours"),
    [
        ("1970-01-01T22:00Z", 2),
        ("1970-01-02T00:30+01:00", 0),
        ("1970-01-01T22:00:30Z", 1),
        ("1970-01-03T00:00Z", None),
        ("1970-01-01", None),
        ("1970-01-01T22:00", None),
        ("soon", None),
        (None, None),
    ],
)
def test_hours_go_by_only_from_a_moment_with_its_offset(at: object, hours: int | None) -> None:
    assert quality([seizure(at)], [])[0].hours == hours


def test_the_median_is_the_lower_of_two_in_the_middle() -> None:
    records = [seizure(f"1970-01-01T{hour:02d}:00Z") for hour in (20, 22, 23, 10)]
    assert quality(records, ["PT"])[0].hours == 2
    assert [(each.country, each.records) for each in quality(records, ["PT"])] == [("KE", 4), ("PT", 0)]
