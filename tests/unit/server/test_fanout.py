"""The running Delivery Service: views that grow old, races, successors, and what the accounts side tells."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cencomm.crypto.archive import ArchiveSeal
from cencomm.crypto.events import Rejection, SealBody
from cencomm.crypto.successor import successor_of
from cencomm.groups.delivery import Sending
from cencomm.groups.errors import EpochTaken, RoleNotAllowed, StaleEpoch, SuccessorRefused
from cencomm.groups.log import Outcome, Receipt
from cencomm.ids import CugId, GroupId, new_client_ref, new_cug_id
from cencomm.server import fanout
from cencomm.server.fanout import Delivery, stored_or_refused
from cencomm.wire.frames import CaughtUp, Commit, EventKind, Notice, NoticeKind, Refused, Send, StartGroup, Subscribe
from tests.delivery_stand import Server, prepare, running
from tests.unit.crypto.people import DUBOIS, NOW_MS, OTIENO, SILVA, Person
from tests.unit.groups.members import Member


@dataclass
class Stand:
    server: Server
    organiser: Member

    @property
    def delivery(self) -> Delivery:
        return self.server.services.delivery

    @property
    def cug_id(self) -> CugId:
        return self.organiser.cug_id

    async def ask(self, person: Person, frame: Send | Commit | StartGroup, delivery: Delivery | None = None) -> Outcome:
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        await (delivery or self.delivery).accept(person.device_id, frame, answer.set_result)
        return await asyncio.wait_for(answer, 10)

    async def admit(self, *people: Person) -> list[Member]:
        made = self.organiser.admitting(*people)
        assert isinstance(await self.ask(OTIENO, made.frame), Receipt)
        self.organiser.merge(made)
        return [Member.welcomed(person, made) for person in people]

    def record(self, member: Member) -> Send:
        ref, body = member.record()
        return Send(self.cug_id, ref, EventKind.RECORD, body)

    def rejection(self, member: Member, epoch: int) -> Send:
        body = Rejection(GroupId(member.state.group_id), epoch, b"h" * 32, "mls.refused")
        return Send(self.cug_id, new_client_ref(), EventKind.REJECTION, body.signed(member.person.device_seed).encode())

    def successor(self, member: Member) -> StartGroup:
        group = successor_of(member.state.public, started_at_ms=NOW_MS)
        return StartGroup(self.cug_id, new_client_ref(), member.succeeding(group).start_body())


@pytest.fixture
async def stand(database_url: str, tmp_path: Path) -> AsyncIterator[Stand]:
    await prepare(database_url, [OTIENO, SILVA, DUBOIS])
    async with running(database_url, tmp_path) as server:
        organiser = Member.opening(OTIENO, new_cug_id())
        opening = Sending(organiser.cug_id, OTIENO.device_id, new_client_ref(), EventKind.GROUP, organiser.start_body())
        await server.services.delivery.open_cug(opening)
        yield Stand(server, organiser)


class TestOldViews:
    async def test_what_another_process_committed_is_seen_when_it_matters(
        self, stand: Stand, database_url: str, tmp_path: Path
    ) -> None:
        async with running(database_url, tmp_path) as second:
            other = second.services.delivery
            assert isinstance(await stand.ask(OTIENO, stand.record(stand.organiser), other), Receipt)
            [silva] = await stand.admit(SILVA)
            assert isinstance(await stand.ask(SILVA, stand.record(silva), other), Receipt)
            lost = stand.organiser.commit()
            made = stand.organiser.commit()
            assert isinstance(await stand.ask(OTIENO, made.frame), Receipt)
            assert isinstance(await stand.ask(OTIENO, lost.frame, other), EpochTaken)
            assert isinstance(await stand.ask(SILVA, stand.record(silva), other), StaleEpoch)

    async def test_who_was_admitted_by_another_process_goes_on_from_where_he_is(
        self, stand: Stand, database_url: str, tmp_path: Path
    ) -> None:
        """No page from there on tells this process that he is a member."""
        async with running(database_url, tmp_path) as second:
            assert isinstance(await stand.ask(OTIENO, stand.record(stand.organiser), second.services.delivery), Receipt)
            await stand.admit(SILVA)
            async with second.session(SILVA) as silva:
                await silva.send(Subscribe(stand.cug_id, 3))
                assert await silva.until(CaughtUp, Refused) == CaughtUp(stand.cug_id, 3)

    async def test_who_was_removed_by_another_process_hears_nothing_more(
        self, stand: Stand, database_url: str, tmp_path: Path
    ) -> None:
        await stand.admit(SILVA)
        async with running(database_url, tmp_path) as second, second.session(SILVA) as silva:
            assert isinstance(await stand.ask(OTIENO, stand.record(stand.organiser), second.services.delivery), Receipt)
            made = stand.organiser.removing(SILVA)
            assert isinstance(await stand.ask(OTIENO, made.frame), Receipt)
            stand.organiser.merge(made)
            await silva.send(Subscribe(stand.cug_id, 4))
            assert await silva.caught_up() == 4
            while silva.frames[-1] != Notice(NoticeKind.REMOVED, stand.cug_id):
                await silva.next()
            assert isinstance(await stand.ask(OTIENO, stand.record(stand.organiser)), Receipt)
            assert silva.events == []

    async def test_an_event_bound_to_no_epoch_is_judged_again(
        self, stand: Stand, database_url: str, tmp_path: Path
    ) -> None:
        async with running(database_url, tmp_path) as second:
            other = second.services.delivery
            [silva] = await stand.admit(SILVA)
            assert isinstance(await stand.ask(SILVA, stand.rejection(silva, 0), other), Receipt)
            made = stand.organiser.commit()
            assert isinstance(await stand.ask(OTIENO, made.frame), Receipt)
            seal = SealBody(GroupId(silva.state.group_id), 1, ArchiveSeal(b"a" * 32, b"k" * 32, b"c" * 48))
            body = seal.signed(SILVA.device_seed).encode()
            frame = Send(stand.cug_id, new_client_ref(), EventKind.SEAL, body)
            assert isinstance(await stand.ask(SILVA, frame, other), Receipt)


class TestSuccessors:
    async def test_two_officers_rejections_let_a_member_start_one_and_the_cug_goes_on(self, stand: Stand) -> None:
        silva, dubois = await stand.admit(SILVA, DUBOIS)
        refused = await stand.ask(SILVA, stand.successor(silva))
        assert isinstance(refused, SuccessorRefused)
        for member in (silva, dubois):
            assert isinstance(await stand.ask(member.person, stand.rejection(member, 0)), Receipt)
        group = successor_of(silva.state.public, started_at_ms=NOW_MS)
        fresh = silva.succeeding(group)
        start = StartGroup(stand.cug_id, new_client_ref(), fresh.start_body())
        started = await stand.ask(SILVA, start)
        assert isinstance(started, Receipt)
        assert isinstance(await stand.ask(SILVA, stand.record(fresh)), Receipt)
        assert isinstance(await stand.ask(DUBOIS, stand.record(dubois)), StaleEpoch)
        found = await stand.delivery.reader.group(stand.cug_id)
        assert found is not None
        assert (found.cug.group_id, found.cug.epoch, found.made_by.seq) == (fresh.state.group_id, 0, started.seq)
        assert await stand.ask(SILVA, start) == Receipt(started.seq, NOW_MS, repeated=True)

    async def test_of_two_successors_at_once_one_wins(self, stand: Stand) -> None:
        await stand.admit(SILVA)
        outcomes = await asyncio.gather(*(stand.ask(OTIENO, stand.successor(stand.organiser)) for _ in range(3)))
        assert sum(isinstance(outcome, Receipt) for outcome in outcomes) == 1
        found = await stand.delivery.reader.cug(stand.cug_id)
        assert found is not None
        assert found.last_seq == 3


class TestRaces:
    async def test_twenty_rounds_of_commits_and_records_leave_one_chain(self, stand: Stand) -> None:
        [silva] = await stand.admit(SILVA)
        for _ in range(20):
            made = [stand.organiser.commit() for _ in range(3)]
            frames: list[Send | Commit] = [one.frame for one in made]
            frames += [stand.record(stand.organiser) for _ in range(3)]
            outcomes = await asyncio.gather(*(stand.ask(OTIENO, frame) for frame in frames))
            winners = [one for one, outcome in zip(made, outcomes, strict=False) if isinstance(outcome, Receipt)]
            assert len(winners) == 1
            stand.organiser.merge(winners[0])
        assert isinstance(await stand.ask(SILVA, stand.record(silva)), StaleEpoch)
        events, after = [], 0
        while page := await stand.delivery.events_after(stand.cug_id, after):
            events += page
            after = page[-1].seq
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert sum(event.kind is EventKind.COMMIT for event in events) == 21

    async def test_members_without_a_leaf_send_nothing(self, stand: Stand) -> None:
        outcome = await stand.ask(SILVA, stand.record(stand.organiser))
        assert not isinstance(outcome, Receipt)
        with pytest.raises(RoleNotAllowed):
            stored_or_refused(RoleNotAllowed())


class TestMemory:
    async def test_views_are_bounded_and_read_again(self, stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(fanout, "MAX_VIEWS", 1)
        other = Member.opening(OTIENO, new_cug_id())
        await stand.delivery.open_cug(
            Sending(other.cug_id, OTIENO.device_id, new_client_ref(), EventKind.GROUP, other.start_body())
        )
        for member in (stand.organiser, other, stand.organiser):
            ref, body = member.record()
            frame = Send(member.cug_id, ref, EventKind.RECORD, body)
            assert isinstance(await stand.ask(OTIENO, frame), Receipt)


class TestNotices:
    async def test_what_the_accounts_side_tells_reaches_the_device(self, stand: Stand) -> None:
        async with stand.server.session(SILVA) as silva, stand.server.session(DUBOIS) as dubois:
            stand.delivery.revocations_published()
            stand.delivery.key_packages_low(SILVA.device_id, 3)
            assert await silva.next() == Notice(NoticeKind.REVOCATIONS)
            assert await silva.next() == Notice(NoticeKind.KEY_PACKAGES_LOW, None, 3)
            assert await dubois.next() == Notice(NoticeKind.REVOCATIONS)

    async def test_the_removed_is_told_without_following(self, stand: Stand) -> None:
        await stand.admit(SILVA)
        async with stand.server.session(SILVA) as silva:
            made = stand.organiser.removing(SILVA)
            assert isinstance(await stand.ask(OTIENO, made.frame), Receipt)
            assert await silva.next() == Notice(NoticeKind.REMOVED, stand.cug_id)

    async def test_an_admission_is_noticed_though_the_view_was_dropped_meanwhile(
        self, stand: Stand, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whoever finds the view too old between the storing and the telling drops it."""
        delivery = stand.delivery
        monkeypatch.setattr(delivery, "_enter", lambda submission, _: delivery._views.pop(submission.cug_id, None))
        async with stand.server.session(SILVA) as silva:
            await stand.admit(SILVA)
            assert await silva.next() == Notice(NoticeKind.ADMITTED, stand.cug_id)
