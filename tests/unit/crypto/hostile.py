"""What every decoder must survive: truncation at each byte, bytes left over, random bytes, flipped bytes."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from cencomm.crypto.tls import DecodeError

RUNS = 300


def survives(decode: Callable[[bytes], object], encoded: bytes) -> None:
    """`decode` takes `encoded`, and raises DecodeError and nothing else for what is not its structure."""
    decode(encoded)
    for length in range(len(encoded)):
        with pytest.raises(DecodeError):
            decode(encoded[:length])
    with pytest.raises(DecodeError):
        decode(encoded + b"\x00")
    source = Random(len(encoded))
    for _ in range(RUNS):
        _only_its_own_error(decode, source.randbytes(source.randrange(2 * len(encoded) + 1)))
        changed = bytearray(encoded)
        changed[source.randrange(len(encoded))] ^= source.randrange(1, 256)
        _only_its_own_error(decode, bytes(changed))


def _only_its_own_error(decode: Callable[[bytes], object], data: bytes) -> None:
    try:
        decode(data)
    except DecodeError:
        return
