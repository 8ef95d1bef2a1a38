"""Delivery through a real server, socket to database, with real groups (both databases)."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from cencomm.crypto.events import Closing
from cencomm.crypto.head import start
from cencomm.groups.model import CugState
from cencomm.ids import CugId, new_client_ref, new_cug_id
from cencomm.server import websocket
from cencomm.server.session import MAX_GARBLED, POLICY_VIOLATION, SIGNED_OUT
from cencomm.store.tables import metadata
from cencomm.wire.frames import (
    SESSION_PATH,
    SUBPROTOCOL,
    EventKind,
    Notice,
    NoticeKind,
    Ping,
    Pong,
    Ready,
    Refused,
    Send,
    Stored,
    Subscribe,
    decode_server_frame,
    encode_frame,
)
from cencomm.wire.http import SESSION_COOKIE
from tests.delivery_stand import Link, Server, prepare, running, token_of
from tests.measured import since_now
from tests.unit.crypto.people import DUBOIS, NOW_MS, OTIENO, SILVA, Person
from tests.unit.groups.members import Made, Member, joining

TABLET = Person(SILVA.officer_id, "tablet")
PEOPLE = [OTIENO, SILVA, DUBOIS, TABLET]


@dataclass
class Operation:
    """One CUG on a running server, opened by OTIENO."""

    server: Server
    organiser: Member
    cug_id: CugId

    async def counts(self) -> dict[str, int]:
        async with self.server.services.foundation.database.engine.connect() as connection:
            return {
                table.name: (await connection.execute(select(func.count()).select_from(table))).scalar_one()
                for table in metadata.sorted_tables
            }

    async def commit(self, link: Link, made: Made) -> Stored:
        answer = await link.ask(made.frame)
        assert isinstance(answer, Stored), answer
        self.organiser.merge(made)
        return answer

    def record(self, member: Member | None = None) -> Send:
        ref, body = (member or self.organiser).record()
        return Send(self.cug_id, ref, EventKind.RECORD, body)

    def closing(self, member: Member | None = None) -> Send:
        who = (member or self.organiser).person
        body = Closing(self.cug_id, NOW_MS, start(self.cug_id)).signed(who.device_seed).encode()
        return Send(self.cug_id, new_client_ref(), EventKind.CLOSED, body)


@pytest.fixture
async def server(database_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    await prepare(database_url, PEOPLE)
    async with running(database_url, tmp_path) as served:
        yield served


@pytest.fixture
async def operation(server: Server) -> Operation:
    cug_id = new_cug_id()
    organiser = Member.opening(OTIENO, cug_id)
    async with server.http(OTIENO) as http:
        answer = await http.post("/v1/cugs", json=opening(organiser, cug_id))
    assert answer.status_code == 201, answer.text
    assert answer.json() == {"seq": 1, "server_time_ms": NOW_MS}
    return Operation(server, organiser, cug_id)


def opening(organiser: Member, cug_id: CugId) -> dict[str, str]:
    fields = {"cug_id": cug_id, "client_ref": new_client_ref(), "group_start": organiser.start_body()}
    return {name: base64.urlsafe_b64encode(value).decode() for name, value in fields.items()}


class TestTheWholeWay:
    async def test_open_admit_send_and_catch_up(self, operation: Operation) -> None:
        cug_id = operation.cug_id
        async with operation.server.session(OTIENO) as otieno, operation.server.session(SILVA) as silva:
            await otieno.send(Subscribe(cug_id))
            assert await otieno.caught_up() == 1
            made = operation.organiser.admitting(SILVA)
            assert (await operation.commit(otieno, made)).seq == 2
            assert await silva.until(Notice) == Notice(NoticeKind.ADMITTED, cug_id)
            member = Member.welcomed(SILVA, made)
            sent = operation.record(member)
            assert await silva.ask(sent) == Stored(cug_id, sent.client_ref, 3, NOW_MS)
            await silva.send(Subscribe(cug_id))
            assert await silva.caught_up() == 3
            await operation_live(operation, otieno, silva)
            assert [event.seq for event in await otieno.read_to(4)] == [1, 2, 3, 4]
            assert otieno.events == silva.events
            assert otieno.events[2].body == sent.body
            assert otieno.events[2].sender == SILVA.device_id

    async def test_a_new_device_joins_from_outside_and_sends(self, operation: Operation) -> None:
        async with operation.server.session(OTIENO) as otieno, operation.server.session(TABLET) as tablet:
            await operation.commit(otieno, operation.organiser.admitting(SILVA))
            made = joining(TABLET, operation.cug_id, operation.organiser.state.group_info(), operation.organiser.state)
            assert isinstance(await tablet.ask(made.frame), Stored)
            joined = Member(TABLET, operation.cug_id, made.pending.state)
            assert isinstance(await tablet.ask(operation.record(joined)), Stored)

    async def test_resending_is_harmless(self, operation: Operation) -> None:
        async with operation.server.session(OTIENO) as otieno:
            sent = operation.record()
            first = await otieno.ask(sent)
            made = operation.organiser.admitting(SILVA)
            await operation.commit(otieno, made)
            assert await otieno.ask(sent) == first
            assert isinstance(await otieno.ask(made.frame), Stored)
            assert (await operation.counts())["events"] == 3
            other = Send(sent.cug_id, sent.client_ref, sent.kind, sent.body + b"x")
            refused = await otieno.ask(other)
            assert isinstance(refused, Refused)
            assert refused.code == "groups.client_ref_reused"


async def operation_live(operation: Operation, otieno: Link, silva: Link) -> None:
    answer = await otieno.ask(operation.record())
    assert isinstance(answer, Stored)
    await silva.read_to(answer.seq)


class TestRemoval:
    async def test_the_removed_gets_that_event_and_nothing_after_it(self, operation: Operation) -> None:
        cug_id = operation.cug_id
        async with operation.server.session(OTIENO) as otieno, operation.server.session(SILVA) as silva:
            made = operation.organiser.admitting(SILVA)
            await operation.commit(otieno, made)
            member = Member.welcomed(SILVA, made)
            await silva.send(Subscribe(cug_id))
            await silva.caught_up()
            assert (await operation.commit(otieno, operation.organiser.removing(SILVA))).seq == 3
            assert isinstance(await otieno.ask(operation.record()), Stored)
            while silva.frames[-1] != Notice(NoticeKind.REMOVED, cug_id):
                await silva.next()
            assert silva.seqs == [1, 2, 3]
            refused = await silva.ask(operation.record(member))
            assert isinstance(refused, Refused)
            assert refused.code == "groups.not_member"
            await silva.send(Subscribe(cug_id))
            assert await silva.caught_up() == 3
            assert 4 not in silva.seqs


class TestRefusals:
    async def test_a_stranger_stores_sends_and_sees_nothing(self, operation: Operation) -> None:
        before = await operation.counts()
        async with operation.server.session(DUBOIS) as dubois:
            await dubois.send(Subscribe(operation.cug_id))
            assert await dubois.next() == Refused(operation.cug_id, None, "groups.not_member")
            for frame in (operation.record(), operation.organiser.commit().frame, operation.closing()):
                refused = await dubois.ask(frame)
                assert isinstance(refused, Refused)
                assert refused.code == "groups.not_member"
            assert dubois.events == []
        assert await operation.counts() == before

    async def test_a_stale_record_and_a_lost_commit_leave_nothing(self, operation: Operation) -> None:
        async with operation.server.session(OTIENO) as otieno:
            stale, loser = operation.record(), operation.organiser.commit()
            await operation.commit(otieno, operation.organiser.commit())
            before = await operation.counts()
            for frame, code in ((stale, "groups.stale_epoch"), (loser.frame, "groups.epoch_taken")):
                refused = await otieno.ask(frame)
                assert isinstance(refused, Refused)
                assert refused.code == code
            assert await operation.counts() == before

    async def test_of_many_commits_at_once_one_wins(self, operation: Operation) -> None:
        async with operation.server.session(OTIENO) as otieno:
            made = [operation.organiser.commit() for _ in range(10)]
            await otieno.send(*(one.frame for one in made))
            answers = [await otieno.until(Stored, Refused) for _ in made]
            assert sum(isinstance(answer, Stored) for answer in answers) == 1
            assert {answer.code for answer in answers if isinstance(answer, Refused)} == {"groups.epoch_taken"}
            assert (await operation.counts())["commits"] == 2

    async def test_frames_without_sense_are_refused_and_end_the_connection(self, operation: Operation) -> None:
        async with operation.server.session(OTIENO) as otieno:
            for garbage in [b"", b"\xc1", encode_frame(Ping(1)) + b"x", b"\x92" * 50_000]:
                await otieno.socket.send(garbage)
                assert await otieno.next() == Refused(None, None, "wire.malformed")
            await otieno.send(Ping(3))
            assert await otieno.next() == Pong(3)
            with pytest.raises(ConnectionClosed) as closed:
                for _ in range(MAX_GARBLED):
                    await otieno.socket.send("text")
                    await otieno.next()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == POLICY_VIOLATION

    async def test_without_a_session_there_is_no_upgrade(self, server: Server) -> None:
        nobody = Person(DUBOIS.officer_id, "unknown")
        with pytest.raises(InvalidStatus) as refused:
            async with server.session(nobody):
                pass
        assert refused.value.response.status_code == 401

    async def test_a_browser_is_upgraded_by_its_cookie_from_the_own_page_only(self, server: Server) -> None:
        own = server.services.foundation.settings.origin
        cookie = {"Cookie": f"{SESSION_COOKIE}={token_of(OTIENO)}"}
        address = server.address.replace("http", "ws", 1) + SESSION_PATH

        async def upgraded(headers: dict[str, str]) -> type[object]:
            protocols = [Subprotocol(SUBPROTOCOL)]
            async with connect(address, subprotocols=protocols, additional_headers=headers, proxy=None) as socket:
                return type(decode_server_frame(await socket.recv(decode=False)))

        assert await upgraded({**cookie, "Origin": own}) is Ready
        bearer = {"Authorization": f"Bearer {token_of(OTIENO)}"}
        for headers, status in (
            (cookie, 403),
            ({**cookie, "Origin": "https://evil.example"}, 403),
            ({**cookie, "Origin": "null"}, 403),
            ({**cookie, **bearer, "Origin": own}, 400),
            ({"Cookie": f"{SESSION_COOKIE}=other", "Origin": own}, 401),
        ):
            with pytest.raises(InvalidStatus) as refused:
                await upgraded(headers)
            assert refused.value.response.status_code == status
        assert not server.services.delivery.feeds.connections_of(OTIENO.officer_id)

    async def test_a_session_that_ends_takes_its_connection_along(self, server: Server) -> None:
        async with server.session(OTIENO) as otieno, server.session(SILVA) as silva:
            server.services.delivery.end_device(OTIENO.device_id)
            with pytest.raises(ConnectionClosed) as closed:
                await otieno.next()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == SIGNED_OUT
            await silva.send(Ping(1))
            assert await silva.next() == Pong(1)


class TestClosing:
    async def test_closing_ends_sending_and_destroys_welcomes(self, operation: Operation) -> None:
        cug_id = operation.cug_id
        async with operation.server.session(OTIENO) as otieno, operation.server.session(SILVA) as silva:
            await operation.commit(otieno, operation.organiser.admitting(SILVA))
            assert (await operation.counts())["welcomes"] == 1
            await silva.send(Subscribe(cug_id))
            await silva.caught_up()
            assert isinstance(await otieno.ask(operation.closing()), Stored)
            assert (await operation.counts())["welcomes"] == 0
            refused = await otieno.ask(operation.record())
            assert isinstance(refused, Refused)
            assert refused.code == "groups.closed"
            while silva.frames[-1] != Notice(NoticeKind.CLOSED, cug_id):
                await silva.next()
            assert silva.seqs == [1, 2, 3]
            assert silva.events[-1].kind is EventKind.CLOSED
        found = await operation.server.services.delivery.reader.cug(cug_id)
        assert found is not None
        assert found.state is CugState.CLOSED


class TestSlowReaders:
    async def test_one_who_does_not_read_delays_nobody_and_loses_nothing(self, operation: Operation) -> None:
        async with operation.server.session(OTIENO) as otieno, operation.server.session(SILVA) as silva:
            made = operation.organiser.admitting(SILVA)
            await operation.commit(otieno, made)
            await otieno.send(Subscribe(operation.cug_id))
            await silva.send(Subscribe(operation.cug_id))
            await silva.caught_up()
            silva.socket.transport.pause_reading()
            large = b"x" * 150_000
            for _ in range(60):
                ref, body = operation.organiser.record(large)
                answer = await otieno.ask(Send(operation.cug_id, ref, EventKind.RECORD, body))
                assert isinstance(answer, Stored)
            await otieno.read_to(62)
            silva.socket.transport.resume_reading()
            await silva.read_to(62)
            assert silva.seqs == list(range(1, 63))
            await operation_live(operation, otieno, silva)

    async def test_one_who_takes_nothing_at_all_is_cut_off(
        self, operation: Operation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(websocket, "STALLED_SECONDS", 0.2)
        slow, stalled = since_now("cencomm_slow_readers_total"), since_now("cencomm_stalled_readers_total")
        opened, frames = since_now("cencomm_connections"), since_now("cencomm_frames_sent_total")
        async with operation.server.session(OTIENO) as otieno, operation.server.session(SILVA) as silva:
            await operation.commit(otieno, operation.organiser.admitting(SILVA))
            await silva.send(Subscribe(operation.cug_id))
            await silva.caught_up()
            silva.socket.transport.pause_reading()
            for _ in range(80):
                ref, body = operation.organiser.record(b"x" * 150_000)
                assert isinstance(await otieno.ask(Send(operation.cug_id, ref, EventKind.RECORD, body)), Stored)
            async with asyncio.timeout(10):
                while operation.server.services.delivery.feeds.connections_of(SILVA.officer_id):
                    await asyncio.sleep(0.05)
            assert (slow() >= 1, stalled(), opened()) == (True, 1, 1)
            assert frames() >= 80
            silva.socket.transport.resume_reading()
        async with operation.server.session(SILVA) as again:
            await again.send(Subscribe(operation.cug_id, 40))
            assert await again.caught_up() == 82
            assert again.seqs == list(range(41, 83))


class TestProcesses:
    async def test_two_servers_on_one_database_keep_one_order(
        self, operation: Operation, database_url: str, tmp_path: Path
    ) -> None:
        async with (
            running(database_url, tmp_path) as second,
            operation.server.session(OTIENO) as otieno,
            second.session(SILVA) as silva,
        ):
            made = operation.organiser.admitting(SILVA)
            await operation.commit(otieno, made)
            member = Member.welcomed(SILVA, made)
            await otieno.send(Subscribe(operation.cug_id))
            await silva.send(Subscribe(operation.cug_id))
            await asyncio.gather(otieno.caught_up(), silva.caught_up())
            for _ in range(5):
                answers = await asyncio.gather(otieno.ask(operation.record()), silva.ask(operation.record(member)))
                assert all(isinstance(answer, Stored) for answer in answers)
            await asyncio.gather(otieno.read_to(12), silva.read_to(12))
            assert otieno.seqs == silva.seqs == list(range(1, 13))
            await operation.commit(otieno, operation.organiser.removing(SILVA))
            refused = await silva.ask(operation.record(member))
            assert isinstance(refused, Refused)
            assert refused.code in {"groups.not_member", "groups.stale_epoch"}
            assert isinstance(await otieno.ask(operation.record()), Stored)
            while silva.frames[-1] != Notice(NoticeKind.REMOVED, operation.cug_id):
                await silva.next()
            assert silva.seqs == list(range(1, 14))


def test_tokens_are_what_a_header_may_hold() -> None:
    assert token_of(OTIENO).isascii()
