"""Files of a CUG on this device: sealed once, uploaded in chunks, fetched and opened (PROTOCOL §3.7).

    attach ─> sealed into the profile's folder, and a row with the message that names it    (durable, also offline)
           ─> every chunk at the server, after as many cuts as it takes
           ─> the message goes into the outbox and the row goes, in one transaction

What lies in the folder is ciphertext. It is never sealed again: the same key over other bytes would reveal both.
"""

from __future__ import annotations

import asyncio
import contextlib
import mimetypes
import os
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import structlog

from cencomm.client import model
from cencomm.client.clock import jittered
from cencomm.client.engine.engine import LATER, CugEngine
from cencomm.client.errors import FileExists, FileUnreadable, ServerMisbehaved, ServerRefused, ServerUnreachable
from cencomm.client.file_names import safe_name
from cencomm.client.http import Api
from cencomm.client.model import AttachingRow, pack, unpack
from cencomm.client.profile import Profile, Table
from cencomm.crypto.files import (
    SEALED_CHUNK_BYTES,
    FileName,
    FileOpener,
    FileRefused,
    chunk_length,
    new_file_key,
    seal_chunks,
)
from cencomm.crypto.primitives import Secret, Sha256
from cencomm.errors import DomainError
from cencomm.ids import ClientRef, new_client_ref
from cencomm.wire.content import Attachment, Chat, encode_content

FOLDER = "files"
RETRY_SECONDS = 1.0
PATIENCE_SECONDS = 60.0
"""So long nothing may go forward before one who waits is told; the upload is taken up again later all the same."""
AWAY = "status:5"
MAX_BEGUN = 3
LEFT_SECONDS = 3600.0
"""Ciphertext that nothing waits for is a crash's after so long; before that another process may be sealing."""
TEMPORARY = LATER | {"files.not_stored", "internal"}
FINAL = ("files.", "groups.", "wire.")
"""Families of refusals that no later attempt changes; others end with the next sign-in, or when there is room again."""
BEGIN_AGAIN = frozenset({"files.unknown", "files.out_of_order"})
"""The upload lay too long and was removed, or another process of this profile goes on with it."""

Progress = Callable[[int, int], None]
"""Bytes done, of all bytes."""
R = TypeVar("R")

log = structlog.get_logger(__name__)


def quiet(_done: int, _total: int) -> None:
    """Nobody looks."""


class Files:
    """The files of one CUG."""

    def __init__(self, engine: CugEngine, api: Api, profile: Profile) -> None:
        self._engine = engine
        self._api = api
        self._folder = profile.folder / FOLDER / engine.cug_id.hex()
        self._under_way: set[bytes] = set()

    # ------------------------------------------------------------ attaching

    async def attach(self, paths: Sequence[Path], message: Chat, on_progress: Progress = quiet) -> ClientRef:
        """Seal the files, keep the message that names them, upload, and queue it.

        Raises:
            FileUnreadable, FileRefused, FileChanged: nothing was kept.
            ServerRefused: for good; nothing was kept.
            ServerUnreachable: for long; it is kept, and taken up again by `take_up`.
        """
        sealed = [await asyncio.to_thread(_seal_into, self._folder, path) for path in paths]
        content = encode_content(Chat(message.text, message.lang, message.reply_to, message.mentions, tuple(sealed)))
        row = AttachingRow(new_client_ref(), content, tuple(sealed))
        with self._engine.changing(durable=True) as tx:
            tx.put(self._table, row.client_ref, pack(row))
        await self._deliver(row, on_progress)
        return ClientRef(row.client_ref)

    async def take_up(self) -> None:
        """Go on with what was attached before a cut, and remove what a crash left of a sealing."""
        waiting = self.waiting()
        if not waiting:
            await asyncio.to_thread(_remove_old, self._folder, time.time() - LEFT_SECONDS)
        for row in waiting:
            try:
                await self._deliver(row, quiet)
            except DomainError as error:
                log.info("files.not_delivered", reason=error.code)

    def waiting(self) -> list[AttachingRow]:
        """Messages whose files are not all at the server."""
        rows = self._engine.reading().rows(self._table)
        return [unpack(AttachingRow, row.value) for row in rows]

    @property
    def _table(self) -> Table:
        return model.attaching(self._engine.cug_id)

    async def _deliver(self, row: AttachingRow, on_progress: Progress) -> None:
        if row.client_ref in self._under_way:
            return
        self._under_way.add(row.client_ref)
        total, before = sum(file.length for file in row.files), 0
        try:
            for file in row.files:
                await self._upload(file, partial(_told, on_progress, before, total))
                before += file.length
            self._engine.queue(personal=row.content, client_ref=ClientRef(row.client_ref), instead_of=self._table)
            self._forget(row)
        except (ServerRefused, FileRefused) as refused:
            code = refused.server_code if isinstance(refused, ServerRefused) else refused.code
            if code.startswith(FINAL) and code not in TEMPORARY:
                await self._give_up(row, code)
            raise
        finally:
            self._under_way.discard(row.client_ref)

    async def _upload(self, file: Attachment, told: Callable[[int], None]) -> None:
        api, cug_id, name = self._api, self._engine.cug_id, FileName(file.hash, file.length)
        path = _sealed_path(self._folder, file.hash)
        begin = partial(api.begin_upload, cug_id, name)
        state, begun = await patiently(begin), 1
        while not state.stored and state.received < name.chunks:
            index = state.received
            told(index * SEALED_CHUNK_BYTES)
            chunk = await asyncio.to_thread(_chunk_of, path, index, chunk_length(file.length, index))
            try:
                state = await patiently(partial(api.upload_chunk, cug_id, file.hash, index, chunk))
            except ServerRefused as refused:
                if refused.server_code not in BEGIN_AGAIN or begun > MAX_BEGUN:
                    raise
                state, begun = await patiently(begin), begun + 1
            else:
                if not state.stored and state.received <= index:
                    raise ServerMisbehaved(reason="upload_stands_still")
        if not state.stored:
            state = await patiently(partial(api.finish_upload, cug_id, file.hash))
        if not state.stored:
            raise ServerMisbehaved(reason="upload_not_stored")
        told(file.length)

    async def _give_up(self, row: AttachingRow, code: str) -> None:
        with self._engine.changing(durable=True) as tx:
            tx.delete(self._table, row.client_ref)
            self._engine.memory.alarm(tx, "attachment_refused", reason=code)
        self._forget(row)
        for file in row.files:
            with contextlib.suppress(ServerRefused, ServerUnreachable):
                await self._api.cancel_upload(self._engine.cug_id, file.hash)

    def _forget(self, row: AttachingRow) -> None:
        """The ciphertext of a message that was sent or given up, unless another message waits with it."""
        needed = {file.hash for other in self.waiting() for file in other.files}
        for file in row.files:
            if file.hash not in needed:
                _sealed_path(self._folder, file.hash).unlink(missing_ok=True)

    # ------------------------------------------------------------ saving

    async def save(self, file: Attachment, target: Path, on_progress: Progress = quiet) -> Path:
        """Fetch, open and check a file, and write it: whole, or not at all.

        Args:
            target: the new file, or a folder, where it gets the name that its sender gave it, made harmless.

        Raises:
            FileRefused: it is not the file that the record names.
            FileExists, FileUnreadable: of `target`.
            ServerRefused, ServerUnreachable.
        """
        path = await asyncio.to_thread(_free_path, target, file.name)
        name = FileName(file.hash, file.length)
        opener = FileOpener(Secret(file.key), name, file.size)
        unfinished = path.with_name(f".{secrets.token_hex(8)}.part")
        try:
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                for index in range(name.chunks):
                    on_progress(index * SEALED_CHUNK_BYTES, file.length)
                    ask = partial(self._api.file_chunk, self._engine.cug_id, file.hash, index)
                    sealed = await patiently(ask)
                    stream.write(opener.take(sealed))
                opener.finish()
                stream.flush()
                os.fsync(stream.fileno())
            _put_in_place(unfinished, path)
        except OSError as error:
            raise FileUnreadable(file=str(path), reason=error.strerror or "") from None
        finally:
            unfinished.unlink(missing_ok=True)
        on_progress(file.length, file.length)
        return path


