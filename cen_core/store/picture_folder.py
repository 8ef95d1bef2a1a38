"""Pictures in a folder of this machine: written beside, made durable, then renamed into place."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from cen_core.errors import StorageFailed
from cen_core.services.picture_files import FOLDER

T = TypeVar("T")


class PictureFolder:
    """The folder is made when something is written first. Several processes may share it."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, name: str, data: bytes) -> None:
        await _in_thread(lambda: self._write(self._root / name, data))

    async def read(self, name: str) -> bytes:
        return await _in_thread((self._root / name).read_bytes)

    async def folders(self) -> Mapping[str, float]:
        return await _in_thread(self._folders)

    async def erase(self, picture_id: str) -> None:
        await _in_thread(lambda: self._erase(self._root / FOLDER / picture_id))

    def _write(self, path: Path, data: bytes) -> None:
        _make_folder(path.parent)
        unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        _sync(path.parent)

    def _folders(self) -> dict[str, float]:
        found: dict[str, float] = {}
        below = self._root / FOLDER
        for folder in below.iterdir() if below.is_dir() else ():
            try:
                times = [path.stat().st_mtime for path in folder.iterdir()]
                found[folder.name] = max(times, default=folder.stat().st_mtime)
            except FileNotFoundError:
                continue  # somebody erases it right now
        return found

    def _erase(self, folder: Path) -> None:
        if folder.is_dir():
            shutil.rmtree(folder, ignore_errors=True)  # another process may do the same
            if folder.exists():
                raise StorageFailed
            _sync(folder.parent)


async def _in_thread(work: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(work)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StorageFailed from error


def _make_folder(folder: Path) -> None:
    """With its parents, each durable in its own."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _sync(folder.parent)


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
