"""Reading CUGs and their members (pages of events and Welcomes: test_event_log)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from cencomm.groups.model import CugState
from cencomm.ids import CugId, DeviceId, OfficerId
from cencomm.store.cugs import CugReader
from cencomm.store.log_writer import event_log_for
from cencomm.wire.frames import EventKind
from tests.store.databases import migrated
from tests.store.test_event_log import CUG, GROUP, HOOKS, ROSTER, commit, opening, record

PETIT = OfficerId("FR/petit")
OTIENO = OfficerId("KE/otieno")
ABSENT = CugId(b"x" * 16)


@pytest.fixture
async def reader(database_url: str) -> AsyncIterator[CugReader]:
    async with migrated(database_url) as database:
        log = event_log_for(database, HOOKS)
        await log.store([opening(), commit(0, {**ROSTER, PETIT: "officer"}), record(epoch=1), commit(1)], 1000)
        yield CugReader(database.engine)
        await log.close()


async def test_the_row_and_the_group_are_of_the_newest_epoch(reader: CugReader) -> None:
    cug = await reader.cug(CUG)
    assert cug is not None
    assert (cug.state, cug.group_id, cug.epoch, cug.last_seq, cug.opened_ms) == (CugState.OPEN, GROUP, 2, 4, 1000)
    group = await reader.group(CUG)
    assert group is not None
    assert group.cug == cug
    assert (group.made_by.seq, group.made_by.kind) == (4, EventKind.COMMIT)
    assert [member.account_id for member in group.members] == [PETIT, OTIENO]


async def test_what_is_not_there_is_none(reader: CugReader) -> None:
    assert await reader.cug(ABSENT) is None
    assert await reader.group(ABSENT) is None
    assert await reader.events_after(ABSENT, 0) == []
    assert await reader.welcome(CUG, DeviceId("FR/petit/laptop")) is None
    assert await reader.cug_of(OfficerId("XX/nobody"), CUG) is None
    assert await reader.last_seqs([ABSENT]) == {}
    assert await reader.rejections_after(CUG, 0) == []


async def test_the_removed_keep_their_place(reader: CugReader) -> None:
    found = await reader.cug_of(PETIT, CUG)
    assert found is not None
    assert (found[1].admitted_seq, found[1].removed_seq) == (2, 4)
    assert [cug.cug_id for cug, _ in await reader.cugs_of(PETIT, b"", 10)] == [CUG]
    assert await reader.cugs_of(PETIT, CUG, 10) == []


async def test_members_come_in_pages(reader: CugReader) -> None:
    first = await reader.members(CUG, "", 1)
    assert [named.membership.account_id for named in first] == [PETIT]
    rest = await reader.members(CUG, PETIT, 10)
    assert [named.membership.account_id for named in rest] == [OTIENO]


async def test_how_far_the_logs_have_come(reader: CugReader) -> None:
    assert await reader.last_seqs([CUG, ABSENT]) == {CUG: 4}
