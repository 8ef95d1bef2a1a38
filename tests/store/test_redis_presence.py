"""Who is on line and who types, over a real Redis that may be away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from cencomm.ids import CugId, OfficerId, new_cug_id
from cencomm.store.passing_messages import MAX_TYPISTS, PassingMessage, Typist
from cencomm.store.redis_bus import connect
from cencomm.store.redis_presence import AT_ONCE, RedisPresence

OTIENO, SILVA = OfficerId("KE/otieno"), OfficerId("BR/silva")
LONG_MS = 3_600_000


@dataclass
class Node:
    shared: RedisPresence
    said: asyncio.Queue[PassingMessage]

    async def hears(self) -> PassingMessage:
        return await asyncio.wait_for(self.said.get(), 20)

    async def settle(
        self,
        *here: OfficerId,
        left: Collection[OfficerId] = (),
        hidden: Collection[OfficerId] = (),
        hold_ms: int = LONG_MS,
        linger_ms: int = LONG_MS,
    ) -> frozenset[bytes] | None:
        return await self.shared.settle(here, left=left, hidden=hidden, hold_ms=hold_ms, linger_ms=linger_ms)

    def tokens(self, *officers: OfficerId) -> frozenset[bytes]:
        return frozenset(self.shared.token(one) for one in officers)


@asynccontextmanager
async def node(url: str, deployment_id: bytes, secret: bytes = b"secret") -> AsyncIterator[Node]:
    said: asyncio.Queue[PassingMessage] = asyncio.Queue()
    made = Node(RedisPresence(url, deployment_id, secret, heard=said.put_nowait), said)
    made.shared.start()
    try:
        yield made
    finally:
        await made.shared.stop()


@pytest.fixture
async def two(redis_url: str) -> AsyncIterator[tuple[Node, Node]]:
    deployment = new_cug_id()
    async with node(redis_url, deployment) as one, node(redis_url, deployment) as other:
        await asyncio.wait_for(asyncio.gather(one.shared.listens.wait(), other.shared.listens.wait()), 20)
        yield one, other


class TestWhoIsOnLine:
    async def test_each_learns_who_is_with_the_other(self, two: tuple[Node, Node]) -> None:
        one, other = two
        assert await one.settle(OTIENO) == one.tokens(OTIENO)
        assert await other.settle(SILVA) == one.tokens(OTIENO, SILVA)
        assert await one.settle() == one.tokens(OTIENO, SILVA)

    async def test_who_has_left_goes_when_his_time_is_over_and_who_hides_at_once(self, two: tuple[Node, Node]) -> None:
        one, other = two
        await one.settle(OTIENO, SILVA)
        assert await one.settle(left=[OTIENO], linger_ms=LONG_MS) == one.tokens(OTIENO, SILVA)
        assert await one.settle(left=[OTIENO], linger_ms=0) == one.tokens(SILVA)
        assert await other.settle(hidden=[SILVA]) == frozenset()

    async def test_of_whom_nothing_more_is_said_he_goes(self, two: tuple[Node, Node]) -> None:
        one, other = two
        await one.settle(OTIENO, hold_ms=50)
        async with asyncio.timeout(20):
            while await other.settle(SILVA) != one.tokens(SILVA):
                await asyncio.sleep(0.005)

    async def test_more_officers_than_fit_in_one_round_trip(self, two: tuple[Node, Node]) -> None:
        one, other = two
        many = [OfficerId(f"KE/{number}") for number in range(AT_ONCE + 1)]
        await one.settle(*many)
        assert await other.settle(hidden=many[1:]) == one.tokens(many[0])

    async def test_without_redis_it_says_so(self) -> None:
        async with node("redis://127.0.0.1:1", new_cug_id()) as alone:
            assert await alone.settle(OTIENO) is None
            alone.shared.say_typing(new_cug_id(), OTIENO)
            assert await alone.settle(OTIENO) is None

    async def test_redis_holds_no_name_and_forgets_by_itself(self, redis_url: str) -> None:
        deployment = new_cug_id()
        async with node(redis_url, deployment) as one, node(redis_url, deployment, b"another secret") as stranger:
            await one.settle(OTIENO, hold_ms=60_000)
            assert one.tokens(OTIENO) != stranger.tokens(OTIENO)
            redis = connect(redis_url)
            [key] = [key async for key in redis.scan_iter(f"cencomm:{{{deployment.hex()}}}:present*")]
            assert frozenset(await redis.zrange(key, 0, -1)) == one.tokens(OTIENO)
            assert b"otieno" not in b"".join(one.tokens(OTIENO))
            assert 0 < await redis.pttl(key) <= 60_000
            await redis.aclose()


class TestWhatIsSaid:
    async def test_the_other_hears_it_and_one_does_not_hear_himself(self, two: tuple[Node, Node]) -> None:
        one, other = two
        cug_id = new_cug_id()
        one.shared.say_typing(cug_id, OTIENO)
        one.shared.say_moved(settings=True)
        heard = await other.hears()
        assert heard.typists == (Typist(cug_id, one.shared.token(OTIENO)),)
        assert heard.moved
        assert heard.settings
        other.shared.say_moved()
        back = await one.hears()
        assert (back.typists, back.moved, back.settings) == ((), True, False)
        assert one.said.empty()

    async def test_what_queues_is_one_message_and_bounded(self, two: tuple[Node, Node]) -> None:
        one, other = two
        for number in range(MAX_TYPISTS + 10):
            one.shared.say_typing(CugId(number.to_bytes(16, "big")), OTIENO)
        assert len((await other.hears()).typists) == MAX_TYPISTS

    async def test_what_is_no_message_is_left(self, redis_url: str, two: tuple[Node, Node]) -> None:
        one, other = two
        redis = connect(redis_url)
        await redis.spublish(one.shared._channel, b"\xc1")
        await redis.aclose()
        one.shared.say_moved()
        assert (await other.hears()).moved
