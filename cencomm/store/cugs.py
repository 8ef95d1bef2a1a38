"""Reading what the log's transactions wrote: pages of events, groups, members, Welcomes. Off the hot path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, Table, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from cencomm.groups.model import Cug, CugState, LoggedEvent, Membership
from cencomm.ids import ClientRef, CugId, DeviceId, GroupId, OfficerId
from cencomm.store.database import READ_ONLY
from cencomm.store.tables import accounts, cugs, events, group_states, members, welcomes
from cencomm.wire.frames import EventKind

PAGE_EVENTS = 500
PAGE_BYTES = 1024 * 1024

_PAGE = """
SELECT seq, server_time_ms, kind, sender, client_ref, body, event_hash FROM events
WHERE cug_id = ?1 AND seq > ?2 AND seq <= (
    SELECT max(seq) FROM (
        SELECT seq, sum(length(body)) OVER (ORDER BY seq) - length(body) AS before FROM events
        WHERE cug_id = ?1 AND seq > ?2 AND seq <= ?2 + ?3
    ) AS sized WHERE before < ?4
) ORDER BY seq
"""
"""A log has no gaps, so a page lies in a range: with a LIMIT, PostgreSQL without statistics reads all that follows. And
plain SQL, because to catch up is to read pages, and SQLAlchemy's rows by name cost more than the database."""


@dataclass(frozen=True, slots=True)
class StoredGroup:
    """The newest epoch of a CUG and the event that made it."""

    cug: Cug
    made_by: LoggedEvent
    public_group: bytes = field(repr=False)
    group_info: bytes = field(repr=False)
    members: tuple[Membership, ...]


@dataclass(frozen=True, slots=True)
class StoredWelcome:
    group_id: GroupId
    epoch: int
    seq: int
    key_package_ref: bytes
    welcome: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class NamedMember:
    membership: Membership
    display_name: str


