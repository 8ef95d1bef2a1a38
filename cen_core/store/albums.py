"""Albums on SQL. Which pictures one holds is asked together with which are published."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cen_core.errors import VersionConflict
from cen_core.model.album import Album
from cen_core.model.picture import FoundPicture
from cen_core.store.pictures import found_picture, found_statement
from cen_core.store.tables import album_pictures, albums, picture_facts

_COLUMNS = [column.name for column in albums.columns]


class SqlAlbums:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, album_id: str) -> Album | None:
        row = (await self._connection.execute(select(albums).where(albums.c.album_id == album_id))).one_or_none()
        return None if row is None else Album(**row._mapping)

    async def all(self) -> Sequence[Album]:
        statement = select(albums).order_by(albums.c.changed_ms.desc(), albums.c.album_id).limit(500)
        return [Album(**row._mapping) for row in await self._connection.execute(statement)]

    async def count_of(self, officer: str) -> int:
        statement = select(func.count()).select_from(albums).where(albums.c.officer == officer)
        return int((await self._connection.execute(statement)).scalar_one())

    async def put(self, album: Album, picture_ids: Sequence[str]) -> None:
        values = {name: getattr(album, name) for name in _COLUMNS}
        if album.revision == 1:
            await self._connection.execute(insert(albums).values(**values))
            return
        before = (albums.c.album_id == album.album_id, albums.c.revision == album.revision - 1)
        if (await self._connection.execute(update(albums).where(*before).values(**values))).rowcount != 1:
            raise VersionConflict(sent=album.revision - 1, current=album.revision)
        await self._forget(album.album_id)
        rows = [
            {"album_id": album.album_id, "position": position, "picture_id": picture_id}
            for position, picture_id in enumerate(picture_ids)
        ]
        if rows:
            await self._connection.execute(insert(album_pictures), rows)

    async def remove(self, album_id: str) -> None:
        await self._forget(album_id)
        await self._connection.execute(delete(albums).where(albums.c.album_id == album_id))

    async def _forget(self, album_id: str) -> None:
        await self._connection.execute(delete(album_pictures).where(album_pictures.c.album_id == album_id))

    async def pictures(self, album_id: str, limit: int) -> Sequence[FoundPicture]:
        """Those that are published now, in the album's order."""
        statement = (
            found_statement()
            .join(album_pictures, album_pictures.c.picture_id == picture_facts.c.picture_id)
            .where(album_pictures.c.album_id == album_id)
            .order_by(album_pictures.c.position)
            .limit(limit)
        )
        return [found_picture(row) for row in await self._connection.execute(statement)]

    async def published(self, picture_ids: Sequence[str]) -> set[str]:
        """Those of them that are."""
        statement = select(picture_facts.c.picture_id).where(picture_facts.c.picture_id.in_(picture_ids))
        return {row.picture_id for row in await self._connection.execute(statement)}
