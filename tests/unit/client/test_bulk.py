"""Many records from one file: sent once whatever happens in between, doubles left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from cencomm.bulk.rows import BulkRow
from cencomm.client.bulk import BulkSending
from cencomm.client.cug import Cug
from cencomm.client.errors import ServerUnreachable
from cencomm.templates_forms.model import standard
from cencomm.templates_forms.samples import sample_records
from cencomm.wire.content import Form
from tests.unit.client.stand import Stand
from tests.unit.client.test_cug import cug_of

TEMPLATE = standard("simplified_seizure")
DIGEST = b"d" * 32


def rows_of(count: int) -> list[BulkRow]:
    return [BulkRow(line, sample.answers) for line, sample in enumerate(sample_records(count, seed=3), 2)]


async def group(tmp_path: Path) -> tuple[Stand, Cug, Cug]:
    stand = Stand(tmp_path)
    here, there = stand.operation("KE/otieno", "FR/dupont")
    cug = cug_of(stand, here)
    await cug.publish_template(TEMPLATE)
    stand.run()
    return stand, cug, cug_of(stand, there)


def forms(cug: Cug) -> list[str]:
    found = [item.content for item in cug.items()]
    return [str(form.answers["national_case_ref"]) for form in found if isinstance(form, Form)]


async def queued(sending: BulkSending, rows: list[BulkRow], cug: Cug) -> None:
    """Send without a server: what is under way stays under way, as when the program dies."""
    for row in rows:
        await cug.submit(TEMPLATE.hash, row.answers, client_ref=sending.reference(row.line))


async def test_an_import_that_died_goes_on_where_it_was(tmp_path: Path) -> None:
    stand, cug, other = await group(tmp_path)
    rows = rows_of(6)
    await queued(BulkSending(cug, TEMPLATE, DIGEST), rows[:2], cug)
    stand.run()
    await queued(BulkSending(cug, TEMPLATE, DIGEST), rows[2:4], cug)
    again = BulkSending(cug_of(stand, cug._engine), TEMPLATE, DIGEST)
    plan = again.plan(rows)
    assert ([row.line for row in plan.fresh], plan.sent_before, plan.duplicates) == ([6, 7], 4, ())
    await queued(again, rows, cug)
    stand.run()
    references = [row.answers["national_case_ref"] for row in rows]
    assert forms(cug) == forms(other) == references
    assert again.plan(rows).sent_before == 6


async def test_sending_ends_with_the_number_and_tells_how_far_it_is(tmp_path: Path) -> None:
    stand, cug, _ = await group(tmp_path)
    sending = BulkSending(cug, TEMPLATE, DIGEST)
    told: list[tuple[int, int]] = []
    await queued(sending, rows_of(2), cug)
    stand.run()
    assert await sending.send(rows_of(2), lambda done, total: told.append((done, total))) == 2
    assert told == [(2, 2)]
    assert len(forms(cug)) == 2


async def test_what_the_server_did_not_get_is_still_under_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, cug, _ = await group(tmp_path)
    monkeypatch.setattr("cencomm.client.bulk._PORTION_SECONDS", 0.01)
    sending = BulkSending(cug, TEMPLATE, DIGEST)
    with pytest.raises(ServerUnreachable):
        await sending.send(rows_of(2), lambda done, total: None)
    assert (cug.waiting(), sending.plan(rows_of(2)).sent_before) == (2, 2)


async def test_a_case_that_the_group_has_is_left_out_whoever_sent_it(tmp_path: Path) -> None:
    stand, cug, other = await group(tmp_path)
    rows = rows_of(3)
    await other.submit(TEMPLATE.hash, rows[1].answers)
    stand.run()
    plan = BulkSending(cug, TEMPLATE, DIGEST).plan([*rows, BulkRow(9, rows[0].answers)])
    assert [row.line for row in plan.fresh] == [2, 4]
    assert [(one.row.line, one.line, one.seq) for one in plan.duplicates] == [(3, 0, cug.last_seq), (9, 2, 0)]


async def test_client_refs_say_nothing_of_the_file_to_who_has_not_the_secret(tmp_path: Path) -> None:
    _, cug, other = await group(tmp_path)
    mine, theirs = BulkSending(cug, TEMPLATE, DIGEST), BulkSending(other, TEMPLATE, DIGEST)
    assert mine.reference(2) == BulkSending(cug, TEMPLATE, DIGEST).reference(2)
    assert len({mine.reference(2), mine.reference(3), theirs.reference(2)}) == 3
    assert mine.reference(2) != BulkSending(cug, TEMPLATE, b"e" * 32).reference(2)
