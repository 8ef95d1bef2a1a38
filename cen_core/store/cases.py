"""Heads, versions and the log of cases on SQL; what must hold under a race is held by constraints."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from cen_core.errors import CaseExists, VersionConflict
from cen_core.model import content
from cen_core.model.case import Case, LogEntry, State, Version
from cen_core.model.picture import is_never_pictured
from cen_core.store import tables
from cen_core.store.batches import batches
from cen_core.store.pictures import take_out

_CASES = tables.cases
_HEAD = [column.name for column in _CASES.columns]
_FIXED = frozenset({"number", "case_id", "member", "author", "source_key", "upload", "created_ms"})
"""What of a head never changes by a move."""


class SqlCases:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def new_numbers(self, count: int) -> Sequence[int]:
        """Numbers that nobody else gets: PostgreSQL's from a sequence, SQLite's because there is one writer."""
        if self._connection.dialect.name == "postgresql":
            found = await self._connection.execute(
                text("SELECT nextval('cen_case_numbers') FROM generate_series(1, :count)"), {"count": count}
            )
            return [int(row[0]) for row in found]
        last = (await self._connection.execute(select(func.coalesce(func.max(_CASES.c.number), 0)))).scalar_one()
        return range(last + 1, last + 1 + count)

    async def get(self, case_id: str, *, for_update: bool = False) -> Case | None:
        statement = select(_CASES).where(_CASES.c.case_id == case_id)
        if for_update:
            statement = statement.with_for_update()
        row = (await self._connection.execute(statement)).one_or_none()
        return None if row is None else _case(row)

    async def by_source_key(self, member: str, source_key: str) -> Case | None:
        statement = select(_CASES).where(_CASES.c.member == member, _CASES.c.source_key == source_key)
        row = (await self._connection.execute(statement)).one_or_none()
        return None if row is None else _case(row)

    async def known_source_keys(self, keys: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those of the (member, key) pairs that a case has."""
        found: set[tuple[str, str]] = set()
        for some in batches(sorted({key for _, key in keys})):
            statement = select(_CASES.c.member, _CASES.c.source_key).where(_CASES.c.source_key.in_(some))
            found.update((row.member, row.source_key) for row in await self._connection.execute(statement))
        return found & set(keys)

    async def of_upload(self, upload_id: str) -> Sequence[Case]:
        statement = select(_CASES).where(_CASES.c.upload == upload_id).order_by(_CASES.c.number).with_for_update()
        return [_case(row) for row in await self._connection.execute(statement)]

    async def worklist(self, member: str, states: Collection[State], limit: int) -> Sequence[Case]:
        """A member's cases in these states, the latest change first."""
        statement = (
            select(_CASES)
            .where(_CASES.c.member == member, _CASES.c.state.in_([state.value for state in states]))
            .order_by(_CASES.c.changed_ms.desc(), _CASES.c.number.desc())
            .limit(limit)
        )
        return [_case(row) for row in await self._connection.execute(statement)]

    async def add(self, cases: Sequence[Case], versions: Sequence[Version]) -> None:
        try:
            await self._connection.execute(insert(_CASES), [_head(case) for case in cases])
        except IntegrityError:
            raise CaseExists from None
        await self._connection.execute(insert(tables.versions), [_version_row(version) for version in versions])

    async def update(self, case: Case) -> None:
        changed = {name: value for name, value in _head(case).items() if name not in _FIXED}
        statement = (
            update(_CASES)
            .where(_CASES.c.number == case.number, _CASES.c.revision == case.revision - 1)
            .values(**changed)
        )
        if (await self._connection.execute(statement)).rowcount != 1:
            raise VersionConflict(sent=case.revision - 1, current=case.revision)

    async def update_all(self, cases: Sequence[Case]) -> None:
        """The rows are locked by `of_upload`, so that the count of one statement need not be looked at."""
        names = [name for name in _HEAD if name not in _FIXED]
        statement = (
            update(_CASES)
            .where(_CASES.c.number == bindparam("the_number"))
            .values({name: bindparam(f"new_{name}") for name in names})
        )
        rows = [
            {"the_number": case.number} | {f"new_{name}": value for name, value in _head(case).items() if name in names}
            for case in cases
        ]
        await self._connection.execute(statement, rows)

    async def release_source_keys(self, upload_id: str) -> None:
        await self._connection.execute(update(_CASES).where(_CASES.c.upload == upload_id).values(source_key=None))

    async def add_version(self, version: Version) -> None:
        await self._connection.execute(insert(tables.versions), [_version_row(version)])
        if is_never_pictured(version.content):
            await take_out(self._connection, version)

    async def version(self, number: int, version: int) -> Version | None:
        statement = select(tables.versions).where(
            tables.versions.c.number == number, tables.versions.c.version == version
        )
        row = (await self._connection.execute(statement)).one_or_none()
        return None if row is None else _version(row)

    async def present_versions(self, upload_id: str) -> Sequence[Version]:
        """The present content of every case of an upload."""
        statement = (
            select(tables.versions)
            .join(
                _CASES, (_CASES.c.number == tables.versions.c.number) & (_CASES.c.version == tables.versions.c.version)
            )
            .where(_CASES.c.upload == upload_id)
        )
        return [_version(row) for row in await self._connection.execute(statement)]

    async def versions(self, number: int) -> Sequence[Version]:
        """Every content that the case ever had, the first first."""
        statement = (
            select(tables.versions).where(tables.versions.c.number == number).order_by(tables.versions.c.version)
        )
        return [_version(row) for row in await self._connection.execute(statement)]

    async def append_log(self, entries: Sequence[tuple[int, LogEntry]]) -> None:
        rows = [
            {
                "number": number,
                "action": entry.action,
                "officer": entry.officer,
                "member": entry.member,
                "version": entry.version,
                "reason": entry.reason,
                "at_ms": entry.at_ms,
            }
            for number, entry in entries
        ]
        await self._connection.execute(insert(tables.log), rows)

    async def log(self, number: int) -> Sequence[LogEntry]:
        statement = select(tables.log).where(tables.log.c.number == number).order_by(tables.log.c.entry)
        return [
            LogEntry(row.action, row.officer, row.member, row.version, row.reason, row.at_ms)
            for row in await self._connection.execute(statement)
        ]


def _head(case: Case) -> dict[str, Any]:
    return {name: getattr(case, name) for name in _HEAD} | {"state": case.state.value}


def _case(row: Row[Any]) -> Case:
    return Case(**(dict(row._mapping) | {"state": State(row.state)}))


def _version_row(version: Version) -> dict[str, Any]:
    return {
        "number": version.number,
        "version": version.version,
        "content": content.encode(version.content).decode(),
        "editor": version.editor,
        "read_by": version.read_by,
        "at_ms": version.at_ms,
    }


def _version(row: Row[Any]) -> Version:
    return Version(row.number, row.version, content.decode(row.content.encode()), row.editor, row.read_by, row.at_ms)
