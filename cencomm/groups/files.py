"""Encrypted files of a CUG as the Delivery Service sees them: names, lengths, who uploads; never content (DESIGN §3).

    begin ─> chunk 0 ─> chunk 1 ─> … ─> finish: the hash is right ─> stored, under its hash
      └────────── again after a cut: "so many are here" ──────────┘      └ once, however many CUGs have it

What is reserved at the beginning is what the whole file takes, so an upload that was begun always finds room.
"""

from __future__ import annotations

from dataclasses import dataclass

from cencomm.crypto.files import FileName, chunk_length, sealed_length
from cencomm.groups.errors import ChunkOutOfOrder, ChunkWrong, FileTooLarge, FileUnknown
from cencomm.ids import CugId, DeviceId

EMPTY_FILE = sealed_length(0)
UPLOADS_OF_A_DEVICE = 30
"""At once in one CUG: a message names twenty."""
UPLOAD_LIFE_MS = 24 * 3600 * 1000
"""An upload that nothing was added to for so long is given up."""


@dataclass(frozen=True, slots=True)
class FileBounds:
    """What one file and all files of a CUG may take, in bytes of ciphertext."""

    file_bytes: int
    cug_bytes: int


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is whole. `seq` is the CUG's newest event when it was attached, `shared` the policy then."""

    name: FileName
    seq: int
    shared: bool


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way; `received` chunks are durable, from the first on."""

    upload_id: bytes
    cug_id: CugId
    device_id: DeviceId
    name: FileName
    received: int = 0

    @property
    def is_whole(self) -> bool:
        return self.received == self.name.chunks


def check_name(name: FileName, bounds: FileBounds) -> None:
    """Raises FileTooLarge; ChunkWrong: no file has a ciphertext of that length."""
    if name.length > bounds.file_bytes:
        raise FileTooLarge(limit=bounds.file_bytes)
    if name.length < EMPTY_FILE:
        raise ChunkWrong(expected=EMPTY_FILE)


def check_chunk(upload: Upload, index: int, length: int) -> bool:
    """Whether the chunk is the next one; False for one that is here already.

    Raises:
        ChunkOutOfOrder: others must come before.
        ChunkWrong: it is longer or shorter than that chunk is.
    """
    if index >= upload.name.chunks:
        raise FileUnknown
    if index > upload.received:
        raise ChunkOutOfOrder(received=upload.received)
    expected = chunk_length(upload.name.length, index)
    if length != expected:
        raise ChunkWrong(expected=expected)
    return index == upload.received
