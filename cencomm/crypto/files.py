"""Files: sealed chunk by chunk as a STREAM under a key of their own (PROTOCOL §3.7).

    stream key || prefix = HKDF-Expand(file key, "CENcomm file v1", 32 + 19)
    nonce of chunk i     = prefix || i as u32 || 1 where it is the last chunk, else 0
    sealed chunk i       = XChaCha20-Poly1305(stream key, nonce of chunk i, no associated data, chunk i)
    ciphertext           = the sealed chunks, one after the other; its name is SHA-256(ciphertext) and its length

Chunks are of 256 KiB, only the last may be shorter. What is sealed is the file padded like a part of a record, so that
its length does not name it. The nonce says place and end: chunks that change places, go missing or come from another
file do not open. Key, name and true size travel in a record, so whoever signed it answers for exactly these bytes.

A key seals one file once: the same key over other bytes would reveal both (STREAM, Hoang et al., CRYPTO 2015).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar, NamedTuple

from cencomm.crypto.primitives import (
    KEY_BYTES,
    TAG_BYTES,
    OpenFailed,
    Random,
    Secret,
    Sha256,
    constant_time_equal,
    hkdf_expand,
    random_bytes,
    xchacha_open,
    xchacha_seal,
)
from cencomm.crypto.record_format import padded_length
from cencomm.errors import DomainError

FILE_LABEL = b"CENcomm file v1"
CHUNK_BYTES = 256 * 1024
SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES
MAX_FILE_BYTES = 1 << 30
"""What either side ever tries to open; the server's own bound is lower."""
_PREFIX_BYTES = 19
_COUNTER_BYTES = 4

Read = Callable[[int], bytes]
"""At most that many bytes of a file, as `file.read` gives them; empty at the end."""


class FileRefused(DomainError):
    """A file that is not the one that its record names; `reason` is a stable word. Nothing of it is kept."""

    code: ClassVar[str] = "files.refused"


class FileChanged(DomainError):
    """The file became longer or shorter while it was being sealed. Nothing was sent."""

    code: ClassVar[str] = "files.changed"


class FileName(NamedTuple):
    """What a ciphertext is called, by members and server alike."""

    hash: bytes
    """SHA-256 of the whole ciphertext."""
    length: int
    """Of the ciphertext, in bytes."""

    @property
    def chunks(self) -> int:
        return chunk_count(self.length)


def new_file_key(random: Random = random_bytes) -> Secret:
    return Secret(random(KEY_BYTES))


def chunk_count(length: int) -> int:
    """How many sealed chunks a ciphertext of that length has."""
    return -(-length // SEALED_CHUNK_BYTES)


def chunk_length(length: int, index: int) -> int:
    """The length of sealed chunk `index` in a ciphertext of that length."""
    return min(SEALED_CHUNK_BYTES, length - index * SEALED_CHUNK_BYTES)


def sealed_length(size: int) -> int:
    """The length of the ciphertext of a file of `size` bytes."""
    padded = padded_length(size)
    return padded + TAG_BYTES * -(-padded // CHUNK_BYTES)


# ---------------------------------------------------------------- sealing


class _Stream(NamedTuple):
    key: Secret
    prefix: bytes

    @classmethod
    def of(cls, file_key: bytes) -> _Stream:
        material = hkdf_expand(file_key, FILE_LABEL, KEY_BYTES + _PREFIX_BYTES)
        return cls(Secret(material[:KEY_BYTES]), bytes(material[KEY_BYTES:]))

    def nonce(self, index: int, *, last: bool) -> bytes:
        return self.prefix + index.to_bytes(_COUNTER_BYTES, "big") + bytes([last])


def seal_chunks(file_key: Secret, size: int, read: Read) -> Iterator[bytes]:
    """The sealed chunks of a file of `size` bytes, in order.

    Raises:
        FileRefused: it is larger than any file may be.
        FileChanged: `read` gives fewer or more bytes than `size`; what was given is worth nothing.
    """
    if size > MAX_FILE_BYTES:
        raise FileRefused(reason="too_large", limit=MAX_FILE_BYTES)
    stream, left = _Stream.of(file_key), padded_length(size)
    real = size
    for index in range(chunk_count(sealed_length(size))):
        wanted = min(CHUNK_BYTES, left)
        plain = _read_whole(read, min(wanted, real))
        left, real = left - wanted, real - len(plain)
        if left == 0 and read(1):
            raise FileChanged
        yield xchacha_seal(stream.key, stream.nonce(index, last=left == 0), b"", plain.ljust(wanted, b"\x00"))


def _read_whole(read: Read, count: int) -> bytes:
    held = bytearray()
    while len(held) < count:
        piece = read(count - len(held))
        if not piece:
            raise FileChanged
        held += piece
    return bytes(held)


# ---------------------------------------------------------------- opening


class FileOpener:
    """Opens a file's chunks in order. Nothing that it gave may be shown before `finish` has returned."""

    def __init__(self, file_key: Secret, name: FileName, size: int) -> None:
        """Raises FileRefused: no file of that size has a ciphertext of that length."""
        if not 0 <= size <= MAX_FILE_BYTES or name.length != sealed_length(size):
            raise FileRefused(reason="length")
        self._stream = _Stream.of(file_key)
        self._name = name
        self._left = size
        self._next = 0
        self._hash = Sha256()

    def take(self, sealed: bytes) -> bytes:
        """The next chunk, without padding. Raises FileRefused: it is not this chunk of this file."""
        index, count = self._next, self._name.chunks
        if index >= count or len(sealed) != chunk_length(self._name.length, index):
            raise FileRefused(reason="chunk_length", chunk=index)
        self._hash.update(sealed)
        try:
            padded = xchacha_open(self._stream.key, self._stream.nonce(index, last=index == count - 1), b"", sealed)
        except OpenFailed:
            raise FileRefused(reason="does_not_open", chunk=index) from None
        self._next += 1
        plain = padded[: self._left]
        if any(padded[len(plain) :]):
            raise FileRefused(reason="padding")
        self._left -= len(plain)
        return plain

    def finish(self) -> None:
        """Raises FileRefused: chunks are missing, or the whole has another hash than its name says."""
        if self._next != self._name.chunks:
            raise FileRefused(reason="cut", chunk=self._next)
        if not constant_time_equal(self._hash.digest(), self._name.hash):
            raise FileRefused(reason="hash")
