"""The log's transaction on a real database: places, resends, epochs, members, and nothing where it refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from cencomm.errors import DomainError
from cencomm.groups.log import CugEnds, NewEpoch, Outcome, Receipt, Submission
from cencomm.groups.model import START_OF_GROUP
from cencomm.ids import ClientRef, CugId, DeviceId, GroupId, OfficerId, new_client_ref
from cencomm.store.cugs import CugReader
from cencomm.store.event_log import Hooks
from cencomm.store.log_writer import EventLog, event_log_for
from cencomm.store.tables import metadata
from cencomm.wire.frames import EventKind, WelcomeFor
from tests.store.databases import migrated

CUG = CugId(b"c" * 16)
GROUP = GroupId(b"g" * 16)
DEVICE = DeviceId("KE/otieno/laptop")
OTHER = DeviceId("FR/petit/laptop")
ROSTER = {OfficerId("KE/otieno"): "organiser"}
HOOKS = Hooks(
    event_hash=lambda event: bytes([event.kind]) + event.client_ref + event.body,
    without_seals=lambda kind, body: body.split(b"|")[0],
)


@dataclass
class Stand:
    engine: AsyncEngine
    log: EventLog
    reader: CugReader

    async def store(self, *batch: Submission, now_ms: int = 1000) -> list[Outcome]:
        return await self.log.store(batch, now_ms)

    async def counts(self) -> dict[str, int]:
        async with self.engine.connect() as connection:
            return {
                table.name: (await connection.execute(select(func.count()).select_from(table))).scalar_one()
                for table in metadata.sorted_tables
            }


@pytest.fixture
async def stand(database_url: str) -> AsyncIterator[Stand]:
    async with migrated(database_url) as database:
        log = event_log_for(database, HOOKS)
        yield Stand(database.engine, log, CugReader(database.engine))
        await log.close()


def epoch_of(number: int, roster: dict[OfficerId, str], welcomes: Sequence[WelcomeFor] = ()) -> NewEpoch:
    return NewEpoch(GROUP, number, number - 1, b"tree", b"info", roster, tuple(welcomes))


def opening(client_ref: ClientRef | None = None, group_id: GroupId = GROUP) -> Submission:
    effect = NewEpoch(group_id, 0, START_OF_GROUP, b"tree", b"info", ROSTER, opens_cug=True)
    return Submission(CUG, DEVICE, client_ref or new_client_ref(), EventKind.GROUP, b"start|seals", effect=effect)


def record(body: bytes = b"sealed", epoch: int = 0, sender: DeviceId = DEVICE, ref: bytes | None = None) -> Submission:
    client_ref = ClientRef(ref) if ref is not None else new_client_ref()
    return Submission(CUG, sender, client_ref, EventKind.RECORD, body, judged_in=(GROUP, epoch))


def commit(epoch: int, roster: dict[OfficerId, str] = ROSTER, welcomes: Sequence[WelcomeFor] = ()) -> Submission:
    return Submission(
        CUG,
        DEVICE,
        new_client_ref(),
        EventKind.COMMIT,
        b"commit|seals",
        judged_in=(GROUP, epoch),
        effect=epoch_of(epoch + 1, roster, welcomes),
    )


def code(outcome: Outcome) -> str:
    assert isinstance(outcome, DomainError)
    return outcome.code


class TestPlaces:
    async def test_the_first_event_opens_the_cug_and_the_next_follow_without_gap(self, stand: Stand) -> None:
        outcomes = await stand.store(opening(), record(), record())
        assert outcomes == [Receipt(1, 1000), Receipt(2, 1000), Receipt(3, 1000)]
        assert [event.seq for event in await stand.reader.events_after(CUG, 0)] == [1, 2, 3]

    async def test_time_never_decreases_within_a_cug(self, stand: Stand) -> None:
        await stand.store(opening(), now_ms=5000)
        assert await stand.store(record(), now_ms=4000) == [Receipt(2, 5000)]

    async def test_the_same_bytes_again_get_their_seq_again(self, stand: Stand) -> None:
        first = record(ref=b"r" * 16)
        await stand.store(opening(), first)
        assert await stand.store(first, record(), first) == [
            Receipt(2, 1000, repeated=True),
            Receipt(3, 1000),
            Receipt(2, 1000, repeated=True),
        ]

    async def test_a_resend_within_one_batch_is_stored_once(self, stand: Stand) -> None:
        twice = record(ref=b"r" * 16)
        assert await stand.store(opening(), twice, twice) == [
            Receipt(1, 1000),
            Receipt(2, 1000),
            Receipt(2, 1000, repeated=True),
        ]

    async def test_other_bytes_under_a_known_ref_are_refused(self, stand: Stand) -> None:
        await stand.store(opening(), record(b"one", ref=b"r" * 16))
        before = await stand.counts()
        assert code((await stand.store(record(b"two", ref=b"r" * 16)))[0]) == "groups.client_ref_reused"
        assert await stand.counts() == before

    async def test_another_device_may_use_the_same_ref(self, stand: Stand) -> None:
        await stand.store(opening(), record(ref=b"r" * 16))
        assert await stand.store(record(ref=b"r" * 16, sender=OTHER)) == [Receipt(3, 1000)]


class TestResends:
    async def test_among_new_events_each_is_answered_and_nothing_doubled(self, stand: Stand) -> None:
        first = record()
        assert await stand.store(opening(), first) == [Receipt(1, 1000), Receipt(2, 1000)]
        new, other = record(), record(sender=OTHER)
        outcomes = await stand.store(new, first, other, now_ms=2000)
        assert outcomes == [Receipt(3, 2000), Receipt(2, 1000, repeated=True), Receipt(4, 2000)]
        assert (await stand.counts())["events"] == 4

    async def test_it_is_answered_although_the_epoch_has_moved_and_what_is_new_is_not(self, stand: Stand) -> None:
        first = record()
        await stand.store(opening(), first, commit(0))
        again, stale, fresh = await stand.store(first, record(), record(epoch=1))
        assert (again, fresh) == (Receipt(2, 1000, repeated=True), Receipt(4, 1000))
        assert code(stale) == "groups.stale_epoch"
        assert (await stand.counts())["events"] == 4


class TestRefusals:
    async def test_a_record_of_another_epoch_stores_nothing(self, stand: Stand) -> None:
        await stand.store(opening())
        before = await stand.counts()
        outcome = (await stand.store(record(epoch=1)))[0]
        assert code(outcome) == "groups.stale_epoch"
        assert await stand.counts() == before

    async def test_one_commit_for_each_epoch(self, stand: Stand) -> None:
        await stand.store(opening())
        outcomes = await stand.store(commit(0), commit(0))
        assert outcomes[0] == Receipt(2, 1000)
        assert code(outcomes[1]) == "groups.epoch_taken"
        assert (await stand.counts())["commits"] == 2
        assert (await stand.counts())["events"] == 2

    async def test_a_record_behind_a_commit_in_the_same_batch_is_stale(self, stand: Stand) -> None:
        outcomes = await stand.store(opening(), record(), commit(0), record())
        assert [isinstance(outcome, Receipt) for outcome in outcomes] == [True, True, True, False]
        assert code(outcomes[3]) == "groups.stale_epoch"

    async def test_a_cug_that_nobody_opened_is_not_told_from_one_of_others(self, stand: Stand) -> None:
        assert code((await stand.store(record()))[0]) == "groups.not_member"
        assert (await stand.counts())["events"] == 0

    async def test_a_cug_is_opened_once(self, stand: Stand) -> None:
        first = opening(ClientRef(b"r" * 16))
        await stand.store(first)
        before = await stand.counts()
        again = await stand.store(first, opening(), opening(group_id=GroupId(b"h" * 16)))
        assert again[0] == Receipt(1, 1000, repeated=True)
        assert [code(outcome) for outcome in again[1:]] == ["groups.exists", "groups.exists"]
        assert await stand.counts() == before

    async def test_a_group_id_is_used_once(self, stand: Stand) -> None:
        await stand.store(opening())
        other = opening()
        elsewhere = Submission(
            CugId(b"d" * 16), OTHER, new_client_ref(), EventKind.GROUP, b"start", effect=other.effect
        )
        before = await stand.counts()
        assert code((await stand.store(elsewhere))[0]) == "groups.exists"
        assert await stand.counts() == before

    async def test_what_was_refused_when_judged_is_not_stored_but_a_resend_is_answered(self, stand: Stand) -> None:
        sent = record(ref=b"r" * 16)
        await stand.store(opening(), sent)
        refused = Submission(
            CUG, DEVICE, sent.client_ref, EventKind.RECORD, sent.body, refusal=DomainError(reason="any")
        )
        new = Submission(CUG, DEVICE, new_client_ref(), EventKind.RECORD, b"x", refusal=DomainError(reason="any"))
        outcomes = await stand.store(refused, new)
        assert outcomes[0] == Receipt(2, 1000, repeated=True)
        assert code(outcomes[1]) == "internal"
        assert (await stand.counts())["events"] == 2


class TestEpochs:
    async def test_members_follow_the_roster(self, stand: Stand) -> None:
        petit = OfficerId("FR/petit")
        await stand.store(opening())
        await stand.store(commit(0, {**ROSTER, petit: "officer"}))
        await stand.store(commit(1, {**ROSTER, petit: "liaison"}))
        await stand.store(record(epoch=2), commit(2))
        listed = {named.membership.account_id: named.membership for named in await stand.reader.members(CUG, "", 10)}
        assert (listed[petit].role, listed[petit].admitted_seq, listed[petit].removed_seq) == ("liaison", 2, 5)
        await stand.store(commit(3, {**ROSTER, petit: "officer"}))
        found = await stand.reader.cug_of(petit, CUG)
        assert found is not None
        assert (found[1].admitted_seq, found[1].removed_seq) == (6, None)

    async def test_welcomes_and_group_info_come_with_the_commit_or_not_at_all(self, stand: Stand) -> None:
        welcome = WelcomeFor(OTHER, b"k" * 32, b"welcome")
        await stand.store(opening())
        await stand.store(commit(1, welcomes=[welcome]))
        assert await stand.reader.welcome(CUG, OTHER) is None
        await stand.store(commit(0, welcomes=[welcome]))
        found = await stand.reader.welcome(CUG, OTHER)
        assert found is not None
        assert (found.epoch, found.seq, found.welcome) == (1, 2, b"welcome")
        group = await stand.reader.group(CUG)
        assert group is not None
        assert (group.cug.epoch, group.made_by.seq, group.group_info) == (1, 2, b"info")


class TestClosing:
    async def test_closing_destroys_welcomes_and_seals_and_keeps_the_hashes(self, stand: Stand) -> None:
        start = opening(ClientRef(b"s" * 16))
        await stand.store(start, commit(0, welcomes=[WelcomeFor(OTHER, b"k" * 32, b"welcome")]), record(epoch=1))
        end = Submission(
            CUG, DEVICE, new_client_ref(), EventKind.CLOSED, b"end", judged_in=(GROUP, 1), effect=CugEnds()
        )
        outcomes = await stand.store(end, record(epoch=1))
        assert outcomes[0] == Receipt(4, 1000)
        assert code(outcomes[1]) == "groups.closed"
        assert await stand.reader.welcome(CUG, OTHER) is None
        stored = await stand.reader.events_after(CUG, 0)
        assert [event.body for event in stored] == [b"start", b"commit", b"sealed", b"end"]
        assert stored[0].event_hash == HOOKS.event_hash(start)
        assert stored[2].event_hash is None
        assert await stand.store(start) == [Receipt(1, 1000, repeated=True)]


class TestPages:
    async def test_a_page_is_bounded_in_bytes_and_never_empty_before_the_end(self, stand: Stand) -> None:
        large = b"x" * 700_000
        await stand.store(opening(), *(record(large) for _ in range(4)))
        seen, after = [], 0
        while page := await stand.reader.events_after(CUG, after):
            assert sum(len(event.body) for event in page) < 2_000_000
            after = page[-1].seq
            seen.append([event.seq for event in page])
        assert seen == [[1, 2, 3], [4, 5]]
