"""Vectors of PROTOCOL §3.7: files sealed as a STREAM, and what must not open."""

from __future__ import annotations

import io

from cencomm.crypto.files import CHUNK_BYTES, seal_chunks, sealed_length
from cencomm.crypto.primitives import Secret, sha256

SIZES = (0, 1, 256, 1000, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES - 5)
SHOWN_BYTES = 1_100
"""A ciphertext stands here whole up to this length; beyond it, by the hash of each chunk."""


def content(size: int) -> bytes:
    """The file of that size: byte i is 7 i modulo 251."""
    period = bytes([7 * place % 251 for place in range(251)])
    return (period * (size // 251 + 1))[:size]


def files() -> dict[str, object]:
    return {
        "chunk_bytes": CHUNK_BYTES,
        "lengths": [[size, sealed_length(size)] for size in (*SIZES, 5_000_000, 100_000_000)],
        "files": [_file(size) for size in SIZES],
    }


def _file(size: int) -> dict[str, object]:
    key = Secret(sha256(f"file {size}".encode()))
    chunks = list(seal_chunks(key, size, io.BytesIO(content(size)).read))
    whole = b"".join(chunks)
    return {
        "size": size,
        "key": key.hex(),
        "hash": sha256(whole).hex(),
        "length": len(whole),
        "chunks": [sha256(chunk).hex() for chunk in chunks],
        "ciphertext": whole.hex() if len(whole) <= SHOWN_BYTES else None,
    }
