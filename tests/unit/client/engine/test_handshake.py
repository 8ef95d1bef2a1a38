"""Rules of group starts and commits as they come (PROTOCOL §2).

HS-001 a Welcome is taken when the replay reaches its epoch and tells of the same past
HS-002 a Welcome into another past is a fork: told, and not followed
HS-003 a commit of another epoch, under another name or beyond a role changes nothing
HS-004 hidden parts that do not work are rejected by a signed event, and the public group goes on
HS-005 who is removed knows it, and has no state left
HS-006 who changed with a commit is said in officers and devices; a mere renewal shows nothing
HS-007 the first group must be of this CUG, by its sender
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cencomm.client import model
from cencomm.client.engine.effects import Join
from cencomm.client.model import ItemKind, MembersChanged
from cencomm.crypto.events import CommitBody, Rejection
from cencomm.crypto.group_context import Role
from cencomm.crypto.mls.public.framing import PublicMessage, decode_message, encode_message
from cencomm.ids import CugId
from cencomm.wire.frames import EventKind
from tests.unit.client.engine.test_receive import items, talk
from tests.unit.client.stand import Stand, alarms, altered, texts


class TestJoining:
    def test_a_welcome_is_taken_when_the_replay_reaches_it(self, tmp_path: Path) -> None:
        """HS-001"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        assert there.memory.welcome is None
        assert there.memory.row.joined_seq == 2
        assert there.memory.row.confirmed
        assert there.memory.head == here.memory.head

    def test_a_welcome_into_another_past_is_a_fork(self, tmp_path: Path) -> None:
        """HS-002"""
        stand = Stand(tmp_path / "a")
        other = Stand(tmp_path / "b")
        other.people, other.trust, other.root_seed = stand.people, stand.trust, stand.root_seed
        other._ncps = stand._ncps
        here = stand.open("KE/otieno")
        device = stand.device("FR/dupont")
        guest = stand.guest(device)
        forked = other.open("KE/otieno")
        del forked
        stand.admit(here, "BR/silva")
        engine = stand.engine(device)
        with engine.changing():
            state = here.memory.secret
            assert state is not None
            wrong = replace(state.public.context, confirmed_transcript_hash=bytes(32))
            engine.memory.set_welcome(replace(state, public=replace(state.public, context=wrong)))
            engine.memory.save(engine.reading())
            assert guest.devices
        engine.memory.welcome = replace(state, public=replace(state.public, context=wrong))
        engine._sound = True
        stand.show(engine, *stand.log)
        assert "fork" in alarms(engine)
        assert engine.memory.secret is None


class TestCommits:
    def test_what_is_not_valid_changes_nothing(self, tmp_path: Path) -> None:
        """HS-003"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        stand.begin_commit(here)
        stand.run()
        commit = stand.log[-1]
        before = there.memory.row
        stand.log.append(altered(commit, seq=commit.seq + 1, client_ref=b"2" * 16))
        stand.run()
        assert items(there)[-1].kind is ItemKind.REFUSED
        assert alarms(there)["handshake_refused"]["reason"] == "client.event_refused"
        assert (there.memory.row.group_id, there.memory.row.epoch) == (before.group_id, before.epoch)

    def test_a_commit_under_another_name_changes_nothing(self, tmp_path: Path) -> None:
        """HS-003"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        stand.links[there.memory.device.device_id].connected = False
        stand.begin_commit(here)
        stand.run()
        epoch = there.memory.row.epoch
        stand.show(there, altered(stand.log[-1], sender="FR/dupont/laptop"))
        assert there.memory.row.epoch == epoch
        assert items(there)[-1].reason == "client.event_refused:other_sender"

    def test_broken_hidden_parts_are_rejected_aloud(self, tmp_path: Path) -> None:
        """HS-004"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        stand.links[there.memory.device.device_id].connected = False
        stand.begin_commit(here)
        stand.run()
        event = stand.log[-1]
        body = CommitBody.decode(event.body)
        message = decode_message(body.mls_message).body
        assert isinstance(message, PublicMessage)
        broken = replace(body, mls_message=encode_message(replace(message, membership_tag=bytes(32))))
        stand.show(there, altered(event, body=broken.encode()))
        assert there.memory.secret is None
        assert there.memory.row.broken == "mls.refused"
        assert there.memory.row.epoch == 2
        assert Join() in stand.effects
        assert "commit_broken" in alarms(there)
        (row,) = list(there.memory.outbox._rows.values())
        assert row.kind == EventKind.REJECTION
        rejection = Rejection.decode(row.body)
        rejection.verify(there.memory.device.signature_key)
        assert rejection.commit_hash == broken.commit_hash

    def test_who_is_removed_knows_it(self, tmp_path: Path) -> None:
        """HS-005"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        talk(stand, here, "before")
        stand.remove(here, "FR/dupont")
        talk(stand, here, "after")
        assert there.memory.secret is None
        assert there.memory.row.removed_seq == stand.log[-2].seq
        assert texts(there) == ["before"]
        row = there.memory.row
        assert there.memory.content_key(there.reading(), row.group_id, row.epoch) is None

    def test_who_changed_is_said(self, tmp_path: Path) -> None:
        """HS-006"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        assert items(there)[0].members == MembersChanged(added=("KE/otieno",))
        assert items(there)[1].members == MembersChanged(added=("FR/dupont",))
        count = len(items(there))
        stand.begin_commit(there)
        stand.run()
        assert len(items(here)) == count
        stand.remove(here, "FR/dupont")
        assert items(here)[-1].members == MembersChanged(removed=("FR/dupont",))

    def test_a_first_group_of_another_cug_or_sender_is_refused(self, tmp_path: Path) -> None:
        """HS-007"""
        stand = Stand(tmp_path)
        (here,) = stand.operation("KE/otieno")
        outsider = stand.engine(stand.device("FR/dupont"))
        stand.show(outsider, altered(stand.log[0], sender="FR/dupont/laptop"))
        assert outsider.memory.group is None
        elsewhere = Stand(tmp_path / "else")
        elsewhere.cug_id = CugId(b"D" * 16)
        elsewhere.trust = stand.trust
        stranger = elsewhere.engine(stand.device("FR/dupont", "b"))
        stranger.receive([])
        elsewhere.show(stranger, *stand.log)
        assert stranger.memory.group is None
        assert here.memory.row.role == Role.ORGANISER
        assert stranger.reading().count(model.epochs(elsewhere.cug_id)) == 0
