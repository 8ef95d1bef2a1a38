"""The one way bytes from a peer become structs: strict MessagePack with a single error (style guide §5, §6)."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from cencomm.errors import DomainError

T = TypeVar("T")


class Malformed(DomainError):
    """Bytes or JSON from a peer that do not have the agreed shape."""

    code = "wire.malformed"


class TooLarge(DomainError):
    """A frame, record or body beyond the limit that the server announced."""

    code = "wire.too_large"


_encoder = msgspec.msgpack.Encoder()


def encode(value: msgspec.Struct) -> bytes:
    """`value` as MessagePack."""
    return _encoder.encode(value)


def decode_with(decoder: msgspec.msgpack.Decoder[T], data: bytes) -> T:
    """What `data` says, whole and nothing else.

    Raises:
        Malformed: the bytes are cut, go on too long, nest too deep or have another shape. What was wrong is
            not repeated: it may quote the peer's bytes.
    """
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise Malformed(what="messagepack") from None
