"""Tables for statistics: the newest version of each record, under a number that leads back to nothing."""

from __future__ import annotations

from cencomm.client.extraction_layout import Layout
from cencomm.client.extraction_statistics import statistical_tables
from cencomm.export import Cell, Table
from cencomm.export.profiles import Profile
from tests.unit.client.extracted import examined
from tests.unit.client.verify_world import LONG, Log, a_marked_operation, long_answers
from tests.unit.crypto.people import SILVA

LAYOUT = Layout("en", Profile.STATISTICAL)


def tables(log: Log) -> dict[str, Table]:
    return dict(statistical_tables(examined(log, Profile.STATISTICAL), LAYOUT))


def rows(table: Table) -> list[dict[str, Cell]]:
    keys = [column.key for column in table.columns]
    return [dict(zip(keys, row, strict=True)) for row in table.rows]


def test_a_record_is_a_number_and_its_open_answers() -> None:
    stem = f"long_seizure-{LONG.version}-{LONG.hash.hex()[:8]}"
    made = tables(a_marked_operation())
    (record,) = rows(made[stem])
    assert (record["record"], record["administration"], record["handling"]) == (1, "BR", "amber")
    assert str(record["offence_at"]) == "2026-01-02"
    assert not record.keys() & {"seq", "officer", "device", "name", "client_ref", "remarks", "offence_lat"}
    items = next(rows(table) for table in made.values() if table.key == f"form.{stem}.item")
    assert [(item["record"], item["product"]) for item in items] == [(1, "heroin"), (1, "pangolin_scale")]
    assert items[0]["quantity_canonical"] == "2.5"


def test_people_are_counted() -> None:
    (row,) = rows(tables(a_marked_operation())["counts"])
    assert (row["field"], row["code"], row["count"]) == ("person_role", "courier", 1)


def test_only_the_newest_version_of_a_record_counts() -> None:
    log = a_marked_operation()
    first = log.form(SILVA, long_answers("green"), template=LONG, record_id=b"d" * 16)
    log.form(SILVA, long_answers("clear"), template=LONG, record_id=b"d" * 16, replaces=first.client_ref)
    stem = f"long_seizure-{LONG.version}-{LONG.hash.hex()[:8]}"
    made = tables(log)
    assert [(row["record"], row["handling"]) for row in rows(made[stem])] == [(1, "amber"), (2, "clear")]
    assert rows(made["counts"])[0]["count"] == 2
