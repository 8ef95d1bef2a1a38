"""Several processes on one PostgreSQL: what one does reaches the sockets of the others, with Redis and without it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from cencomm.accounts.model import StoredKeyPackage, StoredRevocationList
from cencomm.accounts.tokens import hash_token
from cencomm.crypto.events import Closing
from cencomm.crypto.head import start
from cencomm.groups.delivery import Sending
from cencomm.groups.errors import EpochTaken
from cencomm.groups.log import Outcome, Receipt
from cencomm.ids import new_client_ref, new_cug_id
from cencomm.server import fanout, neighbours
from cencomm.server.session import SIGNED_OUT
from cencomm.store.unit_of_work import sql_units_of_work
from cencomm.wire.frames import Commit, EventKind, Notice, NoticeKind, Send, StartGroup, Subscribe
from tests.delivery_stand import Link, Server, prepare, running, token_of
from tests.redis_server import RedisServer
from tests.unit.crypto.people import DUBOIS, NOW_MS, OTIENO, SILVA, Person
from tests.unit.groups.members import Member

NEVER = 3600.0
SOON = 0.02


@dataclass
class Nodes:
    """Three processes' worth of application, a CUG opened by OTIENO on the first."""

    servers: list[Server]
    organiser: Member

    async def ask(self, server: Server, person: Person, frame: Send | Commit | StartGroup) -> Outcome:
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        await server.services.delivery.accept(person.device_id, frame, answer.set_result)
        return await asyncio.wait_for(answer, 20)

    async def admit(self, *people: Person) -> list[Member]:
        made = self.organiser.admitting(*people)
        assert isinstance(await self.ask(self.servers[0], OTIENO, made.frame), Receipt)
        self.organiser.merge(made)
        return [Member.welcomed(person, made) for person in people]

    def record(self, member: Member) -> Send:
        ref, body = member.record()
        return Send(member.cug_id, ref, EventKind.RECORD, body)

    async def connected_to_redis(self) -> None:
        while any(server.services.delivery.neighbours.degraded for server in self.servers):
            await asyncio.sleep(0.005)


