"""UNODC's border seizures as validated cases: every row, on both databases, with totals that an independent count
confirms, and nothing new when the same table comes again.

CR-01 control totals by country, year and unit are those of the file, to the last digit
CR-02 the same table again creates nothing
CR-03 after the upload is undone, nothing is found, every version is kept, and the table can come again
"""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal, localcontext
from pathlib import Path

from cen_core.api import Question, Row, project
from cencomm.templates_forms.unodc import answers_for, read_unodc
from tests.bulk_tables import UNODC_UNITS
from tests.cen_core.world import READER, SECOND_SECRETARY, SECRETARY, Stand
from tests.shared_data import shared_path

ROWS = 8_950
NAME = "UNODC 2011-2016"


def rows_of(path: Path) -> list[Row]:
    found = []
    for row in read_unodc(path):
        answers = answers_for(row)
        found.append(Row(row.line, str(answers["national_case_ref"]), project(answers)))
    return found


Totals = dict[tuple[str, str, str], tuple[int, Decimal]]
"""(country's name, year, canonical unit) -> rows with an amount, and their sum."""


def counted_by_hand(path: Path) -> Totals:
    """The totals straight from the file, without any code of the project."""
    totals: defaultdict[tuple[str, str, str], tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal(0)))
    with path.open(encoding="utf-8-sig", newline="") as file, localcontext(prec=80):
        for row in csv.DictReader(file, delimiter=";"):
            amount = Decimal(row["AMOUNT"])
            if amount:
                unit, factor = UNODC_UNITS[row["DRUG_UNIT"]]
                if unit in {"H87", "x_tablet"} and amount % 1:
                    unit = "x_unit"  # half a tablet: the form has it as "unit not stated"
                key = (row["COUNTRY"], row["SEIZURE_DATE"][:4], unit)
                lines, total = totals[key]
                totals[key] = (lines + 1, total + amount * factor)
    return dict(totals)


async def test_cr_the_whole_table(both: Stand) -> None:
    path = shared_path("data", "seizures", "unodc_ids_border_2011_2016.csv")
    rows = rows_of(path)
    assert len(rows) == ROWS
    dry = await both.core.dry_run(SECRETARY, rows)
    assert (dry.rows, dry.creates, dry.duplicates, dry.errors) == (ROWS, ROWS, (), ())
    assert sum((await both.counts()).values()) == 0

    upload, report = await both.core.upload(SECRETARY, rows, NAME)
    assert (upload.created, report.creates) == (ROWS, ROWS)
    assert (await both.core.search(READER, Question({}))).total == 0
    await both.core.validate_upload(SECOND_SECRETARY, upload.upload_id)
    assert (await both.core.search(READER, Question({}))).total == ROWS

    await _check_totals(both, path)
    await _check_again(both, rows)
    await _check_undone(both, rows, upload.upload_id)


async def _check_totals(both: Stand, path: Path) -> None:
    code_of = {row.values["COUNTRY"]: row.country for row in read_unodc(path)}
    wanted = {(code_of[name], year, unit): found for (name, year, unit), found in counted_by_hand(path).items()}
    table = await both.core.statistics(READER, {}, ("country", "year"))
    found = {
        (*cell.values, quantity.of): (quantity.lines, quantity.amount)
        for cell in table.cells
        for quantity in cell.quantities
    }
    assert found == wanted
    assert sum(cell.cases for cell in table.cells) == table.total.cases == ROWS
    assert len({key[2] for key in found}) == 5


async def _check_again(both: Stand, rows: list[Row]) -> None:
    before = await both.counts()
    upload, report = await both.core.upload(SECRETARY, rows, NAME)
    assert (upload.created, len(report.duplicates)) == (0, ROWS)
    assert await both.counts() == before | {"cen_uploads": before["cen_uploads"] + 1}


async def _check_undone(both: Stand, rows: list[Row], upload_id: str) -> None:
    before = await both.counts()
    await both.core.undo_upload(SECOND_SECRETARY, upload_id)
    after = await both.counts()
    assert (await both.core.search(READER, Question({"text": ["cocaine"]}))).total == 0
    assert after["cen_versions"] == before["cen_versions"] == ROWS
    assert after["cen_facts"] == after["cen_facts_goods"] == after["cen_facts_route"] == 0
    dry = await both.core.dry_run(SECRETARY, rows)
    assert (dry.creates, dry.duplicates) == (ROWS, ())
