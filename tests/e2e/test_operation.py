"""One operation by several people through a real server, on both databases.

OP-001 an officer is invited, enrols, is certified, is admitted, and both read what the other writes
OP-002 a form is judged before it is sent and again on receipt; an invalid one sends nothing
OP-003 a removed officer's client opens nothing that came after, and says that it is out
OP-004 a late one reads the past under `full` and nothing earlier under `from_join`
OP-005 a new device joins by external commit, has the past from the vault, and is confirmed by another officer's record
OP-006 who leaves is removed by the organiser's client
OP-007 closing ends the CUG for everybody and destroys the keys; nothing can be sent after
OP-008 after a restart of the client everything is there, and it goes on where it stopped
OP-009 an officer who was admitted before he ever connected joins when he does
OP-010 a successor group takes over everybody and everything goes on
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from cencomm.client.api import Client
from cencomm.client.cug import Cug, CugState
from cencomm.client.errors import FormInvalid, GroupClosed, NothingToChange, NotMember
from cencomm.client.model import ItemKind, Standing
from cencomm.crypto.group_context import History, Role
from cencomm.ids import OfficerId
from cencomm.templates_forms.model import standard
from cencomm.templates_forms.samples import sample_records
from tests.e2e.world import PASSWORD, World, operation, texts
from tests.servers import RunningServer

PATIENCE_SECONDS = 30
NewServer = Callable[[], RunningServer]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await asyncio.sleep(0.02)


async def say(cug: Cug, *said: str) -> None:
    for text in said:
        await cug.send_text(text)
    await cug.flush(PATIENCE_SECONDS)


async def all_at(*cugs: Cug) -> None:
    newest = max(cug.last_seq for cug in cugs)
    for cug in cugs:
        await cug.wait_seq(newest, PATIENCE_SECONDS)


class TestOperation:
    async def test_two_officers_talk_and_report(self, new_server: NewServer, tmp_path: Path) -> None:
        """OP-001, OP-002, OP-008"""
        world = await World.found(tmp_path, new_server())
        async with world.officer("KE/otieno") as otieno, world.officer("FR/dupont") as dupont:
            here, there = await operation(otieno, dupont)
            assert (here.title, here.operation_code) == ("Operation Tiger", "OT26")
            await say(here, "ready")
            await say(there, "prêt")
            template = standard("simplified_seizure")
            await here.publish_template(template)
            await here.flush()
            await there.caught_up()
            assert [known.hash for known in there.templates()] == [template.hash]
            await self._report(there, template.hash)
            await all_at(here, there)
            assert texts(here) == texts(there) == ["ready", "prêt"]
            assert here.alarms() == there.alarms() == []
            assert here.epoch_authenticator == there.epoch_authenticator
            before = [(item.seq, item.kind, item.sender) for item in there.items()]
            cug_id = there.id
        async with Client.open(world.profile("FR/dupont"), PASSWORD) as dupont:
            there = dupont.cug("Operation Tiger")
            assert [(item.seq, item.kind, item.sender) for item in there.items()] == before
            await dupont.connect()
            assert dupont.cug(cug_id) is there
            await say(there, "back")
            assert texts(there)[-1] == "back"

    async def _report(self, cug: Cug, template_hash: bytes) -> None:
        sample = sample_records(1, seed=4)[0]
        with pytest.raises(FormInvalid) as refused:
            await cug.submit(template_hash, {**sample.answers, "offence_at": "yesterday"})
        assert refused.value.findings
        assert cug.waiting() == 0
        client_ref = await cug.submit(template_hash, sample.answers)
        await cug.flush()
        (form,) = [item for item in cug.items() if item.kind is ItemKind.FORM]
        assert form.client_ref == client_ref
        assert form.answers == sample.answers
        assert not [finding for finding in form.findings if finding.level == "error"]
        assert form.standing is Standing.VERIFIED

    async def test_members_come_and_go(self, new_server: NewServer, tmp_path: Path) -> None:
        """OP-003, OP-004 under `full`, OP-006, OP-009"""
        world = await World.found(tmp_path, new_server())
        async with world.officer("KE/otieno") as otieno, world.officer("FR/dupont") as dupont:
            here, there = await operation(otieno, dupont)
            await say(there, "before")
            await here.remove(OfficerId("FR/dupont"))
            await say(here, "after the removal")
            await until(lambda: there.state is CugState.REMOVED)
            assert texts(there) == ["before"]
            with pytest.raises(NotMember):
                await there.send_text("still here?")
            with pytest.raises(NothingToChange):
                await here.remove(OfficerId("FR/dupont"))

            await world.enrol_officer("BR/silva")
            await here.admit(OfficerId("BR/silva"))
            async with world.officer("BR/silva") as silva:
                late = await silva.wait_for_cug(here.id, PATIENCE_SECONDS)
                await until(lambda: texts(late) == ["before", "after the removal"])
                await here.admit(OfficerId("FR/dupont"))
                await until(lambda: there.state is CugState.OPEN)
                await until(lambda: texts(there) == ["before", "after the removal"])
                await late.leave("goodbye")
                await until(lambda: late.state is CugState.REMOVED)
                assert {member.officer_id for member in here.members()} == {"KE/otieno", "FR/dupont"}

    async def test_from_join_keeps_the_past_from_newcomers(self, new_server: NewServer, tmp_path: Path) -> None:
        """OP-004 under `from_join`"""
        world = await World.found(tmp_path, new_server())
        async with world.officer("KE/otieno") as otieno, world.officer("FR/dupont") as dupont:
            here = await otieno.open_cug("Operation Tiger", history=History.FROM_JOIN)
            await say(here, "before")
            await here.admit(OfficerId("FR/dupont"))
            there = await dupont.wait_for_cug(here.id)
            await say(here, "since")
            await all_at(here, there)
            assert texts(there) == ["since"]
            assert [item.standing for item in there.items() if item.kind is ItemKind.LOCKED] == [Standing.LOCKED] * 2
            await until(lambda: there.title == "Operation Tiger")

    async def test_a_new_device_joins_from_outside(self, new_server: NewServer, tmp_path: Path) -> None:
        """OP-005, OP-007"""
        world = await World.found(tmp_path, new_server())
        async with world.officer("KE/otieno") as otieno, world.officer("FR/dupont") as dupont:
            here, there = await operation(otieno, dupont)
            await say(here, "one")
            await say(there, "two")
            await dupont.disconnect()  # at once: what its vault is about to get it gets before
            await otieno.disconnect()
            async with world.officer("FR/dupont", "phone") as phone:
                second = await phone.wait_for_cug(here.id, PATIENCE_SECONDS)
                await until(lambda: texts(second) == ["one", "two"])  # with nobody there who could be asked
                await otieno.connect()
                await dupont.connect()
                assert not second.confirmed
                assert {alarm.code for alarm in second.alarms()} == {"not_confirmed"}
                await say(second, "from the phone")
                assert not second.confirmed
                await say(here, "seen")
                await all_at(here, there, second)
                assert second.confirmed
                assert texts(there) == texts(here) == texts(second)
                devices = {member.officer_id: member.devices for member in here.members()}
                assert set(devices[OfficerId("FR/dupont")]) == {"FR/dupont/laptop", "FR/dupont/phone"}
                await here.close()
                await until(lambda: second.state is there.state is CugState.CLOSED)
                assert here.state is CugState.CLOSED
                for cug in (here, there, second):
                    with pytest.raises(GroupClosed):
                        await cug.send_text("too late")
                    assert cug.epoch_authenticator is None

    async def test_a_successor_group_goes_on(self, new_server: NewServer, tmp_path: Path) -> None:
        """OP-010"""
        world = await World.found(tmp_path, new_server())
        async with world.officer("KE/otieno") as otieno, world.officer("FR/dupont") as dupont:
            here, there = await operation(otieno, dupont)
            await say(there, "old group")
            first = here.group_id
            await here.start_successor()
            await until(lambda: there.joined and there.group_id != first)
            await all_at(here, there)
            await say(there, "new group")
            await say(here, "indeed")
            await all_at(here, there)
            assert texts(here) == texts(there) == ["old group", "new group", "indeed"]
            assert here.epoch_authenticator == there.epoch_authenticator
            assert {member.role for member in here.members()} == {Role.ORGANISER, Role.OFFICER}
