"""What this process counts for its operator, as Prometheus metrics (docs/operations.md says what each one tells).

Metrics belong to the process, so they stand here once and not in the objects that are counted. Labels are closed sets:
kinds of events, codes of refusals, names of routes, statuses. Never an account, a CUG, an address or a path.

On the message path nothing is counted record by record: a batch is counted as a whole, what is written to sockets in
plain numbers, and what can be looked at is looked at only when somebody asks (`Live`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Protocol
from weakref import WeakSet

from prometheus_client import REGISTRY, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

FAST: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

BATCH_EVENTS: Final = Histogram(
    "cencomm_batch_events",
    "Events stored or refused in one transaction.",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512),
)
BATCH_SECONDS: Final = Histogram("cencomm_batch_seconds", "Duration of one batch's transaction.", buckets=FAST)
BATCH_WAIT_SECONDS: Final = Histogram(
    "cencomm_batch_wait_seconds", "Time from queueing a batch's oldest event until it is durable.", buckets=FAST
)
BATCHES_FAILED: Final = Counter("cencomm_batches_failed_total", "Transactions that did not go through.")
EVENTS_STORED: Final = Counter(
    "cencomm_events_stored_total", "Events stored; each commit or group is an epoch.", ["kind"]
)
EVENTS_REPEATED: Final = Counter("cencomm_events_repeated_total", "Resends of what was stored before.", ["kind"])
EVENTS_REFUSED: Final = Counter("cencomm_events_refused_total", "Events refused, by reason.", ["kind", "code"])

HTTP_REQUESTS: Final = Counter("cencomm_http_requests_total", "Requests answered.", ["route", "status"])
HTTP_REFUSED: Final = Counter("cencomm_http_refused_total", "Requests refused, by reason.", ["route", "code"])
HTTP_SECONDS: Final = Histogram("cencomm_http_seconds", "Duration of requests.", ["route"], buckets=FAST)
SIGN_INS: Final = Counter("cencomm_sign_ins_total", "Sign-ins that came to a decision.", ["outcome"])

DATABASE_SECONDS: Final = Histogram(
    "cencomm_database_seconds", "Duration of statements off the message path.", buckets=FAST
)
SLOW_READERS: Final = Counter(
    "cencomm_slow_readers_total", "Connections taken out of the fan-out for reading too slowly."
)
STALLED_READERS: Final = Counter("cencomm_stalled_readers_total", "Connections cut off since they read nothing at all.")
ON_LINE: Final = Gauge("cencomm_officers_on_line", "Officers on line in this process who do not hide it.")
PRESENCE_FRAMES: Final = Counter("cencomm_presence_frames_total", "Lists of who is on line, told to watchers.")
TYPING: Final = Counter("cencomm_typing_total", "Typing that came, by what became of it.", ["outcome"])
CONNECTIONS_CUT: Final = Counter(
    "cencomm_connections_cut_total", "Connections ended for what the peer did or did not do, by reason.", ["reason"]
)
"""Reasons: `protocol` (RFC 6455 or a limit broken), `flood` (pings, tiny fragments), `slow` (a request), `silent` (to
pings), `untaken` (what was written)."""

FILE_BYTES: Final = Gauge(
    "cencomm_file_bytes", "What encrypted files take of what groups may, uploads under way included."
)


class Writer(Protocol):
    """A log writer, looked at when somebody asks."""

    @property
    def queued(self) -> int: ...
    @property
    def queued_bytes(self) -> int: ...
    @property
    def lag_seconds(self) -> float:
        """How long the oldest event has been waiting that is not durable yet."""


class Connection(Protocol):
    """A websocket, looked at when somebody asks."""

    @property
    def is_paused(self) -> bool: ...
    @property
    def unwritten_bytes(self) -> int: ...


class Followed(Protocol):
    """The subscriptions of a process, looked at when somebody asks."""

    @property
    def followed_cugs(self) -> int: ...
    @property
    def catching_up(self) -> int:
        """Subscriptions that still read the past."""


class Parts(Protocol):
    """What a process can do without for a while, looked at when somebody asks."""

    @property
    def degraded(self) -> list[str]: ...


class Tally:
    """Plain numbers for what happens too often for a metric of its own; only the event loop's thread adds to them."""

    __slots__ = ("frame_bytes", "frames")

    def __init__(self) -> None:
        self.frames = 0
        self.frame_bytes = 0


WRITERS: Final[WeakSet[Writer]] = WeakSet()
CONNECTIONS: Final[WeakSet[Connection]] = WeakSet()
FOLLOWED: Final[WeakSet[Followed]] = WeakSet()
PARTS: Final[WeakSet[Parts]] = WeakSet()
OPTIONAL_PARTS: Final = ("redis",)
TALLY: Final = Tally()


class Live(Collector):
    """What is true at the moment of asking."""

    def collect(self) -> Iterable[Metric]:
        yield from _of_writers(list(WRITERS))
        yield from _of_connections(list(CONNECTIONS))
        yield from _of_feeds(list(FOLLOWED))
        yield _of_parts(list(PARTS))
        yield _counter("cencomm_frames_sent", "Frames written to connections.", TALLY.frames)
        yield _counter("cencomm_frame_bytes_sent", "Bytes of frames written to connections.", TALLY.frame_bytes)


def _of_writers(writers: list[Writer]) -> Iterator[Metric]:
    queued = sum(writer.queued for writer in writers)
    queued_bytes = sum(writer.queued_bytes for writer in writers)
    lag = max((writer.lag_seconds for writer in writers), default=0.0)
    yield _gauge("cencomm_writer_queue_events", "Events that wait to be stored.", queued)
    yield _gauge("cencomm_writer_queue_bytes", "Bytes of the events that wait to be stored.", queued_bytes)
    yield _gauge("cencomm_writer_lag_seconds", "How long the oldest event has waited that is not durable.", lag)


def _of_connections(connections: list[Connection]) -> Iterator[Metric]:
    paused = sum(connection.is_paused for connection in connections)
    unwritten = sum(connection.unwritten_bytes for connection in connections)
    yield _gauge("cencomm_connections", "Open websocket sessions.", len(connections))
    yield _gauge("cencomm_connections_paused", "Sessions that read more slowly than they are written to.", paused)
    yield _gauge("cencomm_fanout_backlog_bytes", "Bytes written to sessions that they have not taken.", unwritten)


def _of_feeds(feeds: list[Followed]) -> Iterator[Metric]:
    followed = sum(one.followed_cugs for one in feeds)
    catching_up = sum(one.catching_up for one in feeds)
    yield _gauge("cencomm_followed_cugs", "CUGs that somebody connected here follows.", followed)
    yield _gauge("cencomm_catching_up", "Subscriptions that still read the past.", catching_up)


def _of_parts(processes: list[Parts]) -> Metric:
    away = {part for process in processes for part in process.degraded}
    family = GaugeMetricFamily("cencomm_degraded", "Whether the process does without a part just now.", labels=["part"])
    for part in OPTIONAL_PARTS:
        family.add_metric((part,), part in away)
    return family


def _gauge(name: str, says: str, value: float) -> Metric:
    family = GaugeMetricFamily(name, says)
    family.add_metric((), value)
    return family


def _counter(name: str, says: str, value: float) -> Metric:
    family = CounterMetricFamily(name, says)
    family.add_metric((), value)
    return family


REGISTRY.register(Live())
