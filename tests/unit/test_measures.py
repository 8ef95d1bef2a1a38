"""What is looked at only when somebody asks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import REGISTRY

from cencomm import measures
from tests.measured import since_now, value


@dataclass(eq=False)
class Queue:
    queued: int
    queued_bytes: int
    lag_seconds: float


@dataclass(eq=False)
class Line:
    is_paused: bool
    unwritten_bytes: int


def test_writers_are_added_up_and_the_slowest_counts() -> None:
    events, size = since_now("cencomm_writer_queue_events"), since_now("cencomm_writer_queue_bytes")
    queues = [Queue(3, 100, 900.5), Queue(4, 50, 0.1)]
    for queue in queues:
        measures.WRITERS.add(queue)
    assert (events(), size(), value("cencomm_writer_lag_seconds")) == (7, 150, 900.5)
    for queue in queues:
        measures.WRITERS.discard(queue)
    assert (events(), size()) == (0, 0)


def test_connections_are_counted_with_what_they_have_not_taken() -> None:
    opened, paused = since_now("cencomm_connections"), since_now("cencomm_connections_paused")
    backlog = since_now("cencomm_fanout_backlog_bytes")
    lines = [Line(True, 1000), Line(False, 0)]
    for line in lines:
        measures.CONNECTIONS.add(line)
    assert (opened(), paused(), backlog()) == (2, 1, 1000)
    for line in lines:
        measures.CONNECTIONS.discard(line)


@dataclass(eq=False)
class Subscriptions:
    followed_cugs: int
    catching_up: int


def test_subscriptions_are_counted_and_who_still_reads_the_past() -> None:
    followed, catching_up = since_now("cencomm_followed_cugs"), since_now("cencomm_catching_up")
    feeds = [Subscriptions(3, 1), Subscriptions(4, 0)]
    for one in feeds:
        measures.FOLLOWED.add(one)
    assert (followed(), catching_up()) == (7, 1)
    for one in feeds:
        measures.FOLLOWED.discard(one)


@dataclass(eq=False)
class Process:
    degraded: list[str]


def test_a_part_that_is_away_is_named() -> None:
    process = Process([])
    measures.PARTS.add(process)
    assert value("cencomm_degraded", part="redis") == 0
    process.degraded.append("redis")
    assert value("cencomm_degraded", part="redis") == 1
    measures.PARTS.discard(process)


def test_frames_are_plain_numbers_until_somebody_asks() -> None:
    frames, size = since_now("cencomm_frames_sent_total"), since_now("cencomm_frame_bytes_sent_total")
    measures.TALLY.frames += 3
    measures.TALLY.frame_bytes += 300
    assert (frames(), size()) == (3, 300)


def test_every_metric_of_ours_is_described_on_the_operators_page() -> None:
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    described = set(re.findall(r"`(cencomm_\w+)", page))
    ours = {family.name + ("_total" if family.type == "counter" else "") for family in REGISTRY.collect()}
    assert {name for name in ours if name.startswith("cencomm_")} == described


def test_labels_are_closed_sets() -> None:
    labels = {
        label
        for family in REGISTRY.collect()
        if family.name.startswith("cencomm_")
        for sample in family.samples
        for label in sample.labels
    }
    assert labels <= {"kind", "code", "part", "reason", "route", "status", "outcome", "le"}
