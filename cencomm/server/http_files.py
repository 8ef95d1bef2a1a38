"""Encrypted files over HTTP, chunk by chunk: bytes as they are, in both directions (`groups.files`)."""

from __future__ import annotations

from collections.abc import Mapping

from cencomm.crypto.files import SEALED_CHUNK_BYTES, FileName
from cencomm.groups.files import StoredFile, Upload
from cencomm.ids import CugId
from cencomm.server.context import Handler, RequestContext
from cencomm.wire.http import BeginUploadIn, UploadOut


async def begin_upload(context: RequestContext, request: BeginUploadIn, *, cug_id: CugId) -> UploadOut:
    name = FileName(request.file_hash, request.length)
    return _upload(await context.services.files.begin(context.device_id, cug_id, name))


async def upload_chunk(
    context: RequestContext, chunk: bytes, *, cug_id: CugId, file_hash: bytes, chunk_index: int
) -> UploadOut:
    files = context.services.files
    return _upload(await files.take_chunk(context.device_id, cug_id, file_hash, chunk_index, chunk))


async def finish_upload(context: RequestContext, *, cug_id: CugId, file_hash: bytes) -> UploadOut:
    return _upload(await context.services.files.finish(context.device_id, cug_id, file_hash))


async def cancel_upload(context: RequestContext, *, cug_id: CugId, file_hash: bytes) -> None:
    await context.services.files.cancel(context.device_id, cug_id, file_hash)


async def file_chunk(context: RequestContext, *, cug_id: CugId, file_hash: bytes, chunk_index: int) -> bytes:
    return await context.services.files.chunk(context.device_id, cug_id, file_hash, chunk_index)


def _upload(found: Upload | StoredFile) -> UploadOut:
    stored = isinstance(found, StoredFile)
    received = found.name.chunks if isinstance(found, StoredFile) else found.received
    return UploadOut(stored=stored, received=received, chunk_bytes=SEALED_CHUNK_BYTES)


HANDLERS: Mapping[str, Handler] = {
    "begin_upload": begin_upload,
    "upload_chunk": upload_chunk,
    "finish_upload": finish_upload,
    "cancel_upload": cancel_upload,
    "file_chunk": file_chunk,
}
