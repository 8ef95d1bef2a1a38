"""Rules of taking the log.

RX-001 events that were applied are skipped; a gap stops the batch, is told and asks for the events again
RX-002 an event that does not hold is shown as refused, and the head moves on all the same
RX-003 the same device and client_ref a second time is refused beside the first
RX-004 an acknowledged sending that is not at its place is told
RX-005 a log shorter than what was verified is told
RX-006 a server's time that goes back is told
RX-007 two officers' rejections of the newest commit make a member outside ask for a successor
RX-008 a closing by an organiser destroys the keys; by anybody else it is refused; nothing counts after it
RX-009 where closing cut the seals out of a body, the hash that stayed goes into the chain; a record's never does
RX-011 what proves nothing takes nobody's client_ref: the true record that follows is read
RX-012 an own record that comes back altered is told, and does not count as sent
RX-013 whoever waits for a sending is told when he is removed or the CUG is closed
RX-010 a rejection or seal that its sender did not sign is refused
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cencomm.client import model
from cencomm.client.engine.effects import CatchUpAgain, Succeed
from cencomm.client.engine.engine import CugEngine
from cencomm.client.engine.receive import hash_of
from cencomm.client.model import Item, ItemKind, unpack
from cencomm.crypto.archive import ArchiveSeal
from cencomm.crypto.events import Closing, CommitBody, Rejection, SealBody
from cencomm.crypto.head import event_hash
from cencomm.ids import ClientRef, GroupId
from cencomm.wire.frames import CaughtUp, Event, EventKind, Send, Stored
from tests.unit.client.stand import NOW_MS, Stand, alarms, altered, chat, texts


def items(engine: CugEngine) -> list[Item]:
    rows = engine.reading().rows(model.items(engine.cug_id))
    return [unpack(Item, row.value) for row in rows]


def talk(stand: Stand, engine: CugEngine, *said: str) -> None:
    for text in said:
        engine.queue(personal=chat(text))
    stand.run()


class TestOrder:
    async def test_applied_events_are_skipped_and_a_gap_stops_the_batch(self, tmp_path: Path) -> None:
        """RX-001"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        stand.links[there.memory.device.device_id].connected = False
        talk(stand, here, "one", "two", "three")
        one, _, three = stand.log[-3:]
        before = there.memory.row.head_n
        stand.show(there, *stand.log[:2], one, three)
        assert there.memory.row.head_n == before + 1
        assert texts(there) == ["one"]
        assert alarms(there)["seq_gap"] == {"expected": three.seq - 1}
        assert CatchUpAgain() in stand.effects
        stand.show(there, *stand.log)
        assert texts(there) == ["one", "two", "three"]
        assert there.memory.head == here.memory.head

    def test_an_event_that_does_not_hold_is_shown_as_refused(self, tmp_path: Path) -> None:
        """RX-002"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        for kind in EventKind:
            seq = len(stand.log) + 1
            event = Event(seq, NOW_MS + seq, kind, here.memory.device.device_id, bytes([kind]) * 16, b"garbage")
            stand.log.append(event)
        group = there.memory.group
        stand.run()
        refused = [item for item in items(there) if item.kind is ItemKind.REFUSED]
        assert [item.reason.partition(":")[0] for item in refused] == ["crypto.malformed"] * len(EventKind)
        assert there.memory.row.head_n == len(stand.log)
        assert there.memory.group is group
        assert alarms(there)["handshake_refused"]

    def test_a_repeated_client_ref_is_refused_beside_the_first(self, tmp_path: Path) -> None:
        """RX-003"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        talk(stand, here, "one")
        stand.log.append(altered(stand.log[-1], seq=len(stand.log) + 1))
        stand.run()
        assert texts(there) == ["one"]
        assert items(there)[-1].reason == "client.record_refused:repeated"

    def test_a_forged_record_takes_nobodys_client_ref(self, tmp_path: Path) -> None:
        """RX-011"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        stand.links[there.memory.device.device_id].connected = False
        talk(stand, here, "one")
        true = stand.log[-1]
        forged = altered(true, body=true.body[:-1] + bytes([true.body[-1] ^ 1]))
        stand.show(there, forged, altered(true, seq=true.seq + 1))
        assert [item.kind for item in items(there)][-2:] == [ItemKind.REFUSED, ItemKind.CHAT]
        assert texts(there) == ["one"]


class TestLies:
    def test_an_own_record_that_comes_back_altered_is_told(self, tmp_path: Path) -> None:
        """RX-012"""
        stand = Stand(tmp_path)
        here, _ = stand.operation("KE/otieno", "FR/dupont")
        link = stand.links[here.memory.device.device_id]
        client_ref = here.queue(personal=chat("mine"))
        (sent,) = link.sent
        assert isinstance(sent, Send)
        link.sent.clear()
        body = sent.body[:-1] + bytes([sent.body[-1] ^ 1])
        seq = len(stand.log) + 1
        event = Event(seq, NOW_MS + seq, EventKind.RECORD, here.memory.device.device_id, client_ref, body)
        stand.show(here, event)
        assert "own_record_missing" in alarms(here)
        assert here.memory.outbox.failed == {client_ref: "client.own_record_missing"}
        assert texts(here) == []

    def test_who_is_removed_or_closed_out_is_told_of_what_was_not_sent(self, tmp_path: Path) -> None:
        """RX-013"""
        stand = Stand(tmp_path)
        here, there, third = stand.operation("KE/otieno", "FR/dupont", "NL/jansen")
        for engine in (there, third):
            stand.links[engine.memory.device.device_id].connected = False
        mine = there.queue(personal=chat("mine"))
        theirs = third.queue(personal=chat("theirs"))
        stand.remove(here, "FR/dupont")
        stand.show(there, *stand.log)
        assert there.memory.outbox.failed == {mine: "client.not_member"}
        closing = Closing(stand.cug_id, NOW_MS, here.memory.head).signed(here.memory.device.signature_seed)
        seq = len(stand.log) + 1
        ref = bytes(16)
        stand.log.append(
            Event(seq, NOW_MS + seq, EventKind.CLOSED, here.memory.device.device_id, ref, closing.encode())
        )
        stand.show(third, *stand.log)
        assert third.memory.row.closed_seq == seq
        assert third.memory.outbox.failed == {theirs: "client.group_closed"}

    def test_an_acknowledged_sending_that_is_not_at_its_place_is_told(self, tmp_path: Path) -> None:
        """RX-004"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        client_ref = here.queue(personal=chat("lost"))
        stand.links[here.memory.device.device_id].sent.clear()
        here.receive([Stored(stand.cug_id, client_ref, len(stand.log) + 1, NOW_MS)])
        assert alarms(here) == {}
        talk(stand, there, "another")
        assert "own_record_missing" in alarms(here)
        assert here.memory.outbox.failed == {client_ref: "client.own_record_missing"}

    def test_an_acknowledgement_for_a_place_that_was_passed_is_told(self, tmp_path: Path) -> None:
        """RX-004"""
        stand = Stand(tmp_path)
        here, _ = stand.operation("KE/otieno", "FR/dupont")
        client_ref = here.queue(personal=chat("lost"))
        stand.links[here.memory.device.device_id].sent.clear()
        here.receive([Stored(stand.cug_id, client_ref, 1, NOW_MS)])
        assert "own_record_missing" in alarms(here)

    def test_a_log_shorter_than_what_was_verified_is_told(self, tmp_path: Path) -> None:
        """RX-005"""
        stand = Stand(tmp_path)
        (here,) = stand.operation("KE/otieno")
        here.receive([CaughtUp(stand.cug_id, 0)])
        assert alarms(here)["rolled_back"] == {"known": 1, "said": 0}

    def test_a_time_that_goes_back_is_told(self, tmp_path: Path) -> None:
        """RX-006"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        stand.links[there.memory.device.device_id].connected = False
        talk(stand, here, "one")
        stand.show(there, altered(stand.log[-1], server_time=1))
        assert "time_went_back" in alarms(there)


class TestRejections:
    def test_two_officers_make_a_member_outside_ask_for_a_successor(self, tmp_path: Path) -> None:
        """RX-007, RX-010"""
        stand = Stand(tmp_path)
        here, there, third = stand.operation("KE/otieno", "FR/dupont", "BR/silva")
        stand.begin_commit(here)
        stand.run()
        commit = CommitBody.decode(stand.log[-1].body)
        with third.changing():
            third.memory.set_secret(None)
        for member, signer in ((there, there), (third, there), (third, third)):
            rejection = Rejection(commit.group_id, commit.epoch, commit.commit_hash, "mls.refused")
            body = rejection.signed(signer.memory.device.signature_seed).encode()
            stand.store(member.memory.device.device_id, bytes([len(stand.log)]) * 16, EventKind.REJECTION, body)
            stand.run()
        kinds = [item.kind for item in items(third)[-3:]]
        assert kinds == [ItemKind.REJECTION, ItemKind.REFUSED, ItemKind.REJECTION]
        assert third.memory.row.rejected_by == ("FR/dupont", "BR/silva")
        assert Succeed() in stand.effects

    def test_a_seal_that_its_sender_did_not_sign_is_refused(self, tmp_path: Path) -> None:
        """RX-010"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        seal = ArchiveSeal(bytes(32), bytes(32), bytes(48))
        row = here.memory.row
        body = SealBody(GroupId(row.group_id), row.epoch, seal).signed(there.memory.device.signature_seed)
        stand.store(here.memory.device.device_id, b"s" * 16, EventKind.SEAL, body.encode())
        stand.store(there.memory.device.device_id, b"t" * 16, EventKind.SEAL, body.encode())
        stand.run()
        assert items(there)[-1].reason == "events.invalid"
        assert there.memory.corrected == {(row.group_id, row.epoch, seal.archive_key_id)}


