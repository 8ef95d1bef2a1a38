"""Release to the CEN core through real processes: a seizure leaves its group as a case, and the group hears of it.

RE-01 the case stands in the core with exactly what was shown, and nothing there tells the group, the record or a name
RE-02 released again nothing is new, neither in the core nor in the group
RE-03 another officer has the receipt as a record; a national case number stays in the group
RE-04 free text leaves only by the contact point's account
RE-05 free text that holds a value of a nominal field is refused: the core stores nothing, the group hears nothing
RE-06 an amended record amends its case, a withdrawal withdraws it
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from cen_core.api import Level, Role, Wanted
from cen_core.edge.deployment import DATABASE_FILE, opened
from cen_core.model.principal import Principal
from cencomm.client.core import CoreApi, CoreCase
from cencomm.client.cug import Cug
from cencomm.client.errors import ServerRefused
from cencomm.client.model import Item, ItemKind
from cencomm.client.release import Prepared, Releasable, Where, prepare, releasable, release, withdraw
from cencomm.crypto.primitives import argon2id
from cencomm.ids import ClientRef
from cencomm.main import core_place
from cencomm.templates_forms.errors import NominalInWords
from cencomm.templates_forms.model import Answers, standard
from cencomm.wire.content import Form, Released
from tests.e2e.world import World, operation
from tests.servers import RunningServer
from tests.unit.templates_forms.forms import good

pytestmark = pytest.mark.asyncio(loop_scope="module")

CORE_PASSWORD = "seven calm herons"
OFFICER, NCP = "KE/otieno", "KE/ncp"
CASE_NUMBER = "KE-2026-00817"
TITLE = "Operation Quiet Heron"


class Core:
    """What the core stores, read behind its back."""

    def __init__(self, server: RunningServer) -> None:
        self.url = server.url
        self._file = server.data_dir / DATABASE_FILE

    async def invite(self, server: RunningServer) -> None:
        """A contact point and an officer of Kenya with `CORE_PASSWORD`; before the server runs."""
        async with opened(core_place(server.settings), argon2id) as (_, people):
            desk = Principal("", Level.UNLIMITED, "", "secretariat/desk", Role.SECRETARIAT)
            contact_point = Principal("KE", Level.UNLIMITED, "esa", NCP, Role.NCP)
            for voucher, wanted in (
                (desk, Wanted(NCP, Role.NCP, Level.UNLIMITED, "KE", "esa")),
                (contact_point, Wanted(OFFICER, Role.OFFICER, Level.UNLIMITED, "KE")),
            ):
                await people.accept(await people.invite(voucher, wanted), CORE_PASSWORD)

    @contextlib.asynccontextmanager
    async def signed_in(self, officer: str) -> AsyncIterator[CoreApi]:
        async with CoreApi(self.url) as api:
            await api.sign_in(officer, CORE_PASSWORD)
            yield api

    def stored(self) -> str:
        """Everything of cases, as SQL that would make it again; sessions come and go and are left out."""
        with contextlib.closing(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True)) as database:
            return "\n".join(line for line in database.iterdump() if "session" not in line)


@dataclass(frozen=True, slots=True)
class Group:
    """As an officer of Kenya has it and one of France, and the core beside their server."""

    core: Core
    here: Cug
    there: Cug


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def group(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Group]:
    folder = tmp_path_factory.mktemp("release")
    data = folder / "server"
    server = RunningServer(data, f"sqlite:///{data}/cencomm.sqlite3", environment={"CENCOMM_CEN": "on"})
    core = Core(server)
    await core.invite(server)
    try:
        world = await World.found(folder, server)
        async with world.officer(OFFICER) as otieno, world.officer("FR/dupont") as dupont:
            here, there = await operation(otieno, dupont, title=TITLE)
            await here.publish_template(standard("simplified_seizure"))
            await here.flush()
            yield Group(core, here, there)
    finally:
        if server.is_running:
            await server.kill_async()


async def submitted(cug: Cug, answers: Answers, amends: Item | None = None) -> Releasable:
    """A seizure in the group, or a new version of one."""
    (template,) = cug.templates()
    if amends is None:
        client_ref = await cug.submit(template.hash, answers)
    else:
        form = amends.content
        assert isinstance(form, Form)
        replaces = ClientRef(amends.client_ref)
        client_ref = await cug.submit(template.hash, answers, replaces=replaces, record_id=form.record_id)
    await cug.flush()
    return record(cug, client_ref)


def record(cug: Cug, client_ref: bytes) -> Releasable:
    (found,) = [one for one in releasable(cug.items()) if one.item.client_ref == client_ref]
    return found


async def heard(group: Group, record_id: bytes) -> list[Released]:
    """The receipts of a record as the other officer has them, once he has all that is here."""
    assert group.here.waiting() == 0
    await group.there.wait_seq(group.here.last_seq)
    found = [item.content for item in group.there.items() if item.kind is ItemKind.RELEASED]
    return [one for one in found if isinstance(one, Released) and one.record_id == record_id]


async def must_stand(api: CoreApi, case: CoreCase, prepared: Prepared) -> None:
    """What the core shows of a case is what was shown before it left, and no more."""
    view = await api.read(case.case_id)
    assert (view.member, view.state, view.version) == ("KE", "submitted", case.version)
    assert view.content == prepared.projection.data


async def test_a_seizure_becomes_a_case_that_tells_nothing_of_its_group(group: Group) -> None:
    """RE-01, RE-02, RE-03"""
    core, here = group.core, group.here
    found = await submitted(here, good(national_case_ref=CASE_NUMBER, offence_place="near the yard"))
    assert found.where is Where.HERE
    prepared = prepare(here, found)
    async with core.signed_in(OFFICER) as api:
        case = await release(here, api, prepared)
        await must_stand(api, case, prepared)
        stored = core.stored()
        assert case.case_id in stored
        for secret in (TITLE, CASE_NUMBER, here.id.hex(), here.group_id.hex(), "dupont"):
            assert secret.lower() not in stored.lower()
        for identifier in (found.form.record_id, found.item.client_ref, found.form.template_hash):
            assert identifier.hex() not in stored.lower()
        (receipt,) = await heard(group, found.form.record_id)
        paths = tuple(one.path for one in prepared.projection.leaving)
        assert (receipt.case_id, receipt.state, receipt.fields) == (case.case_id, "submitted", paths)
        assert not {"national_case_ref", "offence_place"} & set(paths)

        assert await release(here, api, prepare(here, found)) == case
    assert core.stored() == stored
    assert await heard(group, found.form.record_id) == [receipt]
    for cug in (here, group.there):
        assert record(cug, found.item.client_ref).where is Where.RELEASED


async def test_the_case_follows_its_record(group: Group) -> None:
    """RE-06"""
    core, here = group.core, group.here
    first = await submitted(here, good(national_case_ref=CASE_NUMBER))
    async with core.signed_in(OFFICER) as api:
        case = await release(here, api, prepare(here, first))
        changed = await submitted(here, good(national_case_ref=CASE_NUMBER, persons_arrested=2), first.item)
        assert changed.where is Where.CHANGED
        prepared = prepare(here, changed)
        amended = await release(here, api, prepared)
        assert (amended.case_id, amended.version) == (case.case_id, case.version + 1)
        await must_stand(api, amended, prepared)

        withdrawn = await withdraw(here, api, changed, "mistake")
        assert (withdrawn.case_id, withdrawn.state) == (case.case_id, "withdrawn")
        assert await withdraw(here, api, changed, "mistake") == withdrawn
        assert (await api.read(case.case_id)).state == "withdrawn"
    told = [(one.version, one.state) for one in await heard(group, first.form.record_id)]
    versions = (first.item.client_ref, changed.item.client_ref, changed.item.client_ref)
    assert told == list(zip(versions, ("submitted", "submitted", "withdrawn"), strict=True))
    assert record(group.there, changed.item.client_ref).where is Where.WITHDRAWN


async def test_free_text_leaves_by_the_contact_point_and_never_with_a_name(group: Group) -> None:
    """RE-04, RE-05"""
    core, here = group.core, group.here
    before = core.stored()
    named = good(national_case_ref=CASE_NUMBER, offence_place=f"yard, see {CASE_NUMBER.lower()}")
    first = await submitted(here, named)
    with pytest.raises(NominalInWords) as refused:
        prepare(here, first, words_read=True)
    assert refused.value.facts == {"path": "offence_place", "nominal": "national_case_ref"}

    second = await submitted(here, good(national_case_ref=CASE_NUMBER, offence_place="near the yard"), first.item)
    prepared = prepare(here, second, words_read=True)
    async with core.signed_in(OFFICER) as api:
        with pytest.raises(ServerRefused) as unread:
            await release(here, api, prepared)
    assert unread.value.server_code == "cen.words_unread"
    assert core.stored() == before
    assert await heard(group, first.form.record_id) == []

    async with core.signed_in(NCP) as api:
        case = await release(here, api, prepared)
        await must_stand(api, case, prepared)
        assert (await api.read(case.case_id)).read_by == NCP
    assert [one.case_id for one in await heard(group, first.form.record_id)] == [case.case_id]
