"""Counting and adding up: exact, whatever the order; the shared cases (`tests/vectors`) hold the rest."""

from __future__ import annotations

from cencomm.analysis.reported import Dimension, Reported, Unit
from cencomm.analysis.tally import Sum, tally, totals

UNITS = {"KGM": Unit("KGM", "1")}


def seizure(quantity: str, day: str = "2026-01-01", arrests: object = 0) -> Reported:
    item = [{"heading": "drugs", "quantity": quantity, "unit": "KGM"}]
    return Reported("r", "KE", 0, {"item": item, "offence_at": day, "persons_arrested": arrests}, 0, 0, UNITS)


def test_sums_are_exact() -> None:
    records = [seizure("0.1")] * 10
    assert totals(records).sums == (Sum("KGM", "1"),)
    assert totals(list(reversed(records))) == totals(records)


def test_days_stand_in_their_order_and_the_rest_by_number() -> None:
    records = [seizure("1", "2026-01-03"), seizure("1", "2026-01-01"), seizure("1", "2026-01-03"), seizure("1", "")]
    assert [line.code for line in tally(records, Dimension.DAY)] == ["2026-01-01", "2026-01-03", "unknown"]


def test_an_impossible_number_of_arrests_is_not_added() -> None:
    records = [seizure("1", arrests=given) for given in (2, True, "3", -1, 1_001, 1_000)]
    assert totals(records).arrests == 1_002
