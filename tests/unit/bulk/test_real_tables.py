"""Real tables through the mappings that ship: no row is lost or refused, and every total is that of the file.

In CI some hundred rows from all of each, and of the small tables all; `make soak` takes every row.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice

import pytest

from cencomm.bulk import MAPPINGS, Mapped, apply_mapping, load_mapping, read_table, shipped_mapping
from cencomm.bulk.mapping import Mapping
from cencomm.templates_forms.calculation import derived_values
from cencomm.templates_forms.model import standard
from cencomm.templates_forms.unodc import answers_for, read_unodc
from tests.bulk_tables import REAL_TABLES, Counted, RealTable, totals
from tests.effort import effort

NOW = datetime(2026, 11, 1, tzinfo=UTC)
TEMPLATE = standard("simplified_seizure")
ROWS = effort(120, 1_000_000)
"""About how many rows of each table are mapped, from all of it."""


def mapping_of(table: RealTable) -> Mapping:
    return load_mapping(shipped_mapping(table.mapping), TEMPLATE)


def step_of(table: RealTable) -> int:
    return max(1, table.rows // ROWS)


def mapped(table: RealTable) -> Iterator[Mapped]:
    mapping = mapping_of(table)
    headers = [column.header for column in mapping.columns.values()]
    rows = read_table(table.path(), mapping.form, headers)
    return apply_mapping(mapping, islice(rows, 0, None, step_of(table)), now=NOW)


def amounts(records: list[Mapped]) -> Counted:
    """Year, canonical unit and canonical amount of each record's line: what extractions add up."""
    for record in records:
        assert record.answers is not None
        (item,) = record.answers["item"]
        if "quantity" in item:
            derived = derived_values(TEMPLATE, record.answers, now=NOW)
            unit = TEMPLATE.code("unit", item["unit"])
            assert unit is not None
            yield (
                record.answers["offence_at"][:4],
                unit.attributes["canonical"],
                Decimal(derived["item[0].quantity_canonical"]),
            )


@pytest.mark.parametrize("table", REAL_TABLES, ids=lambda table: table.mapping)
def test_no_row_is_lost_or_refused_and_totals_are_those_of_an_independent_count(table: RealTable) -> None:
    found = list(mapped(table))
    assert [(row.source.line, row.bad_columns, row.findings) for row in found if row.is_wrong] == []
    records = [row for row in found if row.answers is not None]
    references = [row.answers["national_case_ref"] for row in records if row.answers is not None]
    assert len(set(references)) == len(references) > 0
    step = step_of(table)
    assert len(found) == -(-table.rows // step)
    assert step > 1 or len(records) == table.records
    assert totals(amounts(records)) == totals(table.count(table.path(), step))


def test_unodcs_mapping_file_says_what_the_program_of_its_own_says() -> None:
    table = REAL_TABLES[0]
    owns = read_unodc(table.path())[:: step_of(table)]
    for row, own in zip(mapped(table), owns, strict=True):
        assert row.answers == answers_for(own)


def test_the_tables_whose_mappings_ship_are_all_run() -> None:
    assert [table.mapping for table in REAL_TABLES] == list(MAPPINGS)
