"""Rules of making handshakes (PROTOCOL §2.3, §2.6).

CM-001 a commit's time follows the clock and never goes back; its `seen` is the head
CM-002 what goes out is on disk first, byte by byte, with the state that it makes
CM-003 every new device has its Welcome in the frame
"""

from __future__ import annotations

from pathlib import Path

from cencomm.client.admit import admission
from cencomm.client.engine.committing import commit_data, make_commit
from cencomm.client.model import PendingKind
from cencomm.crypto.events import CommitBody
from cencomm.crypto.group_context import Role
from cencomm.crypto.mls.secret.group import GroupState
from cencomm.crypto.policy import CommitData
from cencomm.wire.frames import Commit, decode_client_frame
from tests.unit.client.stand import NOW_MS, Stand


class TestMaking:
    def test_the_time_never_goes_back(self, tmp_path: Path) -> None:
        """CM-001"""
        stand = Stand(tmp_path)
        (here,) = stand.operation("KE/otieno")
        assert CommitData.decode(commit_data(here.memory, NOW_MS + 5)) == CommitData(NOW_MS + 5, here.memory.head)
        with here.changing():
            here.memory.change(commit_time_ms=NOW_MS + 99)
        assert CommitData.decode(commit_data(here.memory, NOW_MS)).time_ms == NOW_MS + 99

    def test_what_goes_out_is_on_disk_first(self, tmp_path: Path) -> None:
        """CM-002, CM-003"""
        stand = Stand(tmp_path)
        (here,) = stand.operation("KE/otieno")
        devices = [stand.device(name) for name in ("FR/dupont", "BR/silva")]
        guests = {device.officer_id: stand.guest(device) for device in devices}
        assert here.memory.group is not None
        intent = admission(here.memory.group, dict.fromkeys(guests, Role.OFFICER), guests)
        assert intent is not None
        with here.changing() as tx:
            frame = make_commit(here.memory, tx, intent.proposals, intent.invited, NOW_MS)
        assert isinstance(frame, Commit)
        here._sound = False
        here.reading()
        pending = here.memory.pending
        assert pending is not None
        assert pending.kind is PendingKind.COMMIT
        assert decode_client_frame(pending.frame) == frame
        assert pending.body == frame.body
        assert GroupState.decode(pending.secret).epoch == CommitBody.decode(frame.body).epoch + 1 == 1
        assert {welcome.device_id for welcome in frame.welcomes} == {device.device_id for device in devices}
