"""Encrypted files in this process: judged by `groups.files`, kept by `store.files` and `store.blobs`.

The ciphertext is durable before its row is, so that a file which is said to be there is there. A file is put into the
storage only after every byte of it was uploaded and hashed here: who knows but a name is not given the file.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import structlog

from cencomm import measures
from cencomm.crypto.files import SEALED_CHUNK_BYTES, FileName, chunk_length
from cencomm.crypto.group_context import CencommGroup, History
from cencomm.crypto.primitives import Sha256, random_bytes
from cencomm.errors import DomainError
from cencomm.groups.access import Access, access
from cencomm.groups.errors import (
    ChunkOutOfOrder,
    CugClosed,
    FileHashWrong,
    FileNotStored,
    FileUnknown,
    NotMember,
    RoleNotAllowed,
)
from cencomm.groups.files import UPLOAD_LIFE_MS, FileBounds, StoredFile, Upload, check_chunk, check_name
from cencomm.groups.model import CugState, GroupView
from cencomm.ids import ID_BYTES, CugId, DeviceId, officer_of
from cencomm.store.blobs import UPLOADS, BlobMissing, Blobs, chunk_blob, file_blob, upload_folder
from cencomm.store.files import FileIndex
from cencomm.store.storage import open_blobs

if TYPE_CHECKING:
    from cencomm.server.context import Foundation
    from cencomm.server.fanout import Delivery

SWEEP_SECONDS = 600.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Place:
    """The CUG as it is, and what the device may do with its files."""

    view: GroupView
    seq: int
    allowed: Access

    @property
    def shared(self) -> bool:
        return CencommGroup.of(self.view.current.group).history is History.FULL


class Files:
    """Opened once with the foundation, closed at shutdown."""

    def __init__(self, foundation: Foundation, delivery: Delivery, blobs: Blobs) -> None:
        settings = foundation.settings
        self.bounds = FileBounds(settings.file_bytes, settings.cug_files_bytes)
        self._delivery = delivery
        self._index = FileIndex(foundation.database.engine)
        self._blobs = blobs
        self._now_ms = foundation.now_ms
        self._sweeping: asyncio.Task[None] | None = None

    @classmethod
    def open(cls, foundation: Foundation, delivery: Delivery) -> Self:
        """Raises SettingsInvalid."""
        files = cls(foundation, delivery, open_blobs(foundation.settings))
        files._sweeping = asyncio.create_task(files._keep_sweeping())
        return files

    async def close(self) -> None:
        if self._sweeping is not None:
            self._sweeping.cancel()
            await asyncio.gather(self._sweeping, return_exceptions=True)

    # ------------------------------------------------------------ uploading

    async def begin(self, device_id: DeviceId, cug_id: CugId, name: FileName) -> Upload | StoredFile:
        """The upload, new or taken up again; the file, where the CUG has it.

        Raises:
            NotMember, RoleNotAllowed, CugClosed, FileTooLarge, FilesFull, TooManyUploads, FileHashWrong.
        """
        place = await self._attaching(device_id, cug_id)
        check_name(name, self.bounds)
        new = Upload(random_bytes(ID_BYTES), cug_id, device_id, name)
        found = await self._index.begin(new, self.bounds.cug_bytes, self._now_ms())
        if isinstance(found, StoredFile):
            await self._index.attached_again(cug_id, name.hash, place.seq, shared=place.shared)
        return found

    async def take_chunk(
        self, device_id: DeviceId, cug_id: CugId, file_hash: bytes, index: int, chunk: bytes
    ) -> Upload | StoredFile:
        """Keep a chunk; one that is here already changes nothing.

        Raises:
            as `begin`; FileUnknown, ChunkOutOfOrder, ChunkWrong, FileNotStored.
        """
        await self._attaching(device_id, cug_id)
        found = await self._under_way(device_id, cug_id, file_hash)
        if isinstance(found, StoredFile) or not check_chunk(found, index, len(chunk)):
            return found
        await self._blobs.put(chunk_blob(found.upload_id, index), chunk)
        try:
            await self._index.received(found.upload_id, index + 1, self._now_ms())
        except FileUnknown:
            await self._blobs.delete_below(upload_folder(found.upload_id))
            raise
        return Upload(found.upload_id, cug_id, device_id, found.name, index + 1)

    async def finish(self, device_id: DeviceId, cug_id: CugId, file_hash: bytes) -> StoredFile:
        """All chunks are here: the file is stored, if it has the hash that its name says.

        Raises:
            as `begin`; FileUnknown, ChunkOutOfOrder; FileHashWrong: nothing of it was kept; FileNotStored.
        """
        place = await self._attaching(device_id, cug_id)
        found = await self._under_way(device_id, cug_id, file_hash)
        if isinstance(found, StoredFile):
            return found
        if not found.is_whole:
            raise ChunkOutOfOrder(received=found.received)
        try:
            await self._store(found)
        except BlobMissing:
            stored = await self._index.find(cug_id, file_hash)  # asked twice at once, and the other was faster
            if stored is None:
                await self._give_up(found)
                raise FileNotStored from None
            return stored
        await self._index.finish(found, place.seq, shared=place.shared, now_ms=self._now_ms())
        await self._blobs.delete_below(upload_folder(found.upload_id))
        return StoredFile(found.name, place.seq, place.shared)

    async def _store(self, upload: Upload) -> None:
        parts = [chunk_blob(upload.upload_id, index) for index in range(upload.name.chunks)]
        hashed = Sha256()
        for index, part in enumerate(parts):
            chunk = await self._blobs.read(part, 0, chunk_length(upload.name.length, index))
            await asyncio.to_thread(hashed.update, chunk)
        if hashed.digest() != upload.name.hash:
            await self._give_up(upload)
            raise FileHashWrong
        await self._blobs.join(file_blob(upload.name.hash), parts)

    async def cancel(self, device_id: DeviceId, cug_id: CugId, file_hash: bytes) -> None:
        """The device's own upload ends, and nothing is left of it. Raises NotMember, FileUnknown."""
        await self._place(device_id, cug_id)
        upload = await self._index.upload(cug_id, device_id, file_hash)
        if upload is None:
            raise FileUnknown
        await self._give_up(upload)

    # ------------------------------------------------------------ reading

    async def chunk(self, device_id: DeviceId, cug_id: CugId, file_hash: bytes, index: int) -> bytes:
        """A sealed chunk, for who may have it. Raises NotMember, FileUnknown, FileNotStored."""
        place = await self._place(device_id, cug_id)
        stored = await self._index.find(cug_id, file_hash)
        if stored is None or not place.allowed.reads_file(stored.seq, shared=stored.shared):
            raise FileUnknown
        if index >= stored.name.chunks:
            raise FileUnknown
        length = chunk_length(stored.name.length, index)
        try:
            return await self._blobs.read(file_blob(file_hash), index * SEALED_CHUNK_BYTES, length)
        except BlobMissing:
            log.error("files.missing", file_hash=file_hash.hex())
            raise FileNotStored from None

    # ------------------------------------------------------------ keeping clean

    async def sweep(self) -> None:
        """Give up uploads that nobody goes on with, and remove what a crash left of others."""
        for upload in await self._index.untouched_since(self._now_ms() - UPLOAD_LIFE_MS):
            await self._give_up(upload)
        lying = await self._blobs.folders(UPLOADS)
        if lying:
            known = {upload_id.hex() for upload_id in await self._index.upload_ids()}
            for folder in set(lying) - known:
                await self._blobs.delete_below(f"{UPLOADS}/{folder}")
        measures.FILE_BYTES.set(await self._index.total_bytes())

    async def _keep_sweeping(self) -> None:
        while True:
            try:
                await self.sweep()
            except (DomainError, OSError) as error:
                log.warning("files.sweep_failed", error=type(error).__name__)
            await asyncio.sleep(SWEEP_SECONDS)

    async def _give_up(self, upload: Upload) -> None:
        await self._index.drop(upload)
        await self._blobs.delete_below(upload_folder(upload.upload_id))

    # ------------------------------------------------------------ who may

    async def _place(self, device_id: DeviceId, cug_id: CugId) -> _Place:
        """Raises NotMember: also for a stranger, whether the CUG exists or not."""
        view, seq = await self._delivery.fresh(cug_id)
        if view is None:
            raise NotMember
        allowed = access(view.state, view.members.get(officer_of(device_id)))
        if not allowed.is_current:
            raise NotMember
        return _Place(view, seq, allowed)

    async def _attaching(self, device_id: DeviceId, cug_id: CugId) -> _Place:
        place = await self._place(device_id, cug_id)
        if place.view.state is CugState.CLOSED:
            raise CugClosed
        if not place.allowed.attaches:
            raise RoleNotAllowed(role=place.view.members[officer_of(device_id)].role)
        return place

    async def _under_way(self, device_id: DeviceId, cug_id: CugId, file_hash: bytes) -> Upload | StoredFile:
        found = await self._index.upload(cug_id, device_id, file_hash) or await self._index.find(cug_id, file_hash)
        if found is None:
            raise FileUnknown
        return found
