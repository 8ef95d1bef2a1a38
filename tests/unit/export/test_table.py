"""Values as text, and progress in portions."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from cencomm.export.table import PROGRESS_ROWS, Cell, as_text, counted


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("=1+1", "=1+1"),
        (True, "true"),
        (False, "false"),
        (12, "12"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.10"), "0.10"),
        (date(2016, 2, 29), "2016-02-29"),
        (datetime(2016, 2, 29, 23, 5, tzinfo=UTC), "2016-02-29T23:05:00+00:00"),
    ],
)
def test_a_value_reads_back_from_its_text(value: Cell, text: str) -> None:
    assert as_text(value) == text


def test_progress_counts_every_row_once() -> None:
    told: list[int] = []
    rows = list(counted(([number] for number in range(PROGRESS_ROWS + 3)), told.append))
    assert len(rows) == PROGRESS_ROWS + 3
    assert told == [PROGRESS_ROWS, 3]
