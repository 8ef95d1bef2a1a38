"""Catching up: a long log from the database to one reader, and whether its cost grows with its length alone.

python -m tests.bench --only catching-up
"""

from __future__ import annotations

import os
import statistics
import time

from cencomm.groups.log import Submission
from cencomm.groups.seals import event_hash, without_seals
from cencomm.ids import new_client_ref
from cencomm.store.database import Database
from cencomm.store.event_log import Hooks
from cencomm.store.log_writer import MAX_BATCH, event_log_for
from cencomm.wire.frames import EventKind
from tests.bench import stand
from tests.bench.figures import Figure, at_least, at_most_times
from tests.bench.generator import RECORD_BYTES, Load, OfficerLink
from tests.bench.stand import POSTGRES, SQLITE, Crowd
from tests.unit.crypto.people import NOW_MS

RECORDS = 100_000
SHORTER = 20_000
ROUNDS = 3
MIN_PER_SECOND = 50_000
MAX_TIMES = 1.25


async def fill(database_url: str, crowd: Crowd, count: int) -> int:
    """Store so many records as the log's writer does; the seq of the last one."""
    database = Database.open(database_url)
    log = event_log_for(database, Hooks(event_hash, without_seals))
    person, place = crowd.groups[0][0]
    last = 0
    for first in range(0, count, MAX_BATCH):
        batch = [
            Submission(
                place.cug_id,
                person.device_id,
                new_client_ref(),
                EventKind.RECORD,
                os.urandom(RECORD_BYTES),
                judged_in=(place.group_id, place.epoch),
            )
            for _ in range(min(MAX_BATCH, count - first))
        ]
        outcomes = await log.store(batch, NOW_MS)
        last = outcomes[-1].seq  # type: ignore[union-attr]  # a refusal has none, and ends the measurement
    await log.close()
    await database.close()
    return last


def per_second(crowd: Crowd, last: int, count: int) -> float:
    person, place = crowd.groups[0][0]
    began = time.perf_counter()
    link = OfficerLink(crowd.server.address, person, place, last - count)
    load = Load([link], crowd.server.process)  # returns when it has caught up
    passed = time.perf_counter() - began
    assert link.delivered == count
    load.close()
    return count / passed


def figures(full: bool) -> list[Figure]:
    del full
    found = []
    with stand.databases() as databases:
        for kind in (SQLITE, POSTGRES):
            database = databases[kind].pop()
            with stand.crowd(database, [2]) as crowd:
                last = stand.run(fill(database, crowd, RECORDS))
                rates = [(per_second(crowd, last, SHORTER), per_second(crowd, last, RECORDS)) for _ in range(ROUNDS)]
            shorter, whole = (statistics.median(column) for column in zip(*rates, strict=True))
            name = f"Catching up, {kind}"
            found += [
                at_least(f"{name}: {RECORDS:,} records", whole, "records/s", MIN_PER_SECOND),
                at_most_times(
                    f"{name}: a record among {RECORDS:,} beside one among {SHORTER:,}",
                    1e6 / whole,
                    "µs",
                    1e6 / shorter,
                    MAX_TIMES,
                ),
            ]
    return found
