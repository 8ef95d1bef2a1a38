"""The one transaction of the hot path: a batch of submissions takes its places in the logs (DESIGN §3).

Written once as a generator that says what it wants from the database and is handed the rows; `event_log_sqlite` and
`event_log_postgres` carry it out. Plain SQL, because a unit of work per record is ten times slower. Rules stand in
`cencomm.groups.log`; what must hold under a race is held here by row locks (PostgreSQL), `BEGIN IMMEDIATE` (SQLite)
and unique constraints.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any

from cencomm.errors import DomainError
from cencomm.groups.errors import CugExists
from cencomm.groups.log import (
    CugEnds,
    EventHash,
    NewEpoch,
    Outcome,
    Receipt,
    Submission,
    answer_resend,
    follow_roster,
    place,
)
from cencomm.groups.model import START_OF_GROUP, Cug, CugState, LoggedEvent, Membership
from cencomm.ids import ClientRef, CugId, DeviceId, GroupId, OfficerId
from cencomm.wire.frames import EventKind

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Statement:
    """`sql` runs once per row with numbered parameters; `arrays` once for all, each parameter a whole column."""

    sql: str
    arrays: str | None = None

    @property
    def postgres(self) -> str:
        return (self.arrays or self.sql).replace("?", "$")


@dataclass(frozen=True, slots=True)
class Step:
    """`statement` for each of `rows`; the answer is what all of them returned."""

    statement: Statement
    rows: Sequence[Row]


Transaction = Generator[Step, list[Row], list[Outcome]]

_CUG = "SELECT cug_id, state, group_id, epoch, last_seq, last_time_ms, opened_ms FROM cugs"
LOCK_CUGS = Statement(f"{_CUG} WHERE cug_id = ?1", f"{_CUG} WHERE cug_id = ANY(?1::bytea[]) ORDER BY cug_id FOR UPDATE")
KNOWN_EVENTS = Statement(
    "SELECT e.cug_id, e.seq, e.server_time_ms, e.kind, e.sender, e.client_ref, e.body, e.event_hash FROM events e"
    " WHERE e.cug_id = ?1 AND e.sender = ?2 AND e.client_ref = ?3",
    "SELECT e.cug_id, e.seq, e.server_time_ms, e.kind, e.sender, e.client_ref, e.body, e.event_hash"
    " FROM unnest(?1::bytea[], ?2::text[], ?3::bytea[]) AS r(cug_id, sender, client_ref)"
    " JOIN events e ON e.cug_id = r.cug_id AND e.sender = r.sender AND e.client_ref = r.client_ref",
)
INSERT_EVENTS = Statement(
    "INSERT INTO events (cug_id, seq, server_time_ms, kind, sender, client_ref, body)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    "INSERT INTO events (cug_id, seq, server_time_ms, kind, sender, client_ref, body) SELECT * FROM"
    " unnest(?1::bytea[], ?2::bigint[], ?3::bigint[], ?4::int[], ?5::text[], ?6::bytea[], ?7::bytea[])",
)
UPDATE_CUG = Statement(
    "UPDATE cugs SET state = ?2, group_id = ?3, epoch = ?4, last_seq = ?5, last_time_ms = ?6 WHERE cug_id = ?1"
)
GROUP_TAKEN = Statement("SELECT 1 FROM commits WHERE group_id = ?1 AND epoch = -1")
INSERT_CUG = Statement(
    "INSERT INTO cugs (cug_id, state, group_id, epoch, last_seq, last_time_ms, opened_ms)"
    " VALUES (?1, 'open', ?2, 0, 0, 0, ?3) ON CONFLICT DO NOTHING"
)
INSERT_COMMIT = Statement("INSERT INTO commits (group_id, epoch, cug_id, seq) VALUES (?1, ?2, ?3, ?4)")
PUT_GROUP_STATE = Statement(
    "INSERT INTO group_states (cug_id, group_id, epoch, seq, server_time_ms, public_group, group_info)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (cug_id) DO UPDATE SET group_id = excluded.group_id,"
    " epoch = excluded.epoch, seq = excluded.seq, server_time_ms = excluded.server_time_ms,"
    " public_group = excluded.public_group, group_info = excluded.group_info"
)
MEMBERS = Statement("SELECT account_id, role, admitted_seq, removed_seq FROM members WHERE cug_id = ?1")
PUT_MEMBER = Statement(
    "INSERT INTO members (cug_id, account_id, role, admitted_seq, removed_seq) VALUES (?1, ?2, ?3, ?4, ?5)"
    " ON CONFLICT (cug_id, account_id) DO UPDATE SET role = excluded.role,"
    " admitted_seq = excluded.admitted_seq, removed_seq = excluded.removed_seq"
)
PUT_WELCOME = Statement(
    "INSERT INTO welcomes (cug_id, device_id, group_id, epoch, seq, key_package_ref, welcome)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (cug_id, device_id) DO UPDATE SET"
    " group_id = excluded.group_id, epoch = excluded.epoch, seq = excluded.seq,"
    " key_package_ref = excluded.key_package_ref, welcome = excluded.welcome"
)
DELETE_WELCOMES = Statement("DELETE FROM welcomes WHERE cug_id = ?1")
SEALED_EVENTS = Statement(
    "SELECT seq, kind, sender, client_ref, body FROM events"
    " WHERE cug_id = ?1 AND kind IN (1, 2, 5) AND event_hash IS NULL ORDER BY seq"
)
CUT_EVENT = Statement("UPDATE events SET body = ?3, event_hash = ?4 WHERE cug_id = ?1 AND seq = ?2")


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the transaction asks of the protocol: H(event), and a body without its seals."""

    event_hash: EventHash
    without_seals: Callable[[EventKind, bytes], bytes]


