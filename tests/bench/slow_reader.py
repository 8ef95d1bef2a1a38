"""A member that never reads: what it costs the others and the server's memory, and whether it loses anything.

python -m tests.bench --only slow
"""

from __future__ import annotations

import statistics
from contextlib import suppress

from tests.bench import stand
from tests.bench.fanout import Shape, loaded, officer_links
from tests.bench.figures import Figure, at_most
from tests.bench.generator import Unexpected
from tests.bench.stand import POSTGRES, SQLITE, Crowd

SHAPE = Shape(1, 50, 10, 8, {})
ROUNDS = 5
SECONDS = 3.0
"""The server cuts off who takes nothing at all for five."""
MAX_COST_PERCENT = 1.0
MAX_GROWTH_MB = 8.0


def one_run(crowd: Crowd, *, one_sleeps: bool) -> tuple[float, float, int]:
    """CPU microseconds for each delivery to those who read, megabytes that the server has grown by, and what never
    came to somebody."""
    links = officer_links(crowd)
    others, last = links[:-1], links[-1]
    with loaded(links, crowd.server, SHAPE) as load:
        load.read(1.0)
        before = crowd.server.process.memory_info().rss
        if one_sleeps:
            load.ignore(last)
        counted, delivered = sum(link.delivered for link in others), load.measured(SECONDS)
        grown = (crowd.server.process.memory_info().rss - before) / 1e6
        took = sum(link.delivered for link in others) - counted
        if one_sleeps:
            load.attend(last)
        for link in links:
            link.window = 0
        sent = sum(link.sent for link in links)
        with suppress(Unexpected):
            load.until(lambda: all(link.delivered == sent for link in links))
        lost = sum(sent - link.delivered for link in links)
    return 1e6 * delivered.server_cpu / took, grown, lost


def figures(full: bool) -> list[Figure]:
    del full
    found = []
    with stand.databases() as databases:
        for kind in (SQLITE, POSTGRES):
            with stand.crowd(databases[kind].pop(), [SHAPE.members]) as crowd:
                one_run(crowd, one_sleeps=True)
                pairs = [(one_run(crowd, one_sleeps=False), one_run(crowd, one_sleeps=True)) for _ in range(ROUNDS)]
            awake, asleep = (statistics.median(pair[which][0] for pair in pairs) for which in (0, 1))
            more = 100 * (asleep / awake - 1)
            name = f"A member that never reads, {kind}, 1×{SHAPE.members}"
            found += [
                at_most(f"{name}: a delivery to the others costs more by", more, "%", MAX_COST_PERCENT),
                at_most(f"{name}: memory grows by", max(pair[1][1] for pair in pairs), "MB", MAX_GROWTH_MB),
                at_most(f"{name}: lost when it reads again", sum(pair[1][2] for pair in pairs), "records", 0),
            ]
    return found
