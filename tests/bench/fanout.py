"""Fan-out beside the bare server: deliveries a second, every record judged and durable before it is acknowledged.

python -m tests.bench --only fanout
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests.bench import stand
from tests.bench.figures import Figure, at_least_times, told
from tests.bench.generator import BareLink, Counted, Link, Load, OfficerLink
from tests.bench.stand import POSTGRES, SQLITE, Crowd, Process

ROUNDS = 3
SECONDS = 2.0
WARM_UP_SECONDS = 0.7


@dataclass(frozen=True)
class Shape:
    groups: int
    members: int
    senders: int
    window: int
    wanted: dict[str, float]
    per_cpu_second: bool = False

    @property
    def name(self) -> str:
        return f"{self.groups}×{self.members}, {self.senders} senders with {self.window} outstanding each"


SHAPES = (
    Shape(1, 200, 10, 8, {SQLITE: 10, POSTGRES: 10}),
    Shape(1, 50, 10, 8, {SQLITE: 5, POSTGRES: 5}),
    Shape(10, 20, 2, 8, {SQLITE: 3, POSTGRES: 2}, per_cpu_second=True),
    Shape(1, 50, 10, 1, {SQLITE: 2, POSTGRES: 2}),
)

Open = Callable[[Shape], list[Link]]


def bare_links(server: Process, shape: Shape) -> list[Link]:
    return [BareLink(server.address, group, number) for group in range(shape.groups) for number in range(shape.members)]


def officer_links(crowd: Crowd) -> list[Link]:
    return [OfficerLink(crowd.server.address, person, place) for group in crowd.groups for person, place in group]


@contextmanager
def loaded(links: Sequence[Link], server: Process, shape: Shape) -> Iterator[Load]:
    """The first members of each group send."""
    load = Load(links, server.process)
    try:
        for number, link in enumerate(links):
            if number % shape.members < shape.senders:
                link.window = shape.window
                link.send(shape.window)
        yield load
    finally:
        load.close()


def one_run(links: Sequence[Link], server: Process, shape: Shape, seconds: float) -> Counted:
    with loaded(links, server, shape) as load:
        load.read(WARM_UP_SECONDS)
        counted = load.measured(seconds)
        for link in links:
            link.window = 0
        sent = sum(link.sent for link in links)
        load.until(lambda: sum(link.delivered for link in links) >= sent * shape.members)
        load.until(lambda: sum(link.acknowledged for link in links) == sent)
    return counted


def measure(shape: Shape, kind: str, database_url: str, rounds: int, seconds: float) -> list[Figure]:
    """In turns with the bare server; the middle of the rounds counts."""
    with ExitStack() as stack:
        reference = stack.enter_context(stand.bare())
        crowd = stack.enter_context(stand.crowd(database_url, [shape.members] * shape.groups))
        pairs = [
            (
                one_run(bare_links(reference, shape), reference, shape, seconds),
                one_run(officer_links(crowd), crowd.server, shape, seconds),
            )
            for _ in range(rounds)
        ]
    return list(_figures(shape, kind, pairs))


def _figures(shape: Shape, kind: str, pairs: Sequence[tuple[Counted, Counted]]) -> Iterator[Figure]:
    def middle(of: Callable[[Counted], float], which: int) -> float:
        return statistics.median(of(pair[which]) for pair in pairs)

    def rate(counted: Counted) -> float:
        return counted.per_cpu_second if shape.per_cpu_second else counted.per_second

    unit = "deliveries/CPU s" if shape.per_cpu_second else "deliveries/s"
    name = f"Fan-out, {kind}, {shape.name}"
    yield at_least_times(name, middle(rate, 1), unit, middle(rate, 0), shape.wanted[kind])
    yield told(f"{name}: acknowledged", middle(lambda one: one.acknowledged / one.seconds, 1), "records/s")
    for which, said in enumerate(("the bare server", "the server")):
        yield told(f"{name}: {said}'s core busy", middle(lambda one: 100 * one.server_cpu / one.seconds, which), "%")
        yield told(
            f"{name}: generator busy beside {said}",
            middle(lambda one: 100 * one.generator_cpu / one.seconds, which),
            "%",
        )


def figures(full: bool, kinds: Sequence[str] = (SQLITE, POSTGRES), shapes: Sequence[Shape] = SHAPES) -> list[Figure]:
    del full
    with stand.databases() as databases:
        return [
            figure
            for shape in shapes
            for kind in kinds
            for figure in measure(shape, kind, databases[kind].pop(), ROUNDS, SECONDS)
        ]
