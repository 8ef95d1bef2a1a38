"""Files in an S3-compatible store, by obstore (the extra `s3`). Address and keys come from the AWS_* environment."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import obstore
from obstore.exceptions import BaseError, UnknownConfigurationKeyError
from obstore.store import S3Store

from cencomm.groups.errors import FileNotStored
from cencomm.settings import SettingsInvalid
from cencomm.store.blobs import BlobMissing

PIECE = 8 << 20
"""A part of a multipart upload; S3 wants 5 MiB at least."""

P = ParamSpec("P")
R = TypeVar("R")
Ask = Callable[P, Coroutine[Any, Any, R]]


def _stored(ask: Ask[P, R]) -> Ask[P, R]:
    """Whatever the store's client says, as ours."""

    @wraps(ask)
    async def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await ask(*args, **kwargs)
        except (BaseError, OSError) as error:
            raise FileNotStored from error

    return asked


def _read(ask: Ask[P, R]) -> Ask[P, R]:
    """As `_stored`, where what is asked for may be missing."""

    @wraps(ask)
    async def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await ask(*args, **kwargs)
        except FileNotFoundError:
            raise BlobMissing from None

    return _stored(asked)


class S3Blobs:
    """One bucket; `bucket` may name a folder in it: `bucket/folder`."""

    def __init__(self, bucket: str, **config: Any) -> None:
        name, _, folder = bucket.partition("/")
        try:
            self._store = S3Store(name, prefix=folder or None, **config)
        except (BaseError, UnknownConfigurationKeyError, ValueError):
            raise SettingsInvalid(setting="CENCOMM_FILES") from None

    @_stored
    async def put(self, name: str, data: bytes) -> None:
        await obstore.put_async(self._store, name, data)

    @_read
    async def join(self, name: str, parts: Sequence[str]) -> None:
        for part in parts:
            await obstore.head_async(self._store, part)  # what is missing is noticed before anything is written
        await obstore.put_async(self._store, name, self._pieces(parts), chunk_size=PIECE)

    async def _pieces(self, parts: Iterable[str]) -> AsyncIterator[bytes]:
        for part in parts:
            yield bytes(await (await obstore.get_async(self._store, part)).bytes_async())

    @_read
    async def read(self, name: str, start: int, length: int) -> bytes:
        return bytes(await obstore.get_range_async(self._store, name, start=start, length=length))

    @_stored
    async def sizes(self, prefix: str) -> dict[str, int]:
        found: dict[str, int] = {}
        async for page in obstore.list(self._store, prefix):
            found |= {entry["path"]: entry["size"] for entry in page}
        return found

    @_stored
    async def delete_below(self, prefix: str) -> None:
        async for page in obstore.list(self._store, prefix):
            await obstore.delete_async(self._store, [entry["path"] for entry in page])

    @_stored
    async def folders(self, prefix: str) -> list[str]:
        found = await obstore.list_with_delimiter_async(self._store, prefix)
        return [path.rstrip("/").rpartition("/")[2] for path in found["common_prefixes"]]
