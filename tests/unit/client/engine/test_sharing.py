"""Rules of telling newcomers the past (PROTOCOL §4.2).

SH-001 under `full` one record brings the keys of the past; under `from_join` only title and templates
SH-002 it is in the outbox as soon as the admission has won, also where the device dies before it hears of that
SH-003 a commit that lost, or that admits nobody, tells nothing
"""

from __future__ import annotations

from pathlib import Path

from cencomm.client.admit import admission
from cencomm.client.committer import Intent
from cencomm.client.engine.committing import make_commit
from cencomm.client.engine.engine import CugEngine
from cencomm.client.engine.sharing import shareable_keys
from cencomm.crypto.group_context import History, Role
from cencomm.templates_forms.model import standard
from cencomm.wire.content import Profile, Template, encode_content
from tests.unit.client.engine.test_receive import talk
from tests.unit.client.stand import Stand, texts


def admitting(stand: Stand, by: CugEngine, name: str) -> Intent:
    device = stand.device(name)
    assert by.memory.group is not None
    intent = admission(by.memory.group, {device.officer_id: Role.OFFICER}, {device.officer_id: stand.guest(device)})
    assert intent is not None
    return intent


def send_off(stand: Stand, by: CugEngine, intent: Intent) -> None:
    """A commit on its way, with what it will have to tell."""
    with by.changing(durable=True) as tx:
        now_ms = stand.clock.now_ms()
        shares = intent.shares_history
        frame = make_commit(by.memory, tx, intent.proposals, intent.invited, now_ms, shares_history=shares)
    stand.links[by.memory.device.device_id].send(frame)


def joined(stand: Stand, name: str) -> CugEngine:
    engine = stand.engine(stand.device(name))
    stand.take_welcome(engine)
    stand.catch_up(engine)
    stand.run()
    return engine


class TestSharing:
    def test_under_full_one_record_brings_the_past(self, tmp_path: Path) -> None:
        """SH-001"""
        stand = Stand(tmp_path)
        here = stand.open("KE/otieno")
        talk(stand, here, "one", "two")
        count = len(stand.log)
        send_off(stand, here, admitting(stand, here, "FR/dupont"))
        stand.run()
        assert len(stand.log) == count + 2
        assert texts(joined(stand, "FR/dupont")) == ["one", "two"]

    def test_under_from_join_only_title_and_templates_come_again(self, tmp_path: Path) -> None:
        """SH-001"""
        stand = Stand(tmp_path)
        here = stand.open("KE/otieno", history=History.FROM_JOIN)
        template = standard("simplified_seizure")
        here.queue(personal=encode_content(Profile("Tiger")))
        here.queue(personal=encode_content(Template(template.encode())))
        talk(stand, here, "secret past")
        send_off(stand, here, admitting(stand, here, "FR/dupont"))
        stand.run()
        assert shareable_keys(here.memory, here.reading()) == ()
        newcomer = joined(stand, "FR/dupont")
        assert texts(newcomer) == []
        assert newcomer.memory.row.title == "Tiger"
        assert list(newcomer.memory.templates) == [template.hash]

    def test_a_device_that_dies_over_an_admission_tells_the_past_when_it_is_back(self, tmp_path: Path) -> None:
        """SH-002"""
        stand = Stand(tmp_path)
        here = stand.open("KE/otieno")
        talk(stand, here, "one")
        send_off(stand, here, admitting(stand, here, "FR/dupont"))
        device = here.memory.device
        frame = stand.links[device.device_id].sent.popleft()
        stand.links[device.device_id].connected = False
        stand.take(device.device_id, frame)  # the server has it; the device hears no more
        here.stop()
        again = stand.engine(device)
        newcomer = joined(stand, "FR/dupont")
        stand.run()
        assert again.memory.pending is None
        assert texts(newcomer) == ["one"]

    def test_what_did_not_win_tells_nothing(self, tmp_path: Path) -> None:
        """SH-003"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "BR/silva")
        talk(stand, here, "one")
        stand.begin_commit(there)
        other = stand.links[there.memory.device.device_id].sent.popleft()
        send_off(stand, here, admitting(stand, here, "FR/dupont"))
        stand.take(there.memory.device.device_id, other)
        count = len(stand.log)
        stand.run()
        send_off(stand, here, Intent(()))
        stand.run()
        assert len(stand.log) == count + 1
        assert len(here.memory.outbox) == 0
