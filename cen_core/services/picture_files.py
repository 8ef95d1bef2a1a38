"""What pictures need besides the database: somebody who cleans them, and a place for their bytes.

    pictures/<picture id>/full.jpg      as large as it is kept
    pictures/<picture id>/screen.jpg    for reading on a page
    pictures/<picture id>/thumb.jpg     for lists

What `put` wrote is durable and whole when it returns, and not there at all if it fails. The bytes of a picture are
written before its row, and erased after it says that it was withdrawn: what has no row is nobody's and goes (`sweep`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from cen_core.errors import PictureUnknown

FOLDER: Final = "pictures"
SIZES: Final = ("full", "screen", "thumb")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A picture made anew: JPEG files by size; width and height are those of `full`, `dhash` sixteen digits."""

    files: Mapping[str, bytes]
    width: int
    height: int
    dhash: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.files["full"]).hexdigest()


class Cleaner(Protocol):
    async def clean(self, sent: bytes) -> Cleaned:
        """Raises PictureRefused."""


class PictureFiles(Protocol):
    """Every method raises StorageFailed where the storage does not do its part."""

    async def put(self, name: str, data: bytes) -> None:
        """Over what was there under this name."""

    async def read(self, name: str) -> bytes:
        """Raises FileNotFoundError."""

    async def folders(self) -> Mapping[str, float]:
        """The picture ids that have files, each with the time in seconds since 1970 of its newest file."""

    async def erase(self, picture_id: str) -> None:
        """All files of the picture; harmless where there are none."""


def name_of(picture_id: str, size: str) -> str:
    """Raises PictureUnknown: a size that there is not."""
    if size not in SIZES:
        raise PictureUnknown
    return f"{FOLDER}/{picture_id}/{size}.jpg"
