"""A process that ends asks its sockets to go, spread over the time there is."""

from __future__ import annotations

from collections.abc import Callable

from cencomm.server.draining import SOCKETS_PER_SECOND, drain, hear_out


class Connections:
    def __init__(self, count: int) -> None:
        self.left: list[int] = []
        self.all = [Leaving(self, number) for number in range(count)]

    def __call__(self) -> tuple[Leaving, ...]:
        return tuple(self.all)


class Leaving:
    def __init__(self, among: Connections, number: int) -> None:
        self.leave: Callable[[], None] = lambda: among.left.append(number)


class Clock:
    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


async def test_a_few_are_asked_at_an_even_pace_each_once() -> None:
    connections, clock = Connections(20), Clock()
    await drain(connections, 10, sleep=clock.sleep)
    assert connections.left == list(range(20))
    assert set(clock.slept) == {1 / SOCKETS_PER_SECOND}


async def test_many_are_asked_within_the_time_there_is() -> None:
    connections, clock = Connections(10_000), Clock()
    await drain(connections, 10, sleep=clock.sleep)
    assert len(connections.left) == 10_000
    assert 9.9 < sum(clock.slept) < 10.1


async def test_who_connected_meanwhile_is_asked_as_well() -> None:
    connections = Connections(2)

    async def sleep(_: float) -> None:
        if len(connections.all) < 5:
            connections.all.append(Leaving(connections, len(connections.all)))

    await drain(connections, 10, sleep=sleep)
    assert sorted(connections.left) == [0, 1, 2, 3, 4]


async def test_nobody_there_takes_no_time() -> None:
    clock = Clock()
    await drain(Connections(0), 10, sleep=clock.sleep)
    assert clock.slept == []


async def test_who_has_not_asked_yet_is_waited_for_and_no_longer() -> None:
    clock = Clock()
    await hear_out(lambda: len(clock.slept) < 3, 1, sleep=clock.sleep)
    assert len(clock.slept) == 3


async def test_who_never_asks_is_not_waited_for_beyond_the_time() -> None:
    clock = Clock()
    await hear_out(lambda: True, 1, sleep=clock.sleep)
    assert 0.9 < sum(clock.slept) < 1.1
