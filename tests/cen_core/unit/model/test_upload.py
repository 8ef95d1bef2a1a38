"""A dry run counts rows, not cells."""

from __future__ import annotations

from cen_core.model.upload import CellError, DryRun


def test_rows_with_errors() -> None:
    errors = (CellError(2, "A2", "missing"), CellError(2, "B2", "missing"), CellError(5, "A5", "missing"))
    assert DryRun(9, 7, (), errors).rows_with_errors == 2
    assert DryRun(9, 9, (), ()).rows_with_errors == 0
