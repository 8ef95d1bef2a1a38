"""How long a record takes to its readers at an even pace, beside the bare server.

python -m tests.bench --only latency
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Sequence

from tests.bench import stand
from tests.bench.fanout import Shape, bare_links, officer_links
from tests.bench.figures import Figure, at_most_times
from tests.bench.generator import RECORD_BYTES, BareLink, Link, Load, OfficerLink, masked, send_all
from tests.bench.stand import POSTGRES, SQLITE, Process

RATE = 400
SHAPE = Shape(1, 50, 10, 0, {})
WATCHERS = 5
ROUNDS = 3
SECONDS = 4.0
MARK = b"\xb7when?\xb7\xb7"
"""Stands before the number of each record, wherever it travels."""


class Watch:
    """A member that notes when each record arrived."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._tail = b""
        self.arrived: dict[int, float] = {}
        self._took, link.took = link.took, self.took  # type: ignore[method-assign]  # it reads first, then the link

    def took(self, data: memoryview) -> None:
        now = time.perf_counter()
        came = self._tail + data
        at = came.find(MARK)
        while 0 <= at <= len(came) - 16:
            self.arrived.setdefault(int.from_bytes(came[at + 8 : at + 16], "big"), now)
            at = came.find(MARK, at + 16)
        self._tail = came[-15:]
        self._took(data)


def send_numbered(link: Link, number: int) -> None:
    if isinstance(link, OfficerLink):
        link.run, link.sent = MARK, number - 1
        link.send(1)
    elif isinstance(link, BareLink):
        content = bytes([0]) + MARK + number.to_bytes(8, "big") + os.urandom(RECORD_BYTES - 17)
        send_all(link.socket, masked(content))


def one_run(links: Sequence[Link], server: Process) -> list[float]:
    """Milliseconds from the sender's write to each watcher's read."""
    load = Load(links, server.process)
    watches = [Watch(link) for link in links[-WATCHERS:]]
    sent: dict[int, float] = {}
    first = secrets.randbits(48)  # another run's records are not to be resent
    began, number = time.perf_counter(), first
    while (now := time.perf_counter()) < began + SECONDS:
        while number - first < (now - began) * RATE:
            number += 1
            sent[number] = time.perf_counter()
            send_numbered(links[number % SHAPE.senders], number)
        load.turn(max(0.0, began + (number + 1 - first) / RATE - time.perf_counter()))
    load.until(lambda: all(len(watch.arrived) >= len(sent) for watch in watches))
    load.close()
    settled = first + RATE // 2
    return [1000 * (at - sent[seen]) for watch in watches for seen, at in watch.arrived.items() if seen > settled]


def figures(full: bool) -> list[Figure]:
    del full
    found = []
    with stand.databases() as databases, stand.bare() as reference:
        for kind in (SQLITE, POSTGRES):
            with stand.crowd(databases[kind].pop(), [SHAPE.members]) as crowd:
                bare: list[float] = []
                ours: list[float] = []
                for _ in range(ROUNDS):
                    bare += one_run(bare_links(reference, SHAPE), reference)
                    ours += one_run(officer_links(crowd), crowd.server)
            for share, said in ((0.5, "half within"), (0.99, "99 of 100 within")):
                name = f"Latency, {kind}, 1×{SHAPE.members}, {RATE} records/s: {said}"
                found.append(at_most_times(name, _share(ours, share), "ms", _share(bare, share), 2))
    return found


def _share(latencies: list[float], share: float) -> float:
    return sorted(latencies)[int(len(latencies) * share)]
