"""Which files and uploads there are, in SQL; the ciphertext itself lies in `store.blobs`.

Each method is one short transaction. A CUG's total is changed by one conditional statement, so that two uploads at once
never pass the bound together.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cencomm.crypto.files import FileName
from cencomm.groups.errors import FileHashWrong, FilesFull, FileUnknown, TooManyUploads
from cencomm.groups.files import UPLOADS_OF_A_DEVICE, StoredFile, Upload
from cencomm.ids import CugId, DeviceId
from cencomm.store.database import READ_ONLY
from cencomm.store.rows import insert_new, put
from cencomm.store.tables import file_totals, files, uploads


class FileIndex:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def find(self, cug_id: CugId, file_hash: bytes) -> StoredFile | None:
        """The file that is whole."""
        async with self._engine.connect() as connection:
            await connection.execution_options(**{READ_ONLY: True})
            return await _find(connection, cug_id, file_hash)

    async def upload(self, cug_id: CugId, device_id: DeviceId, file_hash: bytes) -> Upload | None:
        """The device's own upload of that file."""
        async with self._engine.connect() as connection:
            await connection.execution_options(**{READ_ONLY: True})
            return await _upload(connection, cug_id, device_id, file_hash)

    async def begin(self, new: Upload, cug_bytes: int, now_ms: int) -> Upload | StoredFile:
        """The upload, begun now or before; the file, where the CUG has it already.

        Raises:
            FileHashWrong: it is there, with another length.
            TooManyUploads, FilesFull: nothing was begun.
        """
        async with self._engine.begin() as connection:
            stored = await _find(connection, new.cug_id, new.name.hash)
            known = await _upload(connection, new.cug_id, new.device_id, new.name.hash)
            found = stored or known
            if found is not None:
                if found.name != new.name:
                    raise FileHashWrong
                return found
            await self._make_room(connection, new, cug_bytes)
            await connection.execute(insert(uploads).values(**_row(new), touched_ms=now_ms))
        return new

    async def _make_room(self, connection: AsyncConnection, new: Upload, cug_bytes: int) -> None:
        await insert_new(connection, file_totals, {"cug_id": new.cug_id, "bytes": 0})
        taken = file_totals.c.bytes
        grown = (
            update(file_totals)
            .where(file_totals.c.cug_id == new.cug_id, taken + new.name.length <= cug_bytes)
            .values(bytes=taken + new.name.length)
        )
        if (await connection.execute(grown)).rowcount != 1:
            now = await connection.scalar(select(taken).where(file_totals.c.cug_id == new.cug_id))
            raise FilesFull(limit=cug_bytes, left=max(0, cug_bytes - int(now or 0)))
        own = select(func.count()).where(uploads.c.cug_id == new.cug_id, uploads.c.device_id == new.device_id)
        if int(await connection.scalar(own) or 0) >= UPLOADS_OF_A_DEVICE:
            raise TooManyUploads(limit=UPLOADS_OF_A_DEVICE)

    async def received(self, upload_id: bytes, count: int, now_ms: int) -> None:
        """`count` chunks are durable now. Raises FileUnknown: the upload was given up meanwhile."""
        async with self._engine.begin() as connection:
            grown = (
                update(uploads)
                .where(uploads.c.upload_id == upload_id)
                .values(received=case((uploads.c.received < count, count), else_=uploads.c.received), touched_ms=now_ms)
            )
            if (await connection.execute(grown)).rowcount != 1:
                raise FileUnknown

    async def finish(self, upload: Upload, seq: int, *, shared: bool, now_ms: int) -> None:
        """The upload becomes a file of its CUG; where another device was faster, its room is given back."""
        async with self._engine.begin() as connection:
            if (await connection.execute(_drop(upload.upload_id))).rowcount != 1:
                return
            row = {
                "cug_id": upload.cug_id,
                "file_hash": upload.name.hash,
                "length": upload.name.length,
                "seq": seq,
                "shared": shared,
                "stored_ms": now_ms,
            }
            if not await insert_new(connection, files, row):
                await _give_back(connection, upload)
                await put(connection, files, row, ("cug_id", "file_hash"))

    async def attached_again(self, cug_id: CugId, file_hash: bytes, seq: int, *, shared: bool) -> None:
        """Whoever was admitted since may have it now too: a member attached it anew."""
        async with self._engine.begin() as connection:
            row = (files.c.cug_id == cug_id, files.c.file_hash == file_hash)
            await connection.execute(update(files).where(*row).values(seq=seq, shared=shared))

    async def drop(self, upload: Upload) -> None:
        """The upload is given up, and its room free."""
        async with self._engine.begin() as connection:
            if (await connection.execute(_drop(upload.upload_id))).rowcount == 1:
                await _give_back(connection, upload)

    async def untouched_since(self, before_ms: int) -> list[Upload]:
        """Uploads that nothing was added to since."""
        return [_read(row) for row in await self._all(select(uploads).where(uploads.c.touched_ms < before_ms))]

    async def upload_ids(self) -> set[bytes]:
        return {row.upload_id for row in await self._all(select(uploads.c.upload_id))}

    async def lengths(self) -> dict[bytes, int]:
        """Bytes by hash, of every file of any CUG."""
        rows = await self._all(select(files.c.file_hash, files.c.length).distinct())
        return {row.file_hash: row.length for row in rows}

    async def total_bytes(self) -> int:
        """What all CUGs together take of what they may."""
        return int((await self._all(select(func.coalesce(func.sum(file_totals.c.bytes), 0))))[0][0])

    async def _all(self, query: Any) -> list[Any]:
        async with self._engine.connect() as connection:
            await connection.execution_options(**{READ_ONLY: True})
            return list((await connection.execute(query)).all())


async def _find(connection: AsyncConnection, cug_id: CugId, file_hash: bytes) -> StoredFile | None:
    query = select(files).where(files.c.cug_id == cug_id, files.c.file_hash == file_hash)
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else StoredFile(FileName(row.file_hash, row.length), row.seq, row.shared)


async def _upload(connection: AsyncConnection, cug_id: CugId, device_id: DeviceId, file_hash: bytes) -> Upload | None:
    query = select(uploads).where(
        uploads.c.cug_id == cug_id, uploads.c.device_id == device_id, uploads.c.file_hash == file_hash
    )
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else _read(row)


def _read(row: Any) -> Upload:
    name = FileName(row.file_hash, row.length)
    return Upload(row.upload_id, CugId(row.cug_id), DeviceId(row.device_id), name, row.received)


def _row(upload: Upload) -> dict[str, object]:
    return {
        "upload_id": upload.upload_id,
        "cug_id": upload.cug_id,
        "device_id": upload.device_id,
        "file_hash": upload.name.hash,
        "length": upload.name.length,
        "received": upload.received,
    }


def _drop(upload_id: bytes) -> Any:
    return delete(uploads).where(uploads.c.upload_id == upload_id)


async def _give_back(connection: AsyncConnection, upload: Upload) -> None:
    room = update(file_totals).where(file_totals.c.cug_id == upload.cug_id)
    await connection.execute(room.values(bytes=file_totals.c.bytes - upload.name.length))
