"""Who is on line and who types, over real sockets: within one process, and through Redis between two."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from cencomm.crypto.events import Closing
from cencomm.crypto.head import start
from cencomm.groups.delivery import Sending
from cencomm.groups.log import Receipt
from cencomm.ids import CugId, new_client_ref, new_cug_id
from cencomm.server import presence, typing_pace, watchers
from cencomm.wire.frames import (
    EventKind,
    Notice,
    NoticeKind,
    Ping,
    Pong,
    Present,
    Refused,
    Send,
    Subscribe,
    Typing,
    Unwatch,
    Watch,
    Writes,
)
from cencomm.wire.http import PresenceSetting
from tests.accounts_world import sqlite_url
from tests.delivery_stand import Link, Server, prepare, running
from tests.redis_server import RedisServer
from tests.unit.crypto.people import DUBOIS, NOW_MS, OTIENO, SILVA, Person
from tests.unit.groups.members import Made, Member

TABLET = Person(SILVA.officer_id, "tablet")
PEOPLE = [OTIENO, SILVA, DUBOIS, TABLET]


@dataclass
class Operation:
    """A CUG of OTIENO and SILVA on two processes, or twice the same one."""

    one: Server
    other: Server
    organiser: Member

    @property
    def cug_id(self) -> CugId:
        return self.organiser.cug_id

    async def store(self, made: Made) -> None:
        outcome: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        await self.one.services.delivery.accept(OTIENO.device_id, made.frame, outcome.set_result)
        assert isinstance(await asyncio.wait_for(outcome, 20), Receipt)
        self.organiser.merge(made)

    @asynccontextmanager
    async def watching(self, server: Server, person: Person) -> AsyncIterator[Link]:
        async with server.session(person) as link:
            await link.send(Subscribe(self.cug_id, 0), Watch(self.cug_id))
            yield link


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that takes its time, in hundredths; but what is too soon after another is so however slow the machine is."""
    monkeypatch.setattr(typing_pace, "APART_SECONDS", 3600.0)
    for name, seconds in {"TURN": 0.05, "PAUSE": 0.01, "LINGER": 0.1, "HOLD": 0.5, "REFRESH": 0.1}.items():
        monkeypatch.setattr(presence, f"{name}_SECONDS", seconds)
    monkeypatch.setattr(presence, "TRY_AGAIN_SECONDS", 0.1)
    monkeypatch.setattr(watchers, "TELL_SECONDS", 0.02)


@asynccontextmanager
async def opened(url: str, folder: Path, redis_url: str, *, processes: int) -> AsyncIterator[Operation]:
    await prepare(url, PEOPLE)
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(running(url, folder, redis_url=redis_url)) for _ in range(processes)]
        organiser = Member.opening(OTIENO, new_cug_id())
        body = organiser.start_body()
        opening = Sending(organiser.cug_id, OTIENO.device_id, new_client_ref(), EventKind.GROUP, body)
        await servers[0].services.delivery.open_cug(opening)
        operation = Operation(servers[0], servers[-1], organiser)
        await operation.store(organiser.admitting(SILVA))
        yield operation


@pytest.fixture(params=["one process", "two processes"])
def place(request: pytest.FixtureRequest) -> tuple[str, str] | None:
    """The addresses of PostgreSQL and Redis; None: one process on SQLite."""
    if request.param == "one process":
        return None
    return request.getfixturevalue("postgres_url"), request.getfixturevalue("redis_url")


@pytest.fixture
async def operation(place: tuple[str, str] | None, tmp_path: Path) -> AsyncIterator[Operation]:
    url, redis_url = (await sqlite_url(tmp_path), "") if place is None else place
    async with opened(url, tmp_path, redis_url, processes=1 if place is None else 2) as made:
        yield made


@pytest.fixture
async def alone(tmp_path: Path) -> AsyncIterator[Operation]:
    """One process only, for what is the same with many."""
    async with opened(await sqlite_url(tmp_path), tmp_path, "", processes=1) as made:
        yield made


async def sees(link: Link, *people: Person) -> None:
    """Once the newest list that the watcher was told has exactly these."""
    expected = tuple(sorted({person.officer_id for person in people}))
    while [frame.officers for frame in link.frames if isinstance(frame, Present)][-1:] != [expected]:
        await link.next()


async def writes(link: Link) -> str:
    frame = await link.until(Writes)
    assert isinstance(frame, Writes)
    return frame.officer


