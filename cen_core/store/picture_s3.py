"""Pictures in an S3-compatible store, by obstore (the extra `s3`). Address and keys come from the AWS_* environment."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from cen_core.errors import StorageFailed
from cen_core.services.picture_files import FOLDER

P = ParamSpec("P")
R = TypeVar("R")


def _stored(ask: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Whatever the store's client says, as ours."""

    @wraps(ask)
    async def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await ask(*args, **kwargs)
        except (BaseError, OSError) as error:
            raise StorageFailed from error

    return asked


class S3Pictures:
    """One bucket; `bucket` may name a folder in it: `bucket/folder`."""

    def __init__(self, bucket: str, **config: Any) -> None:
        name, _, folder = bucket.partition("/")
        self._store = S3Store(name, prefix=folder or None, **config)

    @_stored
    async def put(self, name: str, data: bytes) -> None:
        await obstore.put_async(self._store, name, data)

    async def read(self, name: str) -> bytes:
        try:
            return bytes(await (await obstore.get_async(self._store, name)).bytes_async())
        except FileNotFoundError:
            raise
        except (BaseError, OSError) as error:
            raise StorageFailed from error

    @_stored
    async def folders(self) -> Mapping[str, float]:
        found: dict[str, float] = {}
        async for page in obstore.list(self._store, FOLDER):
            for entry in page:
                picture_id = entry["path"].split("/")[-2]
                found[picture_id] = max(found.get(picture_id, 0.0), entry["last_modified"].timestamp())
        return found

    @_stored
    async def erase(self, picture_id: str) -> None:
        async for page in obstore.list(self._store, f"{FOLDER}/{picture_id}"):
            await obstore.delete_async(self._store, [entry["path"] for entry in page])