@pytest.fixture(params=["redis", "polling"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Each rule holds by Redis alone (nothing is polled) and by polling alone (there is no Redis)."""
    seconds = NEVER if request.param == "redis" else SOON
    monkeypatch.setattr(neighbours, "SWEEP_SECONDS", seconds)
    monkeypatch.setattr(neighbours, "PAUSE_SECONDS", SOON)
    monkeypatch.setattr(fanout, "POLL_SECONDS", seconds)
    yield request.getfixturevalue("redis_url") if request.param == "redis" else ""


@pytest.fixture
async def nodes(way: str, postgres_url: str, tmp_path: Path) -> AsyncIterator[Nodes]:
    async with started(postgres_url, tmp_path, way) as made:
        yield made


@asynccontextmanager
async def started(database_url: str, folder: Path, redis_url: str) -> AsyncIterator[Nodes]:
    await prepare(database_url, [OTIENO, SILVA, DUBOIS])
    async with AsyncExitStack() as stack:
        servers = [
            await stack.enter_async_context(running(database_url, folder, redis_url=redis_url)) for _ in range(3)
        ]
        organiser = Member.opening(OTIENO, new_cug_id())
        opening = Sending(organiser.cug_id, OTIENO.device_id, new_client_ref(), EventKind.GROUP, organiser.start_body())
        nodes = Nodes(servers, organiser)
        await nodes.connected_to_redis()
        await servers[0].services.delivery.open_cug(opening)
        yield nodes


async def until_closed(link: Link) -> int:
    """The close code, whatever comes before it."""
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            await link.next()
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


async def notice(link: Link, kind: NoticeKind) -> Notice:
    """The next notice of that kind."""
    while True:
        frame = await link.next()
        if isinstance(frame, Notice) and frame.kind is kind:
            return frame


class TestEvents:
    async def test_what_is_accepted_anywhere_is_delivered_everywhere_in_one_order_and_once(self, nodes: Nodes) -> None:
        silva, dubois = await nodes.admit(SILVA, DUBOIS)
        members = [nodes.organiser, silva, dubois]
        async with AsyncExitStack() as stack:
            links = [
                await stack.enter_async_context(server.session(member.person))
                for server, member in zip(nodes.servers, members, strict=True)
            ]
            for link in links:
                await link.send(Subscribe(nodes.organiser.cug_id, 0))
                await link.caught_up()
            for _ in range(30):
                for link, member in zip(links, members, strict=True):
                    await link.send(nodes.record(member))
            views = [await link.read_to(2 + 30 * 3) for link in links]
            assert [event.seq for event in views[0]] == list(range(1, 93))
            assert views[0] == views[1] == views[2]

    async def test_of_commits_on_two_processes_at_once_one_wins(self, nodes: Nodes) -> None:
        for _ in range(5):
            made = [nodes.organiser.commit() for _ in nodes.servers]
            outcomes = await asyncio.gather(
                *(nodes.ask(server, OTIENO, one.frame) for server, one in zip(nodes.servers, made, strict=True))
            )
            won = [one for one, outcome in zip(made, outcomes, strict=True) if isinstance(outcome, Receipt)]
            assert len(won) == 1
            assert sum(isinstance(outcome, EpochTaken) for outcome in outcomes) == 2
            nodes.organiser.merge(won[0])


class TestNotices:
    async def test_who_is_admitted_removed_or_left_by_a_closed_cug_is_told(self, nodes: Nodes) -> None:
        cug_id = nodes.organiser.cug_id
        async with nodes.servers[1].session(SILVA) as silva, nodes.servers[2].session(DUBOIS) as dubois:
            await nodes.admit(SILVA, DUBOIS)
            for link in (silva, dubois):
                assert (await notice(link, NoticeKind.ADMITTED)).cug_id == cug_id
            made = nodes.organiser.removing(SILVA)
            assert isinstance(await nodes.ask(nodes.servers[0], OTIENO, made.frame), Receipt)
            nodes.organiser.merge(made)
            assert (await notice(silva, NoticeKind.REMOVED)).cug_id == cug_id
            closing = Closing(cug_id, NOW_MS, start(cug_id)).signed(OTIENO.device_seed).encode()
            frame = Send(cug_id, new_client_ref(), EventKind.CLOSED, closing)
            assert isinstance(await nodes.ask(nodes.servers[0], OTIENO, frame), Receipt)
            assert (await notice(dubois, NoticeKind.CLOSED)).cug_id == cug_id

    async def test_a_new_revocation_list_is_told_to_everybody(self, nodes: Nodes) -> None:
        first = nodes.servers[0].services
        async with nodes.servers[1].session(SILVA) as silva, nodes.servers[2].session(DUBOIS) as dubois:
            async with sql_units_of_work(first.foundation.database.engine)() as uow:
                await uow.revocations.add(StoredRevocationList("KE", 1, b"list", NOW_MS))
                await uow.commit()
            first.delivery.revocations_published()
            for link in (silva, dubois):
                await notice(link, NoticeKind.REVOCATIONS)

    async def test_a_device_that_runs_low_is_told_how_much_is_left(self, nodes: Nodes) -> None:
        first = nodes.servers[0].services
        async with nodes.servers[1].session(SILVA) as silva:
            async with sql_units_of_work(first.foundation.database.engine)() as uow:
                for number in range(3):
                    package = StoredKeyPackage(bytes([number]), SILVA.device_id, b"package", False, NOW_MS)
                    await uow.key_packages.add(package, NOW_MS)
                await uow.commit()
            first.delivery.key_packages_low(SILVA.device_id, 3)
            while (await notice(silva, NoticeKind.KEY_PACKAGES_LOW)).count != 3:
                pass


class TestSessions:
    async def test_who_was_signed_out_or_revoked_loses_the_sockets_of_every_process(self, nodes: Nodes) -> None:
        first = nodes.servers[0].services
        async with AsyncExitStack() as stack:
            silva = [await stack.enter_async_context(server.session(SILVA)) for server in nodes.servers]
            dubois = await stack.enter_async_context(nodes.servers[1].session(DUBOIS))
            async with sql_units_of_work(first.foundation.database.engine)() as uow:
                await uow.devices.revoke(SILVA.device_id, NOW_MS)
                await uow.sessions.end_of_device(SILVA.device_id)
                await uow.commit()
            first.delivery.end_device(SILVA.device_id)
            assert [await until_closed(link) for link in silva] == [SIGNED_OUT] * 3
            await dubois.send(Subscribe(nodes.organiser.cug_id, 0))
            await dubois.next()

    async def test_a_session_that_ran_out_ends_its_socket(self, nodes: Nodes) -> None:
        async with nodes.servers[1].session(SILVA) as silva:
            for server in nodes.servers:
                server.clock.now_ms += 13 * 3_600_000
            nodes.servers[0].services.delivery.end_session(hash_token(token_of(DUBOIS)))
            assert await until_closed(silva) == SIGNED_OUT


class TestWithoutRedis:
    async def test_redis_that_dies_and_comes_back_costs_speed_and_nothing_else(
        self,
        postgres_url: str,
        tmp_path: Path,
        mortal_redis: RedisServer,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(fanout, "POLL_SECONDS", SOON)
        async with started(postgres_url, tmp_path, mortal_redis.url) as nodes:
            await nodes.admit(SILVA)
            async with nodes.servers[1].session(SILVA) as link, nodes.servers[0].http(OTIENO) as http:
                await link.send(Subscribe(nodes.organiser.cug_id, 0))
                await link.caught_up()
                for step in (mortal_redis.kill, mortal_redis.start):
                    await asyncio.to_thread(step)
                    for _ in range(20):
                        assert isinstance(
                            await nodes.ask(nodes.servers[0], OTIENO, nodes.record(nodes.organiser)), Receipt
                        )
                    assert (await http.get("/readyz")).status_code == 200
                assert [event.seq for event in await link.read_to(42)] == list(range(1, 43))
                await nodes.connected_to_redis()
                assert (await http.get("/readyz")).json() == {"status": "ready"}

    async def test_readiness_names_a_redis_that_is_away(self, postgres_url: str, tmp_path: Path) -> None:
        await prepare(postgres_url, [OTIENO])
        async with (
            running(postgres_url, tmp_path, redis_url="redis://127.0.0.1:1") as server,
            server.http(OTIENO) as http,
        ):
            answer = await http.get("/readyz")
            assert (answer.status_code, answer.json()) == (200, {"status": "ready", "degraded": ["redis"]})
