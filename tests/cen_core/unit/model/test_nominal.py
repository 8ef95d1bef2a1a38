"""The names that are refused by a plainer word. `test_content` holds them against the dictionary and the schema."""

from __future__ import annotations

from cen_core.model.nominal import COMPANIES, IDENTIFIERS, NOMINAL_FIELDS, PERSONS


def test_three_kinds_that_do_not_overlap() -> None:
    assert len(NOMINAL_FIELDS) == len(PERSONS) + len(COMPANIES) + len(IDENTIFIERS)
    assert {"family_name", "company_name", "container_no", "national_case_ref"} <= NOMINAL_FIELDS
