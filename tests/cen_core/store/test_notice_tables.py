"""The tables of CWS stand among the core's own."""

from __future__ import annotations

from cen_core.store import notice_tables
from cen_core.store.tables import metadata


def test_they_are_the_cores_own_and_know_no_case() -> None:
    tables = (
        notice_tables.notices,
        notice_tables.versions,
        notice_tables.log,
        notice_tables.files,
        notice_tables.feeds,
    )
    assert {table.name for table in tables} <= set(metadata.tables)
    assert not any(key.target_fullname.startswith("cen_cases") for table in tables for key in table.foreign_keys)
