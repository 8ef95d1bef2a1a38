"""Rules of receiving one record (PROTOCOL §3).

RC-001 the epoch must be the one in force at the record's place
RC-002 header and log entry say the same; the leaf is the sender's
RC-003 a record that does not open or verify is refused
RC-004 both parts say the same kind of thing, about the same form
RC-005 templates and titles count from organisers only
RC-006 a content that this version does not know is shown as unknown
RC-007 another officer's record ends the doubt after a join from outside; an own one does not
RC-008 without a key the record is kept, and opened when the key is known
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from cencomm.client import model
from cencomm.client.engine.engine import CugEngine
from cencomm.client.engine.keys import learn_keys
from cencomm.client.engine.sending import seal
from cencomm.client.model import ItemKind, OutboxRow, Standing
from cencomm.ids import ClientRef
from cencomm.templates_forms.model import standard
from cencomm.wire.content import Chat, Form, Profile, Template, encode_content
from cencomm.wire.frames import EventKind
from tests.unit.client.engine.test_receive import items, talk
from tests.unit.client.stand import NOW_MS, Stand, altered, chat, texts


def send(stand: Stand, by: CugEngine, *, public: bytes = b"", personal: bytes = b"") -> None:
    by.queue(public=public, personal=personal)
    stand.run()


def sealed(by: CugEngine, personal: bytes, ref: bytes = b"r" * 16) -> OutboxRow:
    state = by.memory.secret
    assert state is not None
    row = OutboxRow(client_ref=ref, number=1, kind=EventKind.RECORD, personal=personal)
    found = seal(by.memory, by.reading(), state, row, NOW_MS)
    assert found is not None
    return found


def last_reason(engine: CugEngine) -> str:
    item = items(engine)[-1]
    assert item.standing is Standing.REFUSED
    return item.reason


class TestPlace:
    def test_a_record_of_a_closed_epoch_is_refused(self, tmp_path: Path) -> None:
        """RC-001"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        late = sealed(here, chat("late"))
        stand.begin_commit(there)
        stand.run()
        stand.store(here.memory.device.device_id, late.client_ref, EventKind.RECORD, late.body)
        stand.run()
        assert last_reason(there) == "client.record_refused:stale_epoch"
        assert texts(there) == []

    def test_a_record_under_another_name_is_refused(self, tmp_path: Path) -> None:
        """RC-002"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        row = sealed(here, chat("mine"))
        stand.store(there.memory.device.device_id, row.client_ref, EventKind.RECORD, row.body)
        stand.run()
        assert last_reason(there) == "client.record_refused:other_sender"
        stand.store(here.memory.device.device_id, b"q" * 16, EventKind.RECORD, row.body)
        stand.run()
        assert last_reason(there) == "client.record_refused:other_place"

    def test_an_altered_record_is_refused(self, tmp_path: Path) -> None:
        """RC-003"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        row = sealed(here, chat("mine"))
        body = row.body[:-1] + bytes([row.body[-1] ^ 1])
        stand.store(here.memory.device.device_id, row.client_ref, EventKind.RECORD, body)
        stand.run()
        assert last_reason(there) == "records.refused:does_not_open"


class TestContent:
    def test_parts_that_disagree_are_refused(self, tmp_path: Path) -> None:
        """RC-004"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        form = Form(bytes(32), "x", "1", bytes(16), {})
        send(stand, here, public=encode_content(form), personal=chat("another kind"))
        assert last_reason(there) == "client.record_refused:parts_disagree"
        other = msgspec.structs.replace(form, record_id=b"o" * 16)
        send(stand, here, public=encode_content(form), personal=encode_content(other))
        assert last_reason(there) == "client.record_refused:parts_disagree"

    def test_templates_and_titles_count_from_organisers_only(self, tmp_path: Path) -> None:
        """RC-005"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        template = standard("simplified_seizure")
        send(stand, there, personal=encode_content(Template(template.encode())))
        assert last_reason(here) == "client.record_refused:beyond_role"
        send(stand, there, personal=encode_content(Profile("Coup")))
        assert (here.memory.row.title, here.memory.templates) == ("", {})
        send(stand, here, personal=encode_content(Template(template.encode())))
        send(stand, here, personal=encode_content(Profile("Tiger", "OT26")))
        assert list(there.memory.templates) == [template.hash]
        assert there.memory.row.title == "Tiger"

    def test_a_template_that_is_none_is_refused(self, tmp_path: Path) -> None:
        """RC-005"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        send(stand, here, personal=encode_content(Template(b"{}")))
        assert items(there)[-1].standing is Standing.REFUSED
        assert there.memory.templates == {}

    def test_an_unknown_content_is_shown_as_unknown(self, tmp_path: Path) -> None:
        """RC-006"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        send(stand, here, personal=msgspec.msgpack.encode({"t": "from the future"}))
        item = items(there)[-1]
        assert (item.kind, item.standing, item.content) == (ItemKind.UNKNOWN, Standing.VERIFIED, None)

    def test_what_was_sent_is_read(self, tmp_path: Path) -> None:
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        send(stand, here, personal=encode_content(Chat("one", "en", reply_to=b"x" * 16)))
        item = items(there)[-1]
        assert item.content == Chat("one", "en", reply_to=b"x" * 16)
        assert (item.officer, item.sender, item.kind) == ("KE/otieno", "KE/otieno/laptop", ItemKind.CHAT)
        assert ClientRef(item.client_ref) == stand.log[-1].client_ref


class TestDoubt:
    def test_another_officers_record_ends_it(self, tmp_path: Path) -> None:
        """RC-007"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        with there.changing():
            there.memory.change(confirmed=False)
        talk(stand, there, "own")
        assert not there.memory.row.confirmed
        talk(stand, here, "another's")
        assert there.memory.row.confirmed


class TestLocked:
    def test_a_record_without_a_key_is_kept_until_there_is_one(self, tmp_path: Path) -> None:
        """RC-008"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        row = there.memory.row
        key = there.memory.content_key(there.reading(), row.group_id, row.epoch)
        assert key is not None
        with there.changing() as tx:
            there.memory.drop_key(tx, row.group_id, row.epoch)
        talk(stand, here, "one")
        assert items(there)[-1].kind is ItemKind.LOCKED
        assert there.reading().count(model.locked(stand.cug_id)) == 1
        with there.changing() as tx:
            assert learn_keys(there.memory, tx, {(row.group_id, row.epoch): key}, source="test") == 1
        assert texts(there) == ["one"]
        assert there.reading().count(model.locked(stand.cug_id)) == 0
        assert altered(stand.log[-1]) == stand.log[-1]
