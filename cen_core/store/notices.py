"""Notices on SQL: heads, versions, log, and questions to what is published."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, func, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cen_core.errors import VersionConflict
from cen_core.model import notice_content
from cen_core.model.attachment import Attachment
from cen_core.model.case import LogEntry
from cen_core.model.notice import GENERAL, Notice, NoticeKind, NoticeState, NoticeVersion, NoticeView
from cen_core.model.notice_query import NoticeFilter, NoticePage
from cen_core.model.text import code_token, tokens
from cen_core.store import fulltext
from cen_core.store.notice_tables import files, log, notices, versions

_FIXED: Final = frozenset({"number", "notice_id", "kind", "topic", "owner", "author", "created_ms"})
"""What of a head never changes by a move."""


class SqlNotices:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._dialect = connection.dialect.name

    async def new_number(self) -> int:
        """A number that nobody else gets: PostgreSQL's from a sequence, SQLite's because there is one writer."""
        if self._dialect == "postgresql":
            return int((await self._connection.execute(text("SELECT nextval('cen_notice_numbers')"))).scalar_one())
        statement = select(func.coalesce(func.max(notices.c.number), 0) + 1)
        return int((await self._connection.execute(statement)).scalar_one())

    async def get(self, notice_id: str, *, for_update: bool = False) -> Notice | None:
        statement = select(notices).where(notices.c.notice_id == notice_id)
        if for_update:
            statement = statement.with_for_update()
        row = (await self._connection.execute(statement)).one_or_none()
        return None if row is None else _notice(row)

    async def add(self, notice: Notice, version: NoticeVersion) -> None:
        await self._connection.execute(insert(notices).values(**_head(notice)))
        await self.add_version(version)

    async def update(self, notice: Notice) -> None:
        changed = {name: value for name, value in _head(notice).items() if name not in _FIXED}
        statement = (
            update(notices)
            .where(notices.c.number == notice.number, notices.c.revision == notice.revision - 1)
            .values(**changed)
        )
        if (await self._connection.execute(statement)).rowcount != 1:
            raise VersionConflict(sent=notice.revision - 1, current=notice.revision)

    async def add_version(self, version: NoticeVersion) -> None:
        values = {column.name: getattr(version, column.name) for column in versions.columns}
        values["content"] = notice_content.encode(version.content).decode()
        await self._connection.execute(insert(versions).values(**values))

    async def version(self, number: int, version: int) -> NoticeVersion:
        statement = select(versions).where(versions.c.number == number, versions.c.version == version)
        return _version((await self._connection.execute(statement)).one())

    async def versions(self, number: int) -> Sequence[NoticeVersion]:
        """Every content that the notice ever had, the first first."""
        statement = select(versions).where(versions.c.number == number).order_by(versions.c.version)
        return [_version(row) for row in await self._connection.execute(statement)]

    async def worklist(self, owners: Collection[str], states: Collection[NoticeState], limit: int) -> Sequence[Notice]:
        """Notices of these owners in these states, the latest change first."""
        statement = (
            select(notices)
            .where(notices.c.owner.in_(owners), notices.c.state.in_([state.value for state in states]))
            .order_by(notices.c.changed_ms.desc(), notices.c.number.desc())
            .limit(limit)
        )
        return [_notice(row) for row in await self._connection.execute(statement)]

    async def append_log(self, number: int, entry: LogEntry) -> None:
        values = {column.name: getattr(entry, column.name) for column in log.columns if column.name not in _KEYS}
        await self._connection.execute(insert(log).values(number=number, **values))

    async def log(self, number: int, limit: int) -> Sequence[LogEntry]:
        """The newest first."""
        columns = [column for column in log.columns if column.name not in _KEYS]
        statement = select(*columns).where(log.c.number == number).order_by(log.c.entry.desc()).limit(limit)
        return [LogEntry(**row._mapping) for row in await self._connection.execute(statement)]

    async def add_file(self, number: int, attachment: Attachment, content: bytes, at_ms: int) -> None:
        values = {"file_id": attachment.file_id, "number": number, "sha256": attachment.sha256, "at_ms": at_ms}
        await self._connection.execute(insert(files).values(content=content, **values))

    async def file(self, number: int, file_id: str) -> bytes | None:
        statement = select(files.c.content).where(files.c.number == number, files.c.file_id == file_id)
        found = (await self._connection.execute(statement)).scalar_one_or_none()
        return None if found is None else bytes(found)

    async def publish(self, notice: Notice, version: NoticeVersion) -> None:
        await self.unpublish(notice.number)
        await fulltext.put(self._connection, [(notice.number, _tokens(notice, version))], fulltext.NOTICES)

    async def unpublish(self, number: int) -> None:
        await fulltext.remove(self._connection, [number], fulltext.NOTICES)

    async def page(self, chosen: NoticeFilter, page: NoticePage) -> Sequence[NoticeView]:
        statement: Select[Any] = (
            select(notices, versions.c.content)
            .join(versions, and_(versions.c.number == notices.c.number, versions.c.version == notices.c.published))
            .where(*self._conditions(chosen))
            .order_by(notices.c.approved_ms.desc(), notices.c.notice_id)
            .limit(page.limit)
        )
        if page.after is not None:
            approved_ms, notice_id = page.after
            same = and_(notices.c.approved_ms == approved_ms, notices.c.notice_id > notice_id)
            statement = statement.where(or_(notices.c.approved_ms < approved_ms, same))
        return [_published(row) for row in await self._connection.execute(statement)]

    async def count(self, chosen: NoticeFilter) -> int:
        statement = select(func.count()).select_from(notices).where(*self._conditions(chosen))
        return int((await self._connection.execute(statement)).scalar_one())

    def _conditions(self, chosen: NoticeFilter) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = [notices.c.published.is_not(None)]
        for column, values in (
            (notices.c.kind, chosen.kinds),
            (notices.c.topic, chosen.topics),
            (notices.c.owner, chosen.owners),
        ):
            if values:
                found.append(column.in_(values))
        return found + fulltext.condition(self._dialect, notices.c.number, chosen.clauses, fulltext.NOTICES)


_KEYS: Final = frozenset({"entry", "number"})


def _tokens(notice: Notice, version: NoticeVersion) -> list[str]:
    """The topic's own word in every language finds the notice too."""
    found = [] if notice.topic == GENERAL else [code_token("heading", notice.topic)]
    for written in version.content.texts.values():
        found += tokens(f"{written.title}\n{written.body}")
    return found


def _head(notice: Notice) -> dict[str, Any]:
    return {column.name: getattr(notice, column.name) for column in notices.columns} | {
        "kind": notice.kind.value,
        "state": notice.state.value,
    }


def _notice(row: Row[Any]) -> Notice:
    values = {column.name: row._mapping[column.name] for column in notices.columns}
    return Notice(**(values | {"kind": NoticeKind(row.kind), "state": NoticeState(row.state)}))


def _version(row: Row[Any]) -> NoticeVersion:
    return NoticeVersion(row.number, row.version, notice_content.decode(row.content.encode()), row.editor, row.at_ms)


def _published(row: Row[Any]) -> NoticeView:
    """As everybody sees it: without its officers, and without what became of it since."""
    return NoticeView(
        row.notice_id,
        NoticeKind(row.kind),
        row.topic,
        row.owner,
        NoticeState.PUBLISHED,
        0,
        row.published,
        notice_content.decode(row.content.encode()),
        row.first_ms,
        row.approved_ms,
    )
