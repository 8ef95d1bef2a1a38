"""Rules of the engine: one transaction per batch, two holders of the same rows, what happens to a handshake.

EN-001 what is queued is sent, comes back, and is read by the others
EN-002 a sending refused as stale is sealed anew in the next epoch under the same client_ref
EN-003 what was not acknowledged goes out again byte by byte after a reconnection
EN-004 of two commits in one epoch the later is lost, and nothing of it stays
EN-005 a commit is merged only when it comes back
EN-006 a pending commit is sent again after a restart
EN-007 a second engine on the same rows sees what the first wrote, and the other way round
EN-008 a sending that is refused for good is told, and its text kept
EN-009 a batch that fails leaves rows and memory as they were
EN-010 what a new CUG first says is written down with its group: whoever dies over the opening says it when he is back
EN-011 a handshake whose time is not the server's is given up, and the clock follows what the server said
EN-012 what the server cannot store just now goes out again after a while, once, and not at once
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cencomm.client.clock import ServerClock, local_ms
from cencomm.client.engine import engine as engine_module
from cencomm.client.profile import Profile
from cencomm.crypto.group_context import CencommGroup, History, Role, RosterEntry
from cencomm.errors import DomainError
from cencomm.ids import new_group_id
from cencomm.wire.content import Profile as WireProfile
from cencomm.wire.content import encode_content
from cencomm.wire.frames import EventKind, Refused, Send
from tests.unit.client.stand import NOW_MS, PASSWORD, Stand, chat, texts


class TestSending:
    def test_what_is_queued_is_read_by_the_others(self, tmp_path: Path) -> None:
        """EN-001"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        here.queue(personal=chat("one"))
        there.queue(personal=chat("two"))
        stand.run()
        assert texts(here) == texts(there) == ["one", "two"]
        assert len(here.memory.outbox) == len(there.memory.outbox) == 0

    def test_a_stale_sending_is_sealed_anew_under_the_same_client_ref(self, tmp_path: Path) -> None:
        """EN-002"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        client_ref = there.queue(personal=chat("late"))
        sent = stand.links[there.memory.device.device_id].sent[0]
        stand.begin_commit(here)
        link = stand.links[here.memory.device.device_id]
        stand.take(here.memory.device.device_id, link.sent.popleft())
        stand.run()
        assert texts(here) == ["late"]
        (event,) = [event for event in stand.log if event.client_ref == client_ref]
        assert isinstance(sent, Send)
        assert event.body != sent.body

    def test_the_unacknowledged_goes_out_again_byte_by_byte(self, tmp_path: Path) -> None:
        """EN-003"""
        stand = Stand(tmp_path)
        (here,) = stand.operation("KE/otieno")
        link = stand.links[here.memory.device.device_id]
        here.queue(personal=chat("one"))
        first = link.sent.popleft()
        here.disconnected()
        again = [frame for frame in here.resume() if isinstance(frame, Send)]
        assert again == [first]

    def test_a_refusal_for_good_is_told(self, tmp_path: Path) -> None:
        """EN-008"""
        stand = Stand(tmp_path)
        (here,) = stand.operation("KE/otieno")
        client_ref = here.queue(personal=chat("big"))
        here.receive([Refused(stand.cug_id, client_ref, "wire.too_large")])
        assert here.memory.outbox.failed == {client_ref: "wire.too_large"}
        assert len(here.memory.outbox) == 0

    async def test_what_cannot_be_stored_now_goes_out_again_once(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """EN-012"""
        stand = Stand(tmp_path)
        (here,) = stand.operation("KE/otieno")
        link = stand.links[here.memory.device.device_id]
        refs = [here.queue(personal=chat(text)) for text in ("one", "two")]
        first = list(link.sent)
        link.sent.clear()
        later: list[Callable[[], None]] = []
        monkeypatch.setattr(here, "_loop_later", later.append)
        here.receive([Refused(stand.cug_id, client_ref, "groups.not_stored") for client_ref in refs])
        assert len(later) == 1
        assert list(link.sent) == []
        later[0]()
        assert list(link.sent) == first


class TestHandshakes:
    def test_what_a_new_cug_first_says_outlives_its_opening(self, tmp_path: Path) -> None:
        """EN-010"""
        stand = Stand(tmp_path)
        device = stand.device("KE/otieno")
        entry = RosterEntry(device.officer_id, device.chain.identity_key, Role.ORGANISER, device.archive_key)
        group = CencommGroup(0, stand.cug_id, NOW_MS, (entry,), History.FULL)
        dying = stand.engine(device)
        row, _ = dying.prepare_start(new_group_id(), group, [encode_content(WireProfile("Tiger")), chat("first")])
        dying.stop()
        again = stand.engine(device)
        assert again.memory.pending == row
        stand.store(device.device_id, row.client_ref, EventKind.GROUP, row.body)
        stand.run()
        assert (again.memory.row.title, texts(again)) == ("Tiger", ["first"])
        assert len(again.memory.outbox) == 0

    def test_of_two_commits_in_one_epoch_the_later_is_lost(self, tmp_path: Path) -> None:
        """EN-004, EN-005"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        epoch = here.memory.row.epoch
        stand.begin_commit(here)
        stand.begin_commit(there)
        assert here.memory.pending is not None
        assert here.memory.row.epoch == epoch
        stand.run()
        assert here.memory.row.epoch == there.memory.row.epoch == epoch + 1
        assert here.memory.pending is there.memory.pending is None
        assert here.memory.secret is not None
        assert there.memory.secret is not None
        assert here.memory.secret.epoch_authenticator == there.memory.secret.epoch_authenticator

    def test_a_clock_that_the_server_corrects_is_followed(self, tmp_path: Path) -> None:
        """EN-011"""
        stand = Stand(tmp_path)
        (here,) = stand.operation("KE/otieno")
        stand.begin_commit(here)
        assert here.memory.pending is not None
        here.clock = ServerClock()
        client_ref = here.memory.pending.client_ref
        here.receive([Refused(stand.cug_id, client_ref, "groups.clock_apart", {"apart_seconds": 3600})])
        assert here.memory.pending is None
        assert abs(here.clock.now_ms() - local_ms() + 3_600_000) < 60_000

    def test_a_pending_commit_is_sent_again_after_a_restart(self, tmp_path: Path) -> None:
        """EN-006"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        stand.begin_commit(here)
        stand.links[here.memory.device.device_id].sent.clear()
        again = stand.engine(here.memory.device)
        for frame in again.resume():
            stand.links[again.memory.device.device_id].send(frame)
        stand.run()
        assert again.memory.pending is None
        assert again.memory.row.epoch == there.memory.row.epoch == 2
        assert again.memory.secret is not None
        assert there.memory.secret is not None
        assert again.memory.secret.epoch_authenticator == there.memory.secret.epoch_authenticator


class TestTwoHolders:
    def test_each_sees_what_the_other_wrote(self, tmp_path: Path) -> None:
        """EN-007"""
        stand = Stand(tmp_path)
        (here,) = stand.operation("KE/otieno")
        device = here.memory.device
        first_link = stand.links[device.device_id]
        twin = stand.engine(device, Profile.open(tmp_path / "KE-otieno-laptop", PASSWORD))
        here.queue(personal=chat("one"))
        stand.links[device.device_id].sent.extend(first_link.sent)
        stand.run()
        assert texts(twin) == texts(here) == ["one"]
        here.reading()
        assert here.memory.row == twin.memory.row
        stand.show(here, *stand.log)
        assert texts(here) == ["one"]

    def test_a_batch_that_fails_leaves_everything_as_it_was(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """EN-009"""
        stand = Stand(tmp_path)
        (here,) = stand.operation("KE/otieno")
        before = here.memory.row

        class Broken(DomainError):
            code = "test.broken"

        def broken(*_: object) -> None:
            here.memory.change(head_n=999)
            raise Broken

        monkeypatch.setattr(engine_module, "apply_events", broken)
        with pytest.raises(Broken):
            stand.show(here, *stand.log)
        monkeypatch.undo()
        here.reading()
        assert here.memory.row == before