async def patiently(ask: Callable[[], Awaitable[R]]) -> R:
    """The answer, after as many attempts as fit into the patience. Raises what the last one raised."""
    loop = asyncio.get_running_loop()
    until = loop.time() + PATIENCE_SECONDS
    while True:
        wait = RETRY_SECONDS
        try:
            return await ask()
        except ServerUnreachable:
            if loop.time() > until:
                raise
        except ServerMisbehaved as answer:  # a proxy speaks while the server behind it is away
            if not str(answer.facts["reason"]).startswith(AWAY) or loop.time() > until:
                raise
        except ServerRefused as refused:
            if refused.server_code not in TEMPORARY or loop.time() > until:
                raise
            wait = float(refused.server_facts.get("retry_after_seconds") or RETRY_SECONDS)
        await asyncio.sleep(jittered(wait))


# ---------------------------------------------------------------- on the disk


def _remove_old(folder: Path, before_s: float) -> None:
    for path in folder.iterdir() if folder.is_dir() else ():
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < before_s:
                path.unlink()


def _told(on_progress: Progress, before: int, total: int, done: int) -> None:
    on_progress(before + done, total)


def _free_path(target: Path, name: str) -> Path:
    """Raises FileExists."""
    path = target / safe_name(name) if target.is_dir() else target
    if path.exists():
        raise FileExists(file=str(path))
    return path


def _sealed_path(folder: Path, file_hash: bytes) -> Path:
    return folder / file_hash.hex()


def _seal_into(folder: Path, path: Path) -> Attachment:
    key, hashed, length = new_file_key(), Sha256(), 0
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = folder / f".{secrets.token_hex(8)}.part"
    try:
        with path.open("rb") as source, unfinished.open("xb") as target:
            size = os.fstat(source.fileno()).st_size
            for chunk in seal_chunks(key, size, source.read):
                hashed.update(chunk)
                length += len(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        unfinished.rename(_sealed_path(folder, hashed.digest()))
    except OSError as error:
        raise FileUnreadable(file=str(path), reason=error.strerror or "") from None
    finally:
        unfinished.unlink(missing_ok=True)
    media_type = mimetypes.guess_type(path.name)[0] or ""
    return Attachment(hashed.digest(), length, bytes(key), size, safe_name(path.name), media_type)


def _chunk_of(path: Path, index: int, length: int) -> bytes:
    """Raises FileRefused: the ciphertext is gone from the profile, so it can never be sent."""
    try:
        with path.open("rb") as stream:
            stream.seek(index * SEALED_CHUNK_BYTES)
            chunk = stream.read(length)
    except OSError:
        chunk = b""
    if len(chunk) != length:
        raise FileRefused(reason="cut", chunk=index)
    return chunk


def _put_in_place(unfinished: Path, path: Path) -> None:
    """Raises FileExists where somebody was faster."""
    try:
        os.link(unfinished, path)
    except FileExistsError:
        raise FileExists(file=str(path)) from None
    except OSError:  # a file system without hard links
        if path.exists():
            raise FileExists(file=str(path)) from None
        unfinished.rename(path)
