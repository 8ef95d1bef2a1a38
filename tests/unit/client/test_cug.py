"""Rules of a CUG as a program sees it.

CG-001 state, members, role, title and history are those of the group
CG-002 what is sent is read; what may not be sent is refused and nothing is queued
CG-003 a form is judged before it is queued, and split into its parts
CG-004 watching shows what comes, and ends when the CUG is left or closed
CG-005 only who may extract announces an extraction
CG-006 a refusal for good comes out of `flush`; what was written is kept until it is discarded, also over a restart
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cencomm.client.cug import Cug, CugServices, CugState
from cencomm.client.engine.engine import CugEngine
from cencomm.client.errors import (
    FormInvalid,
    GroupClosed,
    MayNotExtract,
    NotMember,
    NotYetJoined,
    RecordTooLarge,
    SendRefused,
    ServerUnreachable,
    TemplateUnknown,
    TemplateVersionTaken,
)
from cencomm.client.model import Item, ItemKind
from cencomm.crypto.group_context import History, Role
from cencomm.templates_forms.model import Template, standard
from cencomm.templates_forms.samples import sample_records
from cencomm.wire.content import Chat, Form, decode_content
from cencomm.wire.frames import RECORD_BYTES, Refused
from tests.unit.client.engine.test_receive import talk
from tests.unit.client.stand import Stand, api_of, texts
from tests.unit.client.test_admit import beside

TEMPLATE = standard("simplified_seizure")


def cug_of(stand: Stand, engine: CugEngine) -> Cug:
    api, _ = api_of(stand, engine.memory.device)

    def later(work: Coroutine[Any, Any, object]) -> None:
        work.close()

    services = CugServices(api, stand.profile(engine.memory.device), stand.clock, later, lambda: None)
    return Cug(engine, services)


class TestShape:
    def test_it_is_what_the_group_says(self, tmp_path: Path) -> None:
        """CG-001"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        organiser, officer = cug_of(stand, here), cug_of(stand, there)
        assert (organiser.state, organiser.role, organiser.may_extract) == (CugState.OPEN, Role.ORGANISER, True)
        assert (officer.role, officer.may_extract, officer.history) == (Role.OFFICER, False, History.FULL)
        assert [(member.officer_id, member.devices, member.administration) for member in officer.members()] == [
            ("FR/dupont", ("FR/dupont/laptop",), "FR"),
            ("KE/otieno", ("KE/otieno/laptop",), "KE"),
        ]
        assert officer.members()[1].display_name == "Name of KE/otieno"
        assert (officer.epoch, officer.last_seq, officer.id) == (1, 2, stand.cug_id)
        assert officer.head_hash == organiser.head_hash
        assert officer.group_id == organiser.group_id
        assert officer.confirmed
        outsider = cug_of(stand, stand.engine(stand.device("KE/otieno", "phone")))
        assert (outsider.state, outsider.members(), outsider.role) == (CugState.JOINING, (), None)
        assert outsider.history is History.FULL


class TestSending:
    async def test_what_is_sent_is_read(self, tmp_path: Path) -> None:
        """CG-002"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        cug, other = cug_of(stand, here), cug_of(stand, there)
        client_ref = await cug.send_text("one", "en")
        await other.send_text("two", reply_to=client_ref, mentions=[here.memory.device.officer_id])
        assert other.waiting() == 1
        await beside(stand, other.flush())
        assert [item.content for item in cug.items(2)] == [
            Chat("one", "en"),
            Chat("two", reply_to=client_ref, mentions=("KE/otieno",)),
        ]
        item = cug.item(3)
        assert item is not None
        assert item.client_ref == client_ref
        assert cug.item(99) is None

    async def test_what_may_not_be_sent_is_refused(self, tmp_path: Path) -> None:
        """CG-002"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        outsider = cug_of(stand, stand.engine(stand.device("BR/silva")))
        with pytest.raises(NotYetJoined):
            await outsider.send_text("let me in")
        stand.remove(here, "FR/dupont")
        removed = cug_of(stand, there)
        with pytest.raises(NotMember):
            await removed.leave()
        with here.changing():
            here.memory.change(closed_seq=9)
        closed = cug_of(stand, here)
        with pytest.raises(GroupClosed):
            await closed.send_text("too late")
        with pytest.raises(GroupClosed):
            await closed.close()
        assert outsider.waiting() == removed.waiting() == closed.waiting() == 0

    async def test_a_refusal_for_good_comes_out(self, tmp_path: Path) -> None:
        """CG-006"""
        stand = Stand(tmp_path)
        (here,) = stand.operation("KE/otieno")
        cug = cug_of(stand, here)
        client_ref = await cug.send_text("big")
        with pytest.raises(ServerUnreachable):
            await cug.flush(0.01)
        here.receive([Refused(stand.cug_id, client_ref, "wire.too_large")])
        with pytest.raises(SendRefused) as refused:
            await cug.flush()
        assert refused.value.facts == {"reason": "wire.too_large", "count": 1}
        await cug.flush()
        again = cug_of(stand, stand.engine(here.memory.device))
        for known in (cug, again):
            (kept,) = known.unsent()
            assert (kept.client_ref, kept.reason, kept.content) == (client_ref, "wire.too_large", Chat("big"))
        assert again.waiting() == 0
        assert again.discard(client_ref)
        assert not again.discard(client_ref)
        assert again.unsent() == ()


