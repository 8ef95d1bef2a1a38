"""The examination of a log: what holds passes, and each way to alter it is found by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest

from cencomm.client.bundle import RecordEntry
from cencomm.client.verify_log import examine
from cencomm.client.verify_rows import Examined
from cencomm.crypto.records import SignedRecord
from cencomm.ids import DeviceId
from cencomm.wire.content import Chat, Form, Profile
from tests.unit.client.verify_world import REMOVED_AT, Log, an_operation
from tests.unit.crypto.groups import CUG
from tests.unit.crypto.people import DUBOIS, OTIENO, SILVA, TRUST


def examined(log: Log, extractor: DeviceId = OTIENO.device_id) -> Examined:
    return examine(log.events, log.entries, cug_id=CUG, trust=TRUST, extractor=extractor).found


def failed(log: Log) -> set[str]:
    return {failure.check for failure in examined(log).failures}


def test_an_honest_log_holds() -> None:
    found = examined(an_operation())
    assert found.failures == []
    assert found.notices == []
    assert found.title == "Operation Tiger"
    assert found.checked["signatures"] == len(found.records) == 7
    assert found.forms == 2
    assert found.unopened == 0
    assert found.witnessed_seq == REMOVED_AT


def test_rows_say_who_when_what_and_how_it_was_judged() -> None:
    found = examined(an_operation())
    form = next(row for row in found.records if isinstance(row.content, Form))
    assert (form.officer, form.name, form.epoch, form.standing) == ("BR/silva", "Name of BR/silva", 1, "verified")
    assert form.valid is False
    assert isinstance(form.content, Form)
    assert form.content.answers == {"reporting_country": "BR", "source_text": "seen at the quay"}
    assert [row.says for row in found.events][:3] == ["group", "commit", "profile"]


def change_event(seq: int, **changes: object) -> Callable[[Log], None]:
    def change(log: Log) -> None:
        log.events[seq - 1] = msgspec.structs.replace(log.events[seq - 1], **changes)

    return change


def flip_body(seq: int) -> Callable[[Log], None]:
    def change(log: Log) -> None:
        body = bytearray(log.events[seq - 1].body)
        body[len(body) // 2] ^= 1
        log.events[seq - 1] = msgspec.structs.replace(log.events[seq - 1], body=bytes(body))

    return change


def change_signed(seq: int, **changes: object) -> Callable[[Log], None]:
    def change(log: Log) -> None:
        signed = SignedRecord.decode(log.entries[seq].signed)
        log.entries[seq] = RecordEntry(seq, replace(signed, **changes).encode())  # type: ignore[arg-type]

    return change


def other_text(log: Log) -> None:
    signed = SignedRecord.decode(log.entries[5].signed)
    part = signed.parts[0]
    assert part.content is not None
    altered = part._replace(content=part.content.replace(b"HYPERLINK", b"hyperlink"))
    log.entries[5] = RecordEntry(5, replace(signed, parts=(altered,)).encode())


def swap_entries(log: Log) -> None:
    log.entries[5], log.entries[7] = RecordEntry(5, log.entries[7].signed), RecordEntry(7, log.entries[5].signed)


def drop_event(log: Log) -> None:
    del log.events[6]


def swap_events(log: Log) -> None:
    one, two = log.events[4], log.events[6]
    log.events[4] = msgspec.structs.replace(two, seq=5, server_time=one.server_time)
    log.events[6] = msgspec.structs.replace(one, seq=7, server_time=two.server_time)


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (drop_event, "sequence"),
        (swap_events, "seen"),
        (change_event(5, server_time=1), "time_goes_back"),
        (change_event(6, server_time=2**41), "time_goes_back"),
        (change_event(5, event_hash=bytes(32)), "hash_instead"),
        (change_event(7, sender=DUBOIS.device_id), "refused_but_given"),
        (change_event(7, client_ref=b"x" * 16), "refused_but_given"),
        (flip_body(1), "handshake"),
        (flip_body(2), "handshake"),
        (flip_body(5), "seen"),
        (change_signed(5, sent_at_ms=1), "signature"),
        (change_signed(5, context_hash=bytes(32)), "other_group"),
        (change_signed(5, signature=bytes(64)), "signature"),
        (other_text, "signature"),
        (swap_entries, "other_header"),
        (lambda log: log.entries.pop(5), "record_missing"),
        (lambda log: log.entries.update({5: RecordEntry(5, b"junk")}), "signed_record"),
        (lambda log: log.entries.update({2: RecordEntry(2, b"junk")}), "entry_of_no_record"),
        (lambda log: log.entries.update({5: RecordEntry(5, reason="locked")}), "withheld"),
        (lambda log: log.entries.update({5: RecordEntry(5, reason="stale_epoch")}), "refusal_unfounded"),
        (lambda log: log.entries.update({5: RecordEntry(5)}), "refusal_unfounded"),
    ],
)
def test_each_alteration_is_found_by_name(change: Callable[[Log], None], check: str) -> None:
    log = an_operation()
    change(log)
    assert check in failed(log)


def test_a_part_that_is_left_out_is_missed() -> None:
    log = an_operation()
    signed = SignedRecord.decode(log.entries[6].signed)
    cut = tuple(part._replace(salt=b"", content=None) for part in signed.parts[1:])
    log.entries[6] = RecordEntry(6, replace(signed, parts=(signed.parts[0], *cut)).encode())
    assert "part_missing" in failed(log)


def test_a_second_record_under_the_same_reference_does_not_count() -> None:
    log = an_operation()
    again = log.events[-1]
    log.append(again.kind, SILVA, again.body, again.client_ref)
    log.entries[len(log.events)] = RecordEntry(len(log.events), reason="repeated")
    found = examined(log)
    assert found.failures == []
    assert [notice.check for notice in found.notices] == ["unopened"]
    assert found.unopened == 1


def test_a_removed_members_record_does_not_count() -> None:
    log = an_operation()
    late = log.events[4]
    log.append(late.kind, DUBOIS, late.body, late.client_ref)
    log.entries[len(log.events)] = RecordEntry(len(log.events), reason="stale_epoch")
    assert examined(log).failures == []
    log.entries[len(log.events)] = RecordEntry(len(log.events), log.entries[5].signed)
    assert failed(log) == {"refused_but_given"}


def test_one_who_never_held_the_key_withholds_nothing() -> None:
    log = an_operation()
    log.entries[10] = RecordEntry(10, reason="locked")
    found = examined(log, DUBOIS.device_id)
    assert found.failures == []
    assert [notice.check for notice in found.notices] == ["unopened"]


def test_what_only_an_organiser_may_publish_has_no_effect_from_others() -> None:
    log = an_operation()

    log.record(SILVA, personal=Profile("Mine now"))
    found = examined(log)
    assert found.title == "Operation Tiger"
    assert [notice.check for notice in found.notices] == ["beyond_role"]


def test_a_record_with_parts_of_two_kinds_is_found() -> None:
    log = an_operation()
    form = Form(bytes(32), "x", "1", bytes(16), {})
    log.record(SILVA, public=form, personal=Chat("hello"))
    assert failed(log) == {"parts_disagree"}


def test_another_root_trusts_nobody() -> None:
    log = an_operation()
    other = replace(TRUST, root_public_key=bytes(32))
    found = examine(log.events, log.entries, cug_id=CUG, trust=other, extractor=OTIENO.device_id).found
    assert {"handshake", "refused_but_given"} <= {failure.check for failure in found.failures}
    assert found.records == []