class LookFirst(Exception):
    """A refusal stands in a batch whose resends were not looked for: roll back, and look."""


def is_plain(batch: Sequence[Submission]) -> bool:
    """Whether all of the batch is new and welcome, as far as one can tell without looking."""
    return all(submission.refusal is None for submission in batch)


def store_batch(batch: Sequence[Submission], now_ms: int, hooks: Hooks, *, looks: bool = True) -> Transaction:
    """Gives every submission its place or its refusal, in order; the outcomes stand in the same order.

    A resend is answered before anything is refused. Nearly every batch holds neither, so without `looks` nobody asks:
    the unique constraint on (CUG, sender, client_ref) finds a resend.

    Raises:
        LookFirst: without `looks`, something is to be refused.
    """
    yield from _open_cugs(batch, now_ms)
    names = sorted({submission.cug_id for submission in batch})
    rows = yield Step(LOCK_CUGS, [(name,) for name in names])
    cugs = {cug.cug_id: cug for cug in map(_cug, rows)}
    known = (yield from _known_events(batch)) if looks else {}
    outcomes: list[Outcome] = []
    events: list[Row] = []
    touched: set[CugId] = set()
    for submission in batch:
        key = (submission.cug_id, submission.sender, submission.client_ref)
        if key in known:
            outcomes.append(answer_resend(known[key], submission, hooks.event_hash))
            continue
        placed = place(cugs.get(submission.cug_id), submission, now_ms)
        if isinstance(placed, Cug) and isinstance(submission.effect, NewEpoch):
            placed = yield from _group_unused(placed, submission.effect)
        if isinstance(placed, DomainError):
            if not looks:
                raise LookFirst
            outcomes.append(placed)
            continue
        receipt = Receipt(placed.last_seq, placed.last_time_ms)
        event = LoggedEvent(receipt.seq, receipt.server_time_ms, submission.kind, *key[1:], submission.body)
        events.append((key[0], *_columns(event)))
        if submission.effect is not None:
            yield Step(INSERT_EVENTS, events)
            events = []
            yield from _take_effect(placed, submission, hooks)
        cugs[placed.cug_id] = placed
        touched.add(placed.cug_id)
        known[key] = event
        outcomes.append(receipt)
    if events:
        yield Step(INSERT_EVENTS, events)
    yield Step(UPDATE_CUG, [_cug_columns(cugs[name]) for name in names if name in touched])
    return outcomes