async def told_in_passing(link: Link, *, since: int) -> list[object]:
    """What has come until now."""
    await link.send(Ping(99))
    while not isinstance(await link.next(), Pong):
        pass
    return [frame for frame in link.frames[since:] if isinstance(frame, Present | Writes)]


class TestOnLine:
    async def test_members_see_who_comes_and_who_goes(self, operation: Operation) -> None:
        async with operation.watching(operation.one, OTIENO) as otieno:
            await sees(otieno, OTIENO)
            async with operation.watching(operation.other, SILVA) as silva:
                await sees(otieno, OTIENO, SILVA)
                await sees(silva, OTIENO, SILVA)
            await sees(otieno, OTIENO)

    async def test_an_officer_is_on_line_while_any_of_his_devices_is(self, alone: Operation) -> None:
        await alone.store(alone.organiser.admitting(DUBOIS))
        async with alone.watching(alone.one, OTIENO) as otieno, alone.one.session(SILVA):
            async with alone.other.session(TABLET):
                await sees(otieno, OTIENO, SILVA)
            async with alone.other.session(DUBOIS):
                await sees(otieno, OTIENO, SILVA, DUBOIS)

    async def test_who_has_not_asked_is_told_nothing(self, alone: Operation) -> None:
        await alone.store(alone.organiser.admitting(DUBOIS))
        async with alone.watching(alone.one, OTIENO) as otieno, alone.one.session(SILVA) as silva:
            await silva.send(Subscribe(alone.cug_id, 0))
            await sees(otieno, OTIENO, SILVA)
            await otieno.send(Typing(alone.cug_id))
            assert await told_in_passing(silva, since=0) == []
            await silva.send(Watch(alone.cug_id))
            await sees(silva, OTIENO, SILVA)
            await silva.send(Unwatch(alone.cug_id))
            await told_in_passing(silva, since=0)
            so_far = len(silva.frames)
            async with alone.other.session(DUBOIS):
                await sees(otieno, OTIENO, SILVA, DUBOIS)
            assert await told_in_passing(silva, since=so_far) == []

    async def test_strangers_are_told_nothing_and_are_not_shown(self, alone: Operation) -> None:
        async with (
            alone.watching(alone.one, DUBOIS) as stranger,
            alone.watching(alone.one, OTIENO) as otieno,
            alone.watching(alone.other, SILVA) as silva,
        ):
            await sees(otieno, OTIENO, SILVA)
            await sees(silva, OTIENO, SILVA)
            assert isinstance(await stranger.until(Refused), Refused)
            await stranger.send(Watch(alone.cug_id), Typing(alone.cug_id))
            await told_in_passing(stranger, since=0)
            await otieno.send(Typing(alone.cug_id))
            assert await writes(silva) == OTIENO.officer_id
            assert await told_in_passing(stranger, since=0) == []

    async def test_who_is_removed_is_told_nothing_more_and_is_not_shown(self, operation: Operation) -> None:
        async with three_who_see_each_other(operation) as (otieno, silva, dubois):
            await operation.store(operation.organiser.removing(SILVA))
            while (await silva.until(Notice)) != Notice(NoticeKind.REMOVED, operation.cug_id):
                pass
            so_far = len(silva.frames)
            await sees(otieno, OTIENO, DUBOIS)
            await silva.send(Watch(operation.cug_id), Typing(operation.cug_id))
            await told_in_passing(silva, since=so_far)
            await otieno.send(Typing(operation.cug_id))
            assert await writes(dubois) == OTIENO.officer_id
            assert await told_in_passing(silva, since=so_far) == []

    async def test_of_a_closed_cug_nothing_is_told(self, alone: Operation) -> None:
        async with alone.watching(alone.one, OTIENO) as otieno:
            await sees(otieno, OTIENO)
            body = Closing(alone.cug_id, NOW_MS, start(alone.cug_id)).signed(OTIENO.device_seed).encode()
            await otieno.ask(Send(alone.cug_id, new_client_ref(), EventKind.CLOSED, body))
            so_far = len(otieno.frames)
            await otieno.send(Watch(alone.cug_id), Typing(alone.cug_id))
            await told_in_passing(otieno, since=so_far)
            await alone.one.services.delivery.presence.turn()
            assert await told_in_passing(otieno, since=so_far) == []


@asynccontextmanager
async def three_who_see_each_other(operation: Operation) -> AsyncIterator[tuple[Link, Link, Link]]:
    """Otieno, Silva and Dubois, the first at one process, the others at another."""
    await operation.store(operation.organiser.admitting(DUBOIS))
    async with (
        operation.watching(operation.one, OTIENO) as otieno,
        operation.watching(operation.other, SILVA) as silva,
        operation.watching(operation.other, DUBOIS) as dubois,
    ):
        for link in (otieno, silva, dubois):
            await sees(link, OTIENO, SILVA, DUBOIS)
        yield otieno, silva, dubois


