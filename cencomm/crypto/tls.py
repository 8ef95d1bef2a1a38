"""Reading and writing the TLS presentation language with MLS's variable-size vectors (RFC 8446 §3, RFC 9420 §2.1).

A decoder never trusts a length: a vector is read only if the bytes are there, so work is bounded by the size of
the input. Nesting is bounded by the callers, whose structures have a fixed depth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar, TypeVar

from cencomm.errors import DomainError

T = TypeVar("T")

MAX_VECTOR_BYTES = 2**30 - 1
"""The longest length that the variable-size header can name (§2.1.2)."""


MAX_SAFE_NUMBER = 2**53 - 1
"""The largest number that every client can hold: the browser's language has no larger exact one."""


class DecodeError(DomainError):
    """Bytes that are not the structure they should be; `reason` is a stable word."""

    code: ClassVar[str] = "crypto.malformed"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


def varint(value: int) -> bytes:
    """The variable-size length header, in its shortest form (§2.1.2)."""
    if value < 0x40:
        return value.to_bytes(1, "big")
    if value < 0x4000:
        return (value | 0x4000).to_bytes(2, "big")
    if value > MAX_VECTOR_BYTES:
        raise ValueError("a vector of this length cannot be written")
    return (value | 0x80000000).to_bytes(4, "big")


def vector(data: bytes) -> bytes:
    """`opaque data<V>`: the length, then the bytes."""
    return varint(len(data)) + data


class Writer:
    """Collects the fields of one structure, in order; every method returns the writer."""

    __slots__ = ("_buffer",)

    def __init__(self) -> None:
        self._buffer = bytearray()

    def u8(self, value: int) -> Writer:
        self._buffer += value.to_bytes(1, "big")
        return self

    def u16(self, value: int) -> Writer:
        self._buffer += value.to_bytes(2, "big")
        return self

    def u32(self, value: int) -> Writer:
        self._buffer += value.to_bytes(4, "big")
        return self

    def u64(self, value: int) -> Writer:
        self._buffer += value.to_bytes(8, "big")
        return self

    def raw(self, data: bytes) -> Writer:
        self._buffer += data
        return self

    def vector(self, data: bytes) -> Writer:
        self._buffer += varint(len(data))
        self._buffer += data
        return self

    def vector_of(self, items: Iterable[T], encode: Callable[[T], bytes]) -> Writer:
        """`T items<V>`: the length in bytes of all items together, then the items."""
        return self.vector(b"".join([encode(item) for item in items]))

    def optional(self, item: T | None, encode: Callable[[T], bytes]) -> Writer:
        """`optional<T>` (§2.1.1)."""
        if item is None:
            return self.u8(0)
        return self.u8(1).raw(encode(item))

    def bytes(self) -> bytes:
        return bytes(self._buffer)


class Reader:
    """Takes the fields of one structure from `data`, in order; every shortage is a `DecodeError`."""

    __slots__ = ("_data", "_end", "_position")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0
        self._end = len(data)

    @property
    def remaining(self) -> int:
        return self._end - self._position

    @property
    def position(self) -> int:
        return self._position

    def slice_from(self, start: int) -> bytes:
        """The bytes read since `position` was `start`: what a signature covers, without encoding again."""
        return self._data[start : self._position]

    def raw(self, length: int) -> bytes:
        start = self._position
        stop = start + length
        if stop > self._end:
            raise DecodeError("truncated")
        self._position = stop
        return self._data[start:stop]

    def u8(self) -> int:
        position = self._position
        if position >= self._end:
            raise DecodeError("truncated")
        self._position = position + 1
        return self._data[position]

    def u16(self) -> int:
        return int.from_bytes(self.raw(2), "big")

    def u32(self) -> int:
        return int.from_bytes(self.raw(4), "big")

    def u64(self) -> int:
        return int.from_bytes(self.raw(8), "big")

    def safe_u64(self) -> int:
        """A u64 of CENcomm's own structures: all clients must judge it alike, so none may be too large for one."""
        value = self.u64()
        if value > MAX_SAFE_NUMBER:
            raise DecodeError("number_too_large")
        return value

    def varint(self) -> int:
        position = self._position
        if position >= self._end:
            raise DecodeError("truncated")
        self._position = position + 1
        first = self._data[position]
        if first < 0x40:
            return first
        prefix = first >> 6
        if prefix == 3:
            raise DecodeError("varint_invalid")
        extra = 1 if prefix == 1 else 3
        value = ((first & 0x3F) << (8 * extra)) | int.from_bytes(self.raw(extra), "big")
        if value < (0x40 if prefix == 1 else 0x4000):
            raise DecodeError("varint_not_minimal")
        return value

    def vector(self, max_length: int = MAX_VECTOR_BYTES) -> bytes:
        """`opaque data<V>` of at most `max_length` bytes."""
        length = self.varint()
        if length > max_length:
            raise DecodeError("vector_too_long")
        start = self._position
        stop = start + length
        if stop > self._end:
            raise DecodeError("truncated")
        self._position = stop
        return self._data[start:stop]

    def vector_of(self, decode: Callable[[Reader], T], max_items: int | None = None) -> tuple[T, ...]:
        """`T items<V>`; every item must use at least one byte."""
        inner = Reader(self.vector())
        items: list[T] = []
        while inner._position < inner._end:
            before = inner._position
            items.append(decode(inner))
            if inner._position == before or (max_items is not None and len(items) > max_items):
                raise DecodeError("too_many_items")
        return tuple(items)

    def optional(self, decode: Callable[[Reader], T]) -> T | None:
        """`optional<T>` (§2.1.1): the presence byte is 0 or 1 and nothing else."""
        present = self.u8()
        if present > 1:
            raise DecodeError("optional_invalid")
        return decode(self) if present else None

    def end(self) -> None:
        """Raises if bytes are left over."""
        if self._position != self._end:
            raise DecodeError("trailing_bytes")


def decode_all(data: bytes, decode: Callable[[Reader], T]) -> T:
    """`data` as exactly one structure, nothing after it."""
    reader = Reader(data)
    value = decode(reader)
    reader.end()
    return value
