"""Rules of getting over a handshake that could not be followed (PROTOCOL §2.3, §3.4).

RP-001 an altered commit is told, and the log read again from its place; the true one is followed, and that told, too
RP-002 what came after it comes again: nothing is missing, nothing doubled, and both sides have one head
RP-003 the same bytes again change nothing; the longer it lasts, the more seldom it is asked
RP-004 what was altered inside of a commit is got over from where the device stood, without a join from outside
RP-005 once a later handshake is followed, no other log is taken for the past
RP-006 an own commit that comes back altered is won once the true one is shown
RP-007 who watches is told what the log says now
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cencomm.client import model
from cencomm.client.committer import Intent
from cencomm.client.cug import Cug, CugServices
from cencomm.client.engine.engine import CugEngine
from cencomm.client.engine.repair import FIRST_WAIT_MS
from cencomm.client.model import Item
from cencomm.crypto.events import CommitBody
from cencomm.crypto.mls.public.framing import PublicMessage, decode_message, encode_message
from cencomm.wire.content import Chat
from cencomm.wire.frames import Event, Subscribe
from tests.unit.client.engine.test_receive import items, talk
from tests.unit.client.stand import Stand, alarms, altered, api_of, chat, texts


def flipped(event: Event) -> Event:
    """No signature holds over that."""
    body = bytearray(event.body)
    body[200] ^= 1
    return altered(event, body=bytes(body))


def retagged(event: Event) -> Event:
    """Only a member sees that the confirmation is wrong; its hash goes into what comes next."""
    body = CommitBody.decode(event.body)
    message = decode_message(body.mls_message).body
    assert isinstance(message, PublicMessage)
    tag = message.auth.confirmation_tag
    assert tag is not None
    auth = replace(message.auth, confirmation_tag=bytes([tag[0] ^ 1]) + tag[1:])
    return altered(event, body=replace(body, mls_message=encode_message(replace(message, auth=auth))).encode())


def behind(stand: Stand, alter: Callable[[Event], Event]) -> tuple[CugEngine, CugEngine]:
    """`there` was shown an altered commit, and what was said after it."""
    here, there = stand.operation("KE/otieno", "FR/dupont")
    talk(stand, here, "before")
    link = stand.links[there.memory.device.device_id]
    link.connected = False
    stand.begin_commit(here)
    stand.run()
    commit = stand.log[-1]
    talk(stand, here, "one", "two")
    log = [alter(event) if event is commit else event for event in stand.log]
    stand.show(there, *log)
    link.sent.clear()
    assert texts(there) == ["before"]
    assert there.memory.row.refused_seq == commit.seq
    return here, there


def shown_again(stand: Stand, engine: CugEngine) -> None:
    """The server shows the true log from where the engine asks for it."""
    link = stand.links[engine.memory.device.device_id]
    link.connected = True
    engine.read_again()
    (asked,) = [frame for frame in link.sent if isinstance(frame, Subscribe)]
    link.sent.clear()
    stand.show(engine, *stand.log[asked.after_seq :])
    stand.run()


class TestRepair:
    @pytest.mark.parametrize(("alter", "told"), [(flipped, "handshake_refused"), (retagged, "commit_broken")])
    def test_the_true_commit_is_followed_when_it_is_shown(
        self, tmp_path: Path, alter: Callable[[Event], Event], told: str
    ) -> None:
        """RP-001, RP-002, RP-004"""
        stand = Stand(tmp_path)
        here, there = behind(stand, alter)
        assert told in alarms(there)
        assert "log_changed" not in alarms(there)
        shown_again(stand, there)
        assert "log_changed" in alarms(there)
        assert texts(there) == ["before", "one", "two"]
        assert [item.seq for item in items(there)] == sorted({item.seq for item in items(there)})
        assert there.memory.head == here.memory.head
        assert there.memory.secret is not None
        assert here.memory.secret is not None
        assert there.memory.secret.epoch_authenticator == here.memory.secret.epoch_authenticator
        assert (there.memory.row.refused_seq, there.memory.row.broken) == (0, "")
        assert there.reading().count(model.before(stand.cug_id)) == 0
        there.queue(personal=chat("and on"))
        stand.run()
        assert texts(here)[-1] == texts(there)[-1] == "and on"
        again = stand.engine(there.memory.device)
        assert (again.memory.head, texts(again)) == (there.memory.head, texts(there))

    def test_the_same_bytes_again_change_nothing(self, tmp_path: Path) -> None:
        """RP-003"""
        stand = Stand(tmp_path)
        _, there = behind(stand, flipped)
        link, row, shown = stand.links[there.memory.device.device_id], there.memory.row, items(there)
        link.connected = True
        altered_log = [flipped(event) if event.seq == row.refused_seq else event for event in stand.log]
        for _ in range(3):
            there.read_again()
        assert len(link.sent) == 1
        stand.show(there, *altered_log[row.refused_seq - 1 :])
        assert (there.memory.row, items(there)) == (row, shown)
        link.sent.clear()
        waits = []
        for _ in range(4):
            start, clock = stand.clock.now_ms(), stand.clock
            waited = 0
            while not link.sent:
                waited += FIRST_WAIT_MS
                clock.at_ms += FIRST_WAIT_MS
                there.read_again()
            assert clock.now_ms() - start == waited
            waits.append(waited // FIRST_WAIT_MS)
            link.sent.clear()
        assert waits == [1, 2, 4, 8]

    def test_after_a_later_handshake_no_other_past_is_taken(self, tmp_path: Path) -> None:
        """RP-005"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        stand.links[there.memory.device.device_id].connected = False
        stand.begin_commit(here)
        stand.run()
        true = stand.log[-1]
        stand.show(there, flipped(true), altered(true, seq=true.seq + 1))
        assert there.memory.row.refused_seq == 0
        head = there.memory.head
        stand.show(there, true)
        assert there.memory.head == head
        assert "log_changed" not in alarms(there)

    def test_an_own_commit_that_came_back_altered_is_won_in_the_end(self, tmp_path: Path) -> None:
        """RP-006"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        link = stand.links[there.memory.device.device_id]
        stand.begin_commit(there, Intent(()))
        frame = link.sent.popleft()
        link.connected = False
        stand.take(there.memory.device.device_id, frame)
        stand.show(there, flipped(stand.log[-1]))
        assert there.memory.pending is not None
        shown_again(stand, there)
        assert there.memory.pending is None
        assert there.memory.head == here.memory.head
        assert there.memory.secret is not None

    async def test_who_watches_is_told_what_the_log_says_now(self, tmp_path: Path) -> None:
        """RP-007"""
        stand = Stand(tmp_path)
        _, there = behind(stand, flipped)
        api, _ = api_of(stand, there.memory.device)
        services = CugServices(
            api, stand.profile(there.memory.device), stand.clock, lambda work: work.close(), lambda: None
        )
        seen: list[Item] = []

        async def watch() -> None:
            async for item in Cug(there, services).watch():
                seen.append(item)

        watching = asyncio.ensure_future(watch())
        await asyncio.sleep(0)
        shown_again(stand, there)
        await asyncio.sleep(0)
        there.stop()
        await asyncio.wait_for(watching, 5)
        assert [item.content.text for item in seen if isinstance(item.content, Chat)] == ["one", "two"]