class TestHiding:
    async def test_who_hides_himself_is_not_shown_and_his_typing_not_passed_on(self, operation: Operation) -> None:
        async with three_who_see_each_other(operation) as (otieno, silva, dubois):
            await choose(operation.one, SILVA, shown=False)
            await sees(otieno, OTIENO, DUBOIS)
            await sees(silva, OTIENO, DUBOIS)  # his own process knows it, too; and he still sees the others
            await silva.send(Typing(operation.cug_id), Ping(1))
            await silva.until(Pong)
            await dubois.send(Typing(operation.cug_id))
            assert await writes(otieno) == DUBOIS.officer_id
            await choose(operation.one, SILVA, shown=True)
            await sees(otieno, OTIENO, SILVA, DUBOIS)

    async def test_who_hid_himself_before_he_came_is_never_shown(self, alone: Operation) -> None:
        await alone.store(alone.organiser.admitting(DUBOIS))
        await choose(alone.one, SILVA, shown=False)
        async with alone.watching(alone.one, OTIENO) as otieno, alone.watching(alone.other, SILVA):
            async with alone.other.session(DUBOIS):
                await sees(otieno, OTIENO, DUBOIS)
            told = [frame for frame in otieno.frames if isinstance(frame, Present)]
            assert all(SILVA.officer_id not in frame.officers for frame in told)


async def choose(server: Server, person: Person, *, shown: bool) -> None:
    async with server.http(person) as http:
        body = PresenceSetting(shown=shown).model_dump_json()
        assert (await http.put("/v1/account/presence", content=body)).status_code == 204
        assert PresenceSetting.model_validate_json((await http.get("/v1/account/presence")).content).shown is shown


class TestTyping:
    async def test_the_others_hear_of_it_once_in_a_while_and_it_is_kept_nowhere(self, operation: Operation) -> None:
        async with three_who_see_each_other(operation) as (otieno, silva, dubois):
            for _ in range(20):
                await silva.send(Typing(operation.cug_id))
            assert await writes(otieno) == SILVA.officer_id
            assert await writes(dubois) == SILVA.officer_id
            await dubois.send(Typing(operation.cug_id))
            assert await writes(otieno) == DUBOIS.officer_id
            assert await writes(silva) == DUBOIS.officer_id
            heard = [frame for frame in silva.frames if isinstance(frame, Writes)]
            assert heard == [Writes(operation.cug_id, DUBOIS.officer_id)]
            stored = await operation.one.services.delivery.last_seqs([operation.cug_id])
            assert stored == {operation.cug_id: 3}


class TestRedis:
    async def test_officers_of_a_process_that_says_nothing_more_go_by_themselves(
        self, postgres_url: str, redis_url: str, tmp_path: Path
    ) -> None:
        async with (
            opened(postgres_url, tmp_path, redis_url, processes=2) as operation,
            operation.watching(operation.one, OTIENO) as otieno,
            operation.other.session(SILVA),
        ):
            await sees(otieno, OTIENO, SILVA)
            task = operation.other.services.delivery.presence._task
            assert task is not None
            task.cancel()
            await sees(otieno, OTIENO)

    async def test_without_redis_a_process_knows_its_own_and_nothing_else_suffers(
        self, postgres_url: str, mortal_redis: RedisServer, tmp_path: Path
    ) -> None:
        async with (
            opened(postgres_url, tmp_path, mortal_redis.url, processes=2) as operation,
            operation.watching(operation.one, OTIENO) as otieno,
            operation.other.session(SILVA) as silva,
        ):
            await sees(otieno, OTIENO, SILVA)
            await asyncio.to_thread(mortal_redis.kill)
            await sees(otieno, OTIENO)
            async with operation.watching(operation.one, TABLET) as tablet:
                await sees(tablet, OTIENO, SILVA)
                await otieno.send(Typing(operation.cug_id))
                assert await writes(tablet) == OTIENO.officer_id
                await silva.send(Subscribe(operation.cug_id, 0))
                ref, body = operation.organiser.record()
                await otieno.ask(Send(operation.cug_id, ref, EventKind.RECORD, body))
                assert [event.seq for event in await silva.read_to(3)] == [1, 2, 3]
            await sees(otieno, OTIENO)
            await asyncio.to_thread(mortal_redis.start)
            await sees(otieno, OTIENO, SILVA)
