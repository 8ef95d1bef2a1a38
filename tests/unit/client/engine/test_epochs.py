"""Rules of entering an epoch.

EP-001 what verifies a record is kept: context hash, leaves with their keys and roles
EP-002 a member keeps the content key, asks for it to be saved, and nobody else has it
EP-003 wrong archive seals are told, and the right ones prepared
EP-004 the seal for the own archive key is kept
EP-005 under history policy `none` old keys go, and there are no seals
EP-006 an officer who comes with another identity key is told
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cencomm.client import model
from cencomm.client.admit import admission
from cencomm.client.engine.effects import CorrectSeals, SaveToVault
from cencomm.client.engine.epochs import expected_seals
from cencomm.client.engine.memory import epoch_key
from cencomm.crypto.archive import ArchiveSeal, open_seal
from cencomm.crypto.events import CommitBody
from cencomm.crypto.group_context import CencommGroup, History, Role
from cencomm.ids import GroupId, OfficerId
from tests.unit.client.stand import Person, Stand, alarms, altered


class TestEntering:
    def test_what_verifies_a_record_is_kept(self, tmp_path: Path) -> None:
        """EP-001, EP-002"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        row = here.memory.row
        epoch = there.memory.epoch(there.reading(), row.group_id, row.epoch)
        assert epoch is not None
        assert here.memory.group is not None
        assert epoch.context_hash == here.memory.group.context_hash()
        assert {leaf.device_id: leaf.role for leaf in epoch.leaves.values()} == {
            "KE/otieno/laptop": "organiser",
            "FR/dupont/laptop": "officer",
        }
        keys = {
            bytes(engine.memory.content_key(engine.reading(), row.group_id, row.epoch) or b"")
            for engine in (here, there)
        }
        assert len(keys) == 1
        assert there.memory.content_key(there.reading(), row.group_id, 0) is None
        assert SaveToVault() in stand.effects

    def test_wrong_seals_are_told_and_the_right_ones_prepared(self, tmp_path: Path) -> None:
        """EP-003, EP-004"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        stand.links[here.memory.device.device_id].connected = False
        stand.begin_commit(there)
        stand.run()
        event = stand.log[-1]
        body = CommitBody.decode(event.body)
        garbage = replace(body, seals=tuple([replace(seal, ciphertext=bytes(48)) for seal in body.seals]))
        stand.show(here, altered(event, body=garbage.encode()))
        assert alarms(here)["seal_wrong"]["sender"] == "FR/dupont/laptop"
        (wanted,) = [effect for effect in stand.effects if isinstance(effect, CorrectSeals)]
        assert wanted.seals == body.seals

    def test_the_own_seal_is_kept_and_opens(self, tmp_path: Path) -> None:
        """EP-004"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        row = here.memory.row
        name = epoch_key(row.group_id, row.epoch)
        data = here.reading().get(model.seals(stand.cug_id), name)
        assert data is not None
        assert there.reading().count(model.seals(stand.cug_id)) == 0
        archive = stand.people["KE/otieno"].archive
        key = open_seal(ArchiveSeal.decode(data), archive, group_id=GroupId(row.group_id), epoch=row.epoch)
        assert key == here.memory.content_key(here.reading(), row.group_id, row.epoch)

    def test_under_policy_none_old_keys_go(self, tmp_path: Path) -> None:
        """EP-005"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont", history=History.NONE)
        for _ in range(6):
            stand.begin_commit(there)
            stand.run()
        assert here.reading().count(model.content_keys(stand.cug_id)) == 3
        assert here.reading().count(model.seals(stand.cug_id)) == 0
        assert here.memory.secret is not None
        assert here.memory.group is not None
        state = here.memory.secret
        assert expected_seals(state, CencommGroup.of(here.memory.group), state.export("x", b"", 32)) == ()

    def test_another_identity_key_is_told(self, tmp_path: Path) -> None:
        """EP-006"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        stand.remove(here, "FR/dupont")
        again = stand.device("FR/dupont", "new", person=Person(stand, "FR/dupont"))
        name = OfficerId("FR/dupont")
        assert here.memory.group is not None
        intent = admission(here.memory.group, {name: Role.OFFICER}, {name: stand.guest(again)})
        assert intent is not None
        stand.links[there.memory.device.device_id].connected = False
        stand.commit(here, intent)
        assert alarms(here)["identity_changed"] == {"officer": "FR/dupont"}