class CugReader:
    """Every method reads in one short transaction of its own."""

    def __init__(self, engine: AsyncEngine) -> None:
        # One statement is its own transaction: no round trips for a BEGIN and a ROLLBACK around it.
        alone = engine.dialect.name == "postgresql"
        self._at_once = engine.execution_options(isolation_level="AUTOCOMMIT") if alone else engine
        self._of_one_moment = engine.execution_options(isolation_level="REPEATABLE READ") if alone else engine
        self._page = _PAGE.replace("?", "$") if alone else _PAGE

    async def group(self, cug_id: CugId) -> StoredGroup | None:
        """All that is needed to judge and deliver in that CUG, of one moment; None where there is no such CUG."""
        joined = cugs.join(group_states, group_states.c.cug_id == cugs.c.cug_id).join(
            events, (events.c.cug_id == cugs.c.cug_id) & (events.c.seq == group_states.c.seq)
        )
        columns = (*cugs.c, group_states.c.public_group, group_states.c.group_info, *events.c)
        labelled = select(*(column.label(f"{column.table.name}_{column.name}") for column in columns))
        async with self._of_one_moment.connect() as connection:
            await connection.execution_options(**{READ_ONLY: True})
            row = (
                (await connection.execute(labelled.select_from(joined).where(cugs.c.cug_id == cug_id)))
                .mappings()
                .one_or_none()
            )
            if row is None:
                return None
            listed = await connection.execute(_members_of(cug_id))
            return StoredGroup(
                cug=_cug({name: row[f"cugs_{name}"] for name in _names(cugs)}),
                made_by=_event({name: row[f"events_{name}"] for name in _names(events)}),
                public_group=row["group_states_public_group"],
                group_info=row["group_states_group_info"],
                members=tuple(_membership(member) for member in listed),
            )

    async def cug(self, cug_id: CugId) -> Cug | None:
        """The CUG's row."""
        rows = await self._all(select(cugs).where(cugs.c.cug_id == cug_id))
        return _cug(rows[0]._mapping) if rows else None

    async def events_after(self, cug_id: CugId, seq: int) -> list[LoggedEvent]:
        """The next events, in order: at least one where there is one, at most PAGE_EVENTS and about PAGE_BYTES."""
        async with self._at_once.connect() as connection:
            await connection.execution_options(**{READ_ONLY: True})
            came = await connection.exec_driver_sql(self._page, (cug_id, seq, PAGE_EVENTS, PAGE_BYTES))
            rows: Sequence[Any] = came.all()
        return [
            LoggedEvent(at, time_ms, EventKind(kind), DeviceId(sender), ClientRef(client_ref), body, event_hash)
            for at, time_ms, kind, sender, client_ref, body, event_hash in rows
        ]

    async def rejections_after(self, cug_id: CugId, seq: int) -> list[LoggedEvent]:
        """The rejections that were logged after event `seq`."""
        query = select(events).where(
            events.c.cug_id == cug_id, events.c.seq > seq, events.c.kind == int(EventKind.REJECTION)
        )
        return [_event(row._mapping) for row in await self._all(query.order_by(events.c.seq))]

    async def last_seqs(self, cug_ids: Sequence[CugId]) -> dict[CugId, int]:
        """How far each CUG's log has come."""
        rows = await self._all(select(cugs.c.cug_id, cugs.c.last_seq).where(cugs.c.cug_id.in_(cug_ids)))
        return {CugId(row[0]): row[1] for row in rows}

    async def cug_of(self, account_id: OfficerId, cug_id: CugId) -> tuple[Cug, Membership] | None:
        """The CUG and the officer's place in it; None where he has none."""
        rows = await self._all(_cugs_of(account_id).where(cugs.c.cug_id == cug_id))
        return _cug_and_membership(rows[0]) if rows else None

    async def cugs_of(self, account_id: OfficerId, after: bytes, limit: int) -> list[tuple[Cug, Membership]]:
        """The CUGs in which the officer is or was, by id, from the one after `after`."""
        query = _cugs_of(account_id).where(cugs.c.cug_id > after).order_by(cugs.c.cug_id).limit(limit)
        return [_cug_and_membership(row) for row in await self._all(query)]

    async def members(self, cug_id: CugId, after: str, limit: int) -> list[NamedMember]:
        """Everybody who is or was a member, by account, from the one after `after`."""
        query = (
            select(*_MEMBER, func.coalesce(accounts.c.display_name, ""))
            .select_from(members.outerjoin(accounts, accounts.c.account_id == members.c.account_id))
            .where(members.c.cug_id == cug_id, members.c.account_id > after)
            .order_by(members.c.account_id)
            .limit(limit)
        )
        return [NamedMember(_membership(row), row[4]) for row in await self._all(query)]

    async def welcome(self, cug_id: CugId, device_id: DeviceId) -> StoredWelcome | None:
        """The newest Welcome for the device."""
        query = select(
            welcomes.c.group_id, welcomes.c.epoch, welcomes.c.seq, welcomes.c.key_package_ref, welcomes.c.welcome
        ).where(welcomes.c.cug_id == cug_id, welcomes.c.device_id == device_id)
        rows = await self._all(query)
        return StoredWelcome(GroupId(rows[0][0]), *rows[0][1:]) if rows else None

    async def _all(self, query: Select[Any]) -> list[Any]:
        async with self._at_once.connect() as connection:
            await connection.execution_options(**{READ_ONLY: True})
            return list((await connection.execute(query)).all())


_MEMBER = (members.c.account_id, members.c.role, members.c.admitted_seq, members.c.removed_seq)


def _names(table: Table) -> list[str]:
    return [column.name for column in table.c]


def _members_of(cug_id: CugId) -> Select[Any]:
    return select(*_MEMBER).where(members.c.cug_id == cug_id).order_by(members.c.account_id)


def _cugs_of(account_id: OfficerId) -> Select[Any]:
    joined = members.join(cugs, cugs.c.cug_id == members.c.cug_id)
    return select(*_MEMBER, *cugs.c).select_from(joined).where(members.c.account_id == account_id)


def _cug_and_membership(row: Any) -> tuple[Cug, Membership]:
    return _cug(row._mapping), _membership(row)


def _membership(row: Any) -> Membership:
    return Membership(OfficerId(row[0]), row[1], row[2], row[3])


def _cug(row: Any) -> Cug:
    return Cug(
        CugId(row["cug_id"]),
        CugState(row["state"]),
        GroupId(row["group_id"]),
        row["epoch"],
        row["last_seq"],
        row["last_time_ms"],
        row["opened_ms"],
    )


def _event(row: Any) -> LoggedEvent:
    return LoggedEvent(
        row["seq"],
        row["server_time_ms"],
        EventKind(row["kind"]),
        DeviceId(row["sender"]),
        ClientRef(row["client_ref"]),
        row["body"],
        row["event_hash"],
    )
