"""What the tables say of forms that replace others, or that no template explains."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from cencomm.client.extraction_layout import Layout
from cencomm.client.extraction_tables import csv_path, named_tables, stem_of
from cencomm.client.verify_log import examine
from cencomm.client.verify_rows import Examined
from cencomm.export import Cell
from cencomm.wire.content import Attachment, Chat, Form
from tests.unit.client.verify_world import TEMPLATE, Log, an_operation
from tests.unit.crypto.groups import CUG
from tests.unit.crypto.people import OTIENO, SILVA, TRUST


def examined(log: Log) -> Examined:
    return examine(log.events, log.entries, cug_id=CUG, trust=TRUST, extractor=OTIENO.device_id).found


def table(found: Examined, name: str) -> list[dict[str, Cell]]:
    tables = dict(named_tables(found, Layout("en")))
    keys = [column.key for column in tables[name].columns]
    return [dict(zip(keys, row, strict=True)) for row in tables[name].rows]


def test_a_corrected_form_names_what_it_replaces_and_is_named_by_it() -> None:
    log = an_operation()
    first = log.events[5].client_ref
    correction = Form(TEMPLATE.hash, TEMPLATE.id, "1", b"r" * 16, {"reporting_country": "BR"}, replaces=first)
    event = log.record(SILVA, public=correction)
    found = examined(log)
    rows = table(found, stem_of(TEMPLATE))
    assert (rows[0]["client_ref"], rows[0]["superseded_by"]) == (first.hex(), event.seq)
    assert rows[-1]["replaces"] == first.hex()
    assert rows[-1]["superseded_by"] is None


def test_an_officer_cannot_replace_anothers_form() -> None:
    log = an_operation()
    theirs = log.events[7].client_ref
    log.record(SILVA, public=Form(TEMPLATE.hash, TEMPLATE.id, "1", b"r" * 16, {}, replaces=theirs))
    found = examined(log)
    rows = table(found, stem_of(TEMPLATE))
    assert all(row["superseded_by"] is None for row in rows)


def test_a_form_on_an_unknown_template_is_not_left_out() -> None:
    log = an_operation()
    log.record(SILVA, public=Form(bytes(32), "mystery", "9", b"r" * 16, {"a": "b"}))
    found = examined(log)
    assert [notice.check for notice in found.notices] == ["template_unknown"]
    (row,) = table(found, "unknown-template")
    assert (row["template"], row["version"], row["answers"], row["valid"]) == ("mystery", "9", '{"a": "b"}', False)


def test_attachments_are_named_by_what_proves_them_and_not_by_their_key() -> None:
    file = Attachment(b"h" * 32, 272, b"k" * 32, 9, "../seal\u202e.jpg")
    said = replace(examined(an_operation()).records[0], content=Chat("see", files=(file, file)))
    [row] = table(Examined(records=[said]), "chat")
    one = f"seal.jpg (9, {(b'h' * 32).hex()})"
    assert row["attachments"] == f"{one}; {one}"


def test_a_file_name_is_made_of_plain_characters() -> None:
    assert csv_path("a/../b c-1") == "tables/a_b_c-1.csv"


def test_a_time_that_no_calendar_has_stays_a_number() -> None:
    log = an_operation()
    rows = [*examined(log).records]
    claimed = replace(rows[0], sent_at_ms=2**52, content=Chat("late"))
    tables = dict(named_tables(Examined(records=[claimed]), Layout("en")))
    keys = [column.key for column in tables["chat"].columns]
    (row,) = [dict(zip(keys, cells, strict=True)) for cells in tables["chat"].rows]
    assert row["sent_at"] == str(2**52)
    assert row["server_time"] == datetime.fromtimestamp(claimed.at_ms / 1000, UTC)