def _open_cugs(batch: Sequence[Submission], now_ms: int) -> Generator[Step, list[Row], None]:
    for submission in batch:
        effect = submission.effect
        if submission.refusal is None and isinstance(effect, NewEpoch) and effect.opens_cug:
            taken = yield Step(GROUP_TAKEN, [(effect.group_id,)])
            if not taken:
                yield Step(INSERT_CUG, [(submission.cug_id, effect.group_id, now_ms)])


def _known_events(
    batch: Sequence[Submission],
) -> Generator[Step, list[Row], dict[tuple[CugId, DeviceId, ClientRef], LoggedEvent]]:
    keys = [(submission.cug_id, submission.sender, submission.client_ref) for submission in batch]
    rows = yield Step(KNOWN_EVENTS, keys)
    return {
        (CugId(row[0]), DeviceId(row[4]), ClientRef(row[5])): LoggedEvent(
            row[1], row[2], EventKind(row[3]), DeviceId(row[4]), ClientRef(row[5]), row[6], row[7]
        )
        for row in rows
    }


def _group_unused(placed: Cug, effect: NewEpoch) -> Generator[Step, list[Row], Cug | DomainError]:
    """A group id starts one group, in one CUG, once."""
    if effect.made_in != START_OF_GROUP:
        return placed
    taken = yield Step(GROUP_TAKEN, [(effect.group_id,)])
    return CugExists() if taken else placed


def _take_effect(placed: Cug, submission: Submission, hooks: Hooks) -> Generator[Step, list[Row], None]:
    match submission.effect:
        case NewEpoch() as epoch:
            yield from _enter_epoch(placed, epoch)
        case CugEnds():
            yield from _end(placed, hooks)


def _enter_epoch(placed: Cug, epoch: NewEpoch) -> Generator[Step, list[Row], None]:
    cug_id, seq = placed.cug_id, placed.last_seq
    yield Step(INSERT_COMMIT, [(epoch.group_id, epoch.made_in, cug_id, seq)])
    state = (epoch.group_id, epoch.epoch, seq, placed.last_time_ms, epoch.public_group, epoch.group_info)
    yield Step(PUT_GROUP_STATE, [(cug_id, *state)])
    rows = yield Step(MEMBERS, [(cug_id,)])
    members = {OfficerId(row[0]): Membership(OfficerId(row[0]), row[1], row[2], row[3]) for row in rows}
    changed = follow_roster(members, epoch, seq)
    yield Step(PUT_MEMBER, [(cug_id, m.account_id, m.role, m.admitted_seq, m.removed_seq) for m in changed])
    yield Step(
        PUT_WELCOME,
        [(cug_id, w.device_id, epoch.group_id, epoch.epoch, seq, w.key_package_ref, w.welcome) for w in epoch.welcomes],
    )


def _end(placed: Cug, hooks: Hooks) -> Generator[Step, list[Row], None]:
    yield Step(DELETE_WELCOMES, [(placed.cug_id,)])
    rows = yield Step(SEALED_EVENTS, [(placed.cug_id,)])
    cut: list[Row] = []
    for seq, kind, sender, client_ref, body in rows:
        event = Submission(placed.cug_id, DeviceId(sender), ClientRef(client_ref), EventKind(kind), body)
        cut.append((placed.cug_id, seq, hooks.without_seals(event.kind, body), hooks.event_hash(event)))
    yield Step(CUT_EVENT, cut)


def _cug(row: Row) -> Cug:
    return Cug(CugId(row[0]), CugState(row[1]), GroupId(row[2]), row[3], row[4], row[5], row[6])


def _cug_columns(cug: Cug) -> Row:
    return (cug.cug_id, cug.state.value, cug.group_id, cug.epoch, cug.last_seq, cug.last_time_ms)


def _columns(event: LoggedEvent) -> Row:
    return (event.seq, event.server_time_ms, int(event.kind), event.sender, event.client_ref, event.body)