class TestClosing:
    def closing(self, stand: Stand, by: CugEngine) -> None:
        closing = Closing(stand.cug_id, NOW_MS, by.memory.head).signed(by.memory.device.signature_seed)
        ref = bytes([len(stand.log)]) * 16
        stand.store(by.memory.device.device_id, ref, EventKind.CLOSED, closing.encode())
        stand.run()

    def test_only_an_organiser_closes_and_keys_are_destroyed(self, tmp_path: Path) -> None:
        """RX-008"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        talk(stand, here, "one")
        self.closing(stand, there)
        assert there.memory.row.closed_seq == 0
        self.closing(stand, here)
        for engine in (here, there):
            assert engine.memory.row.closed_seq == len(stand.log)
            assert engine.memory.secret is None
            tx = engine.reading()
            for table in (model.content_keys, model.state, model.seals, model.pending, model.outbox):
                assert tx.count(table(stand.cug_id)) == 0
            assert texts(engine) == ["one"]
        record = altered(stand.log[3], seq=len(stand.log) + 1, client_ref=b"z" * 16)
        stand.log.append(record)
        stand.run()
        assert items(there)[-1].reason == "client.event_refused:after_closing"

    def test_a_cut_body_keeps_its_place_in_the_chain(self, tmp_path: Path) -> None:
        """RX-009"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        commit = next(event for event in stand.log if event.kind is EventKind.COMMIT)
        whole = event_hash(commit.kind, commit.sender, ClientRef(commit.client_ref), commit.body)
        body = replace(CommitBody.decode(commit.body), seals=()).encode()
        cut = altered(commit, body=body, event_hash=whole)
        assert hash_of(cut) == hash_of(commit) == whole
        talk(stand, here, "one")
        lying = altered(stand.log[-1], event_hash=bytes(32))
        assert hash_of(lying) == hash_of(stand.log[-1])
        del there
