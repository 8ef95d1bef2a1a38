"""What every structure of MLS has: one byte form, and a decoder that refuses every other (RFC 9420 §2.1)."""

from __future__ import annotations

from abc import abstractmethod
from typing import Self

from cencomm.crypto.tls import Reader, decode_all


class Struct:
    """A structure with `encode`, `read` (its part of a longer input) and `decode` (the whole of an input).

    The encoding is unique: what `decode` accepts, `encode` gives back byte for byte.
    """

    __slots__ = ()

    @abstractmethod
    def encode(self) -> bytes:
        """The structure in the TLS presentation language."""
        raise NotImplementedError

    @classmethod
    @abstractmethod
    def read(cls, reader: Reader) -> Self:
        """Take the structure from `reader`. Raises `DecodeError`."""
        raise NotImplementedError

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """`data` as exactly one structure. Raises `DecodeError`."""
        return decode_all(data, cls.read)


def encode_u16(value: int) -> bytes:
    return value.to_bytes(2, "big")