class TestForms:
    async def test_a_form_is_judged_before_it_is_queued(self, tmp_path: Path) -> None:
        """CG-003"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        cug, other = cug_of(stand, here), cug_of(stand, there)
        answers = sample_records(1, seed=9)[0].answers
        with pytest.raises(TemplateUnknown):
            await other.submit(TEMPLATE.hash, answers)
        await cug.publish_template(TEMPLATE)
        stand.run()
        assert [template.hash for template in other.templates()] == [TEMPLATE.hash]
        with pytest.raises(FormInvalid) as refused:
            await other.submit(TEMPLATE.hash, {})
        assert all(finding.level == "error" for finding in refused.value.findings)
        assert other.waiting() == 0
        await other.submit(TEMPLATE.hash, answers)
        stand.run()
        item = cug.items()[-1]
        assert item.answers == answers
        public, personal = decode_content(item.public), decode_content(item.personal)
        assert isinstance(public, Form)
        assert isinstance(personal, Form)
        assert public.record_id == personal.record_id
        assert "national_case_ref" not in public.answers

    async def test_a_version_that_is_published_never_changes(self, tmp_path: Path) -> None:
        stand = Stand(tmp_path)
        cug = cug_of(stand, stand.operation("KE/otieno", "FR/dupont")[0])
        await cug.publish_template(TEMPLATE)
        stand.run()
        other = msgspec.structs.replace(TEMPLATE, rules=())
        with pytest.raises(TemplateVersionTaken):
            await cug.publish_template(other)
        assert cug.waiting() == 0
        assert [template.hash for template in cug.templates()] == [TEMPLATE.hash]
        await cug.publish_template(msgspec.structs.replace(other, version=TEMPLATE.version + 1))
        stand.run()
        assert [template.version for template in cug.templates()] == [TEMPLATE.version, TEMPLATE.version + 1]


class TestWatching:
    async def test_it_shows_what_comes_and_ends(self, tmp_path: Path) -> None:
        """CG-004"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        talk(stand, here, "before")
        seen: list[Item] = []

        async def watch(after: int | None) -> None:
            async for item in cug_of(stand, there).watch(after):
                seen.append(item)

        everything = asyncio.ensure_future(watch(0))
        fresh = asyncio.ensure_future(watch(None))
        await asyncio.sleep(0)
        talk(stand, here, "one")
        await asyncio.sleep(0.01)
        stand.remove(here, "FR/dupont")
        await asyncio.wait_for(asyncio.gather(everything, fresh), 5)
        said = [item.content.text for item in seen if isinstance(item.content, Chat)]
        assert sorted(said) == ["before", "one", "one"]
        assert [item.kind for item in seen].count(ItemKind.MEMBERS) == 3
        assert texts(there) == ["before", "one"]


class TestExtraction:
    async def test_only_who_may_extract_announces(self, tmp_path: Path) -> None:
        """CG-005"""
        stand = Stand(tmp_path)
        here, there = stand.operation("KE/otieno", "FR/dupont")
        with pytest.raises(MayNotExtract):
            await cug_of(stand, there).announce_extraction(bytes(32), 5, 2)
        found: list[int] = []

        async def announce() -> None:
            found.append(await cug_of(stand, here).announce_extraction(bytes(32), 5, 2))

        await beside(stand, announce())
        assert found == [3]
        assert cug_of(stand, there).items()[-1].kind is ItemKind.EXTRACTION

    async def test_an_announcement_that_did_not_reach_the_server_is_taken_back(self, tmp_path: Path) -> None:
        """CG-005"""
        stand = Stand(tmp_path)
        (here,) = stand.operation("KE/otieno")
        cug = cug_of(stand, here)
        with pytest.raises(ServerUnreachable):
            await cug.announce_extraction(bytes(32), 5, 2, seconds=0.01)
        assert cug.waiting() == 0


class TestSize:
    async def test_a_template_that_no_server_would_take_is_not_queued(self, tmp_path: Path) -> None:
        """CG-002"""
        stand = Stand(tmp_path)
        (here,) = stand.operation("KE/otieno")
        cug = cug_of(stand, here)
        with pytest.raises(RecordTooLarge):
            await cug.publish_template(large_template())
        with pytest.raises(RecordTooLarge):
            await cug.send_text("x" * RECORD_BYTES)
        assert cug.waiting() == 0
        assert cug.unsent() == ()


def large_template() -> Template:
    """Valid, and larger than any record may be."""
    document = json.loads(TEMPLATE.encode())
    codes = [{"key": f"CODE{number}"} for number in range(RECORD_BYTES // 16)]
    document["code_lists"].append({"codes": codes, "key": "zz_many", "words": "cldr_territory"})
    return Template.decode(json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())
