"""Files in a folder of this machine: written beside, made durable, then renamed into place."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TypeVar

from cencomm.groups.errors import FileNotStored
from cencomm.store.blobs import BlobMissing

PIECE = 1 << 20
_UNFINISHED = ".part"

T = TypeVar("T")


class BlobFolder:
    """The folder is made when something is written first. Several processes may share it."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, name: str, data: bytes) -> None:
        await _in_thread(lambda: self._write(name, [data]))

    async def join(self, name: str, parts: Sequence[str]) -> None:
        await _in_thread(lambda: self._write(name, self._pieces(parts)))

    async def read(self, name: str, start: int, length: int) -> bytes:
        return await _in_thread(lambda: self._read(name, start, length))

    async def sizes(self, prefix: str) -> dict[str, int]:
        return await _in_thread(lambda: self._sizes(prefix))

    async def delete_below(self, prefix: str) -> None:
        await _in_thread(lambda: self._delete_below(prefix))

    async def folders(self, prefix: str) -> list[str]:
        return await _in_thread(lambda: [path.name for path in _below(self._root / prefix) if path.is_dir()])

    def _write(self, name: str, pieces: Iterable[bytes]) -> None:
        path = self._root / name
        _make_folder(path.parent)
        unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}{_UNFINISHED}")
        try:
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                for piece in pieces:
                    stream.write(piece)
                stream.flush()
                os.fsync(stream.fileno())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        _sync_folder(path.parent)

    def _pieces(self, parts: Sequence[str]) -> Iterator[bytes]:
        for part in parts:
            with self._open(part) as stream:
                while piece := stream.read(PIECE):
                    yield piece

    def _read(self, name: str, start: int, length: int) -> bytes:
        with self._open(name) as stream:
            stream.seek(start)
            return stream.read(length)

    @contextmanager
    def _open(self, name: str) -> Iterator[IO[bytes]]:
        try:
            stream = (self._root / name).open("rb")
        except FileNotFoundError:
            raise BlobMissing(name) from None
        with stream:
            yield stream

    def _sizes(self, prefix: str) -> dict[str, int]:
        return {
            path.relative_to(self._root).as_posix(): path.stat().st_size
            for path in sorted((self._root / prefix).rglob("*"))
            if path.is_file() and path.suffix != _UNFINISHED
        }

    def _delete_below(self, prefix: str) -> None:
        """Another process may do the same at the same time."""
        folder = self._root / prefix
        with suppress(FileNotFoundError):
            for path in _below(folder):
                self._delete_below(str(path.relative_to(self._root))) if path.is_dir() else path.unlink(missing_ok=True)
            folder.rmdir()
            _sync_folder(folder.parent)


async def _in_thread(work: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(work)
    except OSError as error:
        raise FileNotStored from error


def _below(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _make_folder(folder: Path) -> None:
    """With its parents, each durable in its own."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
