"""The upload log and the idempotency keys on SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from cen_core.errors import KeyReused
from cen_core.model.upload import Upload, UploadState
from cen_core.store import tables

_UPLOADS = tables.uploads
_COLUMNS = [column.name for column in _UPLOADS.columns]


class SqlUploads:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, upload: Upload) -> None:
        await self._connection.execute(insert(_UPLOADS).values(**_row(upload)))

    async def get(self, upload_id: str, *, for_update: bool = False) -> Upload | None:
        statement = select(_UPLOADS).where(_UPLOADS.c.upload_id == upload_id)
        if for_update:
            statement = statement.with_for_update()
        row = (await self._connection.execute(statement)).one_or_none()
        return None if row is None else _upload(row)

    async def update(self, upload: Upload) -> None:
        statement = update(_UPLOADS).where(_UPLOADS.c.upload_id == upload.upload_id).values(**_row(upload))
        await self._connection.execute(statement)

    async def log(self, member: str, limit: int) -> Sequence[Upload]:
        """A member's uploads, the newest first."""
        statement = (
            select(_UPLOADS)
            .where(_UPLOADS.c.member == member)
            .order_by(_UPLOADS.c.at_ms.desc(), _UPLOADS.c.upload_id)
            .limit(limit)
        )
        return [_upload(row) for row in await self._connection.execute(statement)]


class SqlKeys:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, officer: str, key: str) -> tuple[str, str] | None:
        statement = select(tables.keys.c.request_hash, tables.keys.c.case_id).where(
            tables.keys.c.officer == officer, tables.keys.c.key == key
        )
        row = (await self._connection.execute(statement)).one_or_none()
        return None if row is None else (row.request_hash, row.case_id)

    async def add(self, officer: str, key: str, request_hash: str, case_id: str, at_ms: int) -> None:
        """Raises KeyReused: somebody used it in this very moment; asking again gives the answer."""
        try:
            await self._connection.execute(
                insert(tables.keys).values(
                    officer=officer, key=key, request_hash=request_hash, case_id=case_id, at_ms=at_ms
                )
            )
        except IntegrityError:
            raise KeyReused from None


def _row(upload: Upload) -> dict[str, Any]:
    return {name: getattr(upload, name) for name in _COLUMNS} | {"state": upload.state.value}


def _upload(row: Row[Any]) -> Upload:
    return Upload(**(dict(row._mapping) | {"state": UploadState(row.state)}))
