"""Where the ciphertext of files lies: a folder beside the database, or an S3-compatible store (docs/adr/0016).

    uploads/<upload id>/<n>     chunk n of an upload under way
    files/<hash>                a whole file

What `put` and `join` wrote is durable and whole when they return, and not there at all if they fail.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

FILES = "files"
UPLOADS = "uploads"
PIECE = 1 << 20


class Blobs(Protocol):
    """Every method raises FileNotStored where the storage does not do its part."""

    async def put(self, name: str, data: bytes) -> None:
        """Write `data`, over what was there under this name."""

    async def join(self, name: str, parts: Sequence[str]) -> None:
        """Write the parts, one after the other, as one. Raises BlobMissing."""

    async def read(self, name: str, start: int, length: int) -> bytes:
        """That stretch, which must lie within it. Raises BlobMissing."""

    async def sizes(self, prefix: str) -> dict[str, int]:
        """Bytes by name, of everything below the folder `prefix`."""

    async def delete_below(self, prefix: str) -> None:
        """Delete everything below the folder `prefix`, and it."""

    async def folders(self, prefix: str) -> list[str]:
        """Names of the folders directly below `prefix`."""


class BlobMissing(Exception):
    """Nothing is stored under this name."""


def file_blob(file_hash: bytes) -> str:
    return f"{FILES}/{file_hash.hex()}"


def upload_folder(upload_id: bytes) -> str:
    return f"{UPLOADS}/{upload_id.hex()}"


def chunk_blob(upload_id: bytes, index: int) -> str:
    return f"{upload_folder(upload_id)}/{index}"


async def pieces(blobs: Blobs, name: str, length: int) -> AsyncIterator[bytes]:
    """The whole of `name`, which has that length, piece by piece. Raises BlobMissing."""
    for start in range(0, length, PIECE):
        yield await blobs.read(name, start, min(PIECE, length - start))
