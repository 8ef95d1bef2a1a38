"""What an idle connection takes of the server's memory, when there are five thousand.

python -m tests.bench --only memory
"""

from __future__ import annotations

import resource

from tests.bench import stand
from tests.bench.figures import Figure, at_most, told
from tests.bench.generator import Load, OfficerLink
from tests.bench.stand import SQLITE

CONNECTIONS = 5000
MEMBERS = 50
MAX_KB = 40
SPARE_FILES = 500


def figures(full: bool) -> list[Figure]:
    del full
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, CONNECTIONS + SPARE_FILES), hard))
    with stand.databases() as databases, stand.crowd(databases[SQLITE].pop(), [MEMBERS]) as crowd:
        address, memory = crowd.server.address, crowd.server.process.memory_info
        ((*members,),) = crowd.groups
        first = Load([OfficerLink(address, person, place) for person, place in members], crowd.server.process)
        before = memory().rss
        more = [OfficerLink(address, *members[number % MEMBERS]) for number in range(CONNECTIONS)]
        load = Load(more, crowd.server.process)
        each = (memory().rss - before) / CONNECTIONS / 1000
        load.close()
        first.close()
    return [
        at_most(f"Memory for each of {CONNECTIONS} idle connections, subscribed", each, "kB", MAX_KB),
        told("Memory of the server with 50 connections", before / 1e6, "MB"),
    ]
