"""The comparison finds what is missing, doubled, altered or somebody else's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from cencomm.cli.demo.comparison import Comparison, as_texts, compare, compare_csv, read_tables
from cencomm.cli.demo.wanted import Wanted, made_up
from cencomm.client.verify_rows import RecordRow
from cencomm.templates_forms.model import standard
from cencomm.wire.content import Form
from tests.unit.client.verify_world import an_operation, extract_to
from tests.unit.crypto.people import SILVA

TEMPLATE = standard("simplified_seizure")


def row_of(reference: bytes, wanted: Wanted) -> RecordRow:
    form = Form(TEMPLATE.hash, TEMPLATE.id, "1", bytes(16), wanted.answers)
    return RecordRow(
        seq=wanted.number,
        at_ms=0,
        device=f"{wanted.administration}/officer/laptop",
        name="",
        client_ref=reference,
        sent_at_ms=0,
        group_id=b"",
        epoch=1,
        standing="verified",
        content=form,
    )


def world() -> tuple[dict[bytes, Wanted], list[RecordRow]]:
    sent = {bytes([each.number]) * 16: each for each in made_up(20, 1)}
    return sent, [row_of(reference, wanted) for reference, wanted in sent.items()]


def compared(sent: dict[bytes, Wanted], rows: list[RecordRow]) -> Comparison:
    in_csv = {row.client_ref: as_texts(TEMPLATE, row.content.answers) for row in rows if isinstance(row.content, Form)}
    return compare(TEMPLATE, sent, rows, in_csv)


def test_what_is_the_same_does_not_differ() -> None:
    found = compared(*world())
    assert (found.total_sent, found.total_extracted, found.differ, found.said) == (20, 20, 0, [])


def altered(row: RecordRow, **changes: object) -> RecordRow:
    assert isinstance(row.content, Form)
    answers = {**row.content.answers, **changes}
    return replace(row, content=msgspec.structs.replace(row.content, answers=answers))


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows[1:],
        lambda rows: [*rows, rows[0]],
        lambda rows: [*rows, replace(rows[0], client_ref=b"unknown")],
        lambda rows: [altered(rows[0], source_text="other"), *rows[1:]],
        lambda rows: [altered(rows[0], reporting_country="ZZ"), *rows[1:]],
        lambda rows: [replace(rows[0], device="XX/other/laptop"), *rows[1:]],
        lambda rows: [replace(rows[0], standing="failing"), *rows[1:]],
    ],
)
def test_each_difference_counts(change: Callable[[list[RecordRow]], list[RecordRow]]) -> None:
    sent, rows = world()
    found = compared(sent, change(rows))
    assert found.differ >= 1
    assert found.said


def test_a_record_that_moved_to_another_country_is_no_balance() -> None:
    sent, rows = world()
    other = next(each for each in rows if each.device[:2] != rows[0].device[:2])
    first, second = altered(rows[0]), altered(other)
    swapped = [replace(first, client_ref=second.client_ref), replace(second, client_ref=first.client_ref)]
    rest = [row for row in rows if row not in (rows[0], other)]
    assert compared(sent, [*rest, *swapped]).differ == 2


def test_csv_text_that_differs_counts() -> None:
    sent, rows = world()
    in_csv = {reference: as_texts(TEMPLATE, wanted.answers) for reference, wanted in sent.items()}
    first = next(iter(in_csv))
    in_csv[first] = {**in_csv[first], "reporting_country": "ZZ"}
    assert compare(TEMPLATE, sent, rows, in_csv).differ == 1
    del in_csv[first]
    assert compare(TEMPLATE, sent, rows, in_csv).differ == 1


def test_what_the_files_hold_is_read_back(tmp_path: Path) -> None:
    log = an_operation()
    (wanted,) = made_up(1, 1)
    event = log.form(SILVA, wanted.answers)
    extract_to(tmp_path, log)
    found = read_tables(tmp_path, TEMPLATE)
    assert compare_csv(TEMPLATE, wanted, found[event.client_ref]) == []
