"""What server processes say to each other in passing: who types, and that it is worth looking who is on line.

Nothing of it is kept or said twice. Officers are named by a keyed hash (`redis_presence`), so that Redis holds no name;
whoever can write to it can have somebody seem to type or be on line, and no more.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from cencomm.wire.encoding import decode_with, encode
from cencomm.wire.frames import Id16

MAX_TYPISTS = 256
"""In one message; what is beyond is not said."""
TOKEN_BYTES = 16

Token = Annotated[bytes, Meta(min_length=TOKEN_BYTES, max_length=TOKEN_BYTES)]


class Typist(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """An officer types in a CUG."""

    cug_id: Id16
    token: Token


class PassingMessage(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    node_id: Annotated[bytes, Meta(min_length=8, max_length=8)]
    """Of the process that speaks, so that it does not listen to itself."""
    typists: Annotated[tuple[Typist, ...], Meta(max_length=MAX_TYPISTS)] = ()
    moved: bool = False
    """Somebody came or went."""
    settings: bool = False
    """An officer has chosen to be shown, or not to be."""


_decoder: msgspec.msgpack.Decoder[PassingMessage] = msgspec.msgpack.Decoder(PassingMessage)


def encode_passing(message: PassingMessage) -> bytes:
    return encode(message)


def decode_passing(data: bytes) -> PassingMessage:
    """Raises Malformed."""
    return decode_with(_decoder, data)
