"""The core's unit of work on SQL: one transaction, its repositories within it (style guide §4)."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cen_core.services.ports import NewUnitOfWork, UnitOfWork
from cen_core.store.albums import SqlAlbums
from cen_core.store.cases import SqlCases
from cen_core.store.database import READ_ONLY
from cen_core.store.feeds import SqlFeeds
from cen_core.store.forum import SqlForum
from cen_core.store.notices import SqlNotices
from cen_core.store.people import SqlPeople
from cen_core.store.pictures import SqlPictures
from cen_core.store.published import SqlPublished
from cen_core.store.saved import SqlSaved
from cen_core.store.uploads import SqlKeys, SqlUploads


class SqlUnitOfWork:
    """Entered once. The repositories are there inside the block only."""

    cases: SqlCases
    keys: SqlKeys
    uploads: SqlUploads
    published: SqlPublished
    people: SqlPeople
    notices: SqlNotices
    saved: SqlSaved
    pictures: SqlPictures
    feeds: SqlFeeds
    forum: SqlForum
    albums: SqlAlbums

    def __init__(self, engine: AsyncEngine, *, read_only: bool) -> None:
        self._engine = engine
        self._read_only = read_only
        self._connection: AsyncConnection | None = None

    async def __aenter__(self) -> Self:
        assert self._connection is None
        connection = await self._engine.connect()
        if self._read_only:
            options: dict[str, bool | str] = {READ_ONLY: True}
            if self._engine.dialect.name == "postgresql":
                options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            connection = await connection.execution_options(**options)
        self._connection = connection
        self.cases = SqlCases(connection)
        self.keys = SqlKeys(connection)
        self.uploads = SqlUploads(connection)
        self.published = SqlPublished(connection)
        self.people = SqlPeople(connection)
        self.notices = SqlNotices(connection)
        self.saved = SqlSaved(connection)
        self.pictures = SqlPictures(connection)
        self.feeds = SqlFeeds(connection)
        self.forum = SqlForum(connection)
        self.albums = SqlAlbums(connection)
        return self

    async def commit(self) -> None:
        assert self._connection is not None
        await self._connection.commit()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._connection is not None
        await self._connection.close()  # undoes what was not committed


def sql_units_of_work(engine: AsyncEngine) -> NewUnitOfWork:
    """What makes a fresh unit of work on `engine`."""

    def new_unit_of_work(*, read_only: bool = False) -> UnitOfWork:
        return SqlUnitOfWork(engine, read_only=read_only)

    return new_unit_of_work
