"""One XChaCha20-Poly1305 ciphertext that opens under two keys ("invisible salamanders", Len, Grubbs, Ristenpart 2021).

Poly1305 is a polynomial in the blocks of the ciphertext, modulo 2^130 - 5, whose point r and pad s come from the key.
Two keys give two linear equations in one free block and the tag, so both can be met: no work at all.
"""

from __future__ import annotations

import struct

_P = 2**130 - 5
_TAG = 2**128
_CLAMP = 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
_CONSTANTS = struct.unpack("<4I", b"expand 32-byte k")
_BLOCK = 16


def two_keys(one: bytes, other: bytes, nonce: bytes, aad: bytes, length: int) -> bytes:
    """A ciphertext with tag over `length` bytes (a multiple of 16) that is authentic under both keys."""
    filler = 0
    while True:
        blocks = [filler.to_bytes(_BLOCK, "little")] + [bytes(_BLOCK)] * (length // _BLOCK - 1)
        sealed = _solve(_one_time_key(one, nonce), _one_time_key(other, nonce), aad, blocks)
        if sealed is not None:
            return sealed
        filler += 1


def _solve(first: tuple[int, int], second: tuple[int, int], aad: bytes, blocks: list[bytes]) -> bytes | None:
    (r1, s1), (r2, s2) = first, second
    data = _numbers(aad, blocks)
    free = len(data) - 2  # the last block of the ciphertext; the lengths follow it
    rest1, rest2 = _evaluate(data, r1, skip=free), _evaluate(data, r2, skip=free)
    weight1, weight2 = pow(r1, 2, _P), pow(r2, 2, _P)
    for wraps in range(-4, 5):
        value = (rest2 - rest1 + s2 - s1 + wraps * _TAG) * pow(weight1 - weight2, -1, _P) % _P
        if not _TAG <= value < 2 * _TAG:
            continue
        tag = ((rest1 + value * weight1) % _P + s1) % _TAG
        if tag == ((rest2 + value * weight2) % _P + s2) % _TAG:
            body = b"".join(blocks[:-1]) + (value - _TAG).to_bytes(_BLOCK, "little")
            return body + tag.to_bytes(_BLOCK, "little")
    return None


def _numbers(aad: bytes, blocks: list[bytes]) -> list[int]:
    padded = aad + bytes(-len(aad) % _BLOCK)
    lengths = struct.pack("<QQ", len(aad), _BLOCK * len(blocks))
    pieces = [padded[at : at + _BLOCK] for at in range(0, len(padded), _BLOCK)] + blocks + [lengths]
    return [int.from_bytes(piece, "little") + _TAG for piece in pieces]


def _evaluate(data: list[int], r: int, *, skip: int) -> int:
    total = 0
    for at, number in enumerate(data):
        total = (total + (0 if at == skip else number)) * r % _P
    return total


def _one_time_key(key: bytes, nonce: bytes) -> tuple[int, int]:
    """r and s of Poly1305: the start of the key stream (RFC 8439 §2.6, draft-irtf-cfrg-xchacha §2.3)."""
    words = _rounds([*_CONSTANTS, *struct.unpack("<8I", key), *struct.unpack("<4I", nonce[:16])])
    subkey = words[:4] + words[12:]
    state = [*_CONSTANTS, *subkey, 0, 0, *struct.unpack("<2I", nonce[16:])]
    stream = struct.pack("<16I", *[(a + b) & 0xFFFFFFFF for a, b in zip(_rounds(list(state)), state, strict=True)])
    return int.from_bytes(stream[:16], "little") & _CLAMP, int.from_bytes(stream[16:32], "little")


def _rounds(x: list[int]) -> list[int]:
    for _ in range(10):
        for a, b, c, d in (
            (0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
            (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14),
        ):  # fmt: skip
            for i, j, k, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
                x[i] = (x[i] + x[j]) & 0xFFFFFFFF
                x[k] ^= x[i]
                x[k] = ((x[k] << turn) | (x[k] >> (32 - turn))) & 0xFFFFFFFF
    return x
