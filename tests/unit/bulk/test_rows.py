"""What is wrong is told by row and cell; the same case twice is found before anything is sent."""

from __future__ import annotations

from cencomm.bulk.apply import Mapped
from cencomm.bulk.rows import BulkRow, CellError, Duplicate, duplicates, fingerprint, judged
from cencomm.bulk.tables import SourceRow
from cencomm.templates_forms.reading import Finding

KE1 = {"reporting_country": "KE", "national_case_ref": "A-1", "n": 1}
KE1_LATER = {"reporting_country": "KE", "national_case_ref": "a-1", "n": 2}
FR1 = {"reporting_country": "FR", "national_case_ref": "A-1"}


def row(line: int) -> SourceRow:
    return SourceRow(line - 1, line, {})


def test_a_table_is_judged_row_by_row() -> None:
    found = judged(
        [
            Mapped(row(2), {"a": 1}, (Finding("M11", "warn", "a"),)),
            Mapped(row(3), None),
            Mapped(row(4), {}, (Finding("required", "error", "a"),), ("Kilos",)),
        ]
    )
    assert (found.total, found.left_out, found.rows) == (3, 1, [BulkRow(2, {"a": 1})])
    assert found.errors == [CellError(4, "wrong_type", column="Kilos"), CellError(4, "required", "a")]


def test_a_case_is_named_by_its_country_and_number_else_by_all_that_it_says() -> None:
    assert fingerprint(KE1) == fingerprint(KE1_LATER) != fingerprint(FR1)
    assert fingerprint({"n": 1}) == fingerprint({"n": 1}) != fingerprint({"n": 2})
    assert fingerprint({**KE1, "national_case_ref": ""}) != fingerprint({**KE1_LATER, "national_case_ref": ""})


def test_doubles_are_found_in_the_file_and_in_the_group() -> None:
    rows = [BulkRow(2, KE1), BulkRow(3, FR1), BulkRow(4, KE1_LATER)]
    assert list(duplicates(rows, {fingerprint(FR1): 34})) == [Duplicate(rows[1], seq=34), Duplicate(rows[2], line=2)]
    assert list(duplicates(rows[:2], {})) == []
