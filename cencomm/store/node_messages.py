"""What server processes say to each other through Redis: how far a log has come, and what to look at again.

Nothing of it is believed: a receiver reads the database. So a message that is lost, doubled, late or forged changes
only when somebody looks, never what he finds; and Redis learns of an operation its number and its pace, no more.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from cencomm.wire.encoding import decode_with, encode

MAX_REACHED = 4096
"""CUGs in one message; what does not fit is found by polling."""


class Look(IntEnum):
    """What may have changed for connections of other processes."""

    MEMBERS = 1
    """Somebody was admitted or removed, has a Welcome to fetch, or a CUG was closed."""
    SESSIONS = 2
    """A session was ended or a device revoked."""
    REVOCATIONS = 3
    """A newer revocation list was published."""
    KEY_PACKAGES = 4
    """A device's key packages run low."""


CugKey = Annotated[bytes, Meta(min_length=16, max_length=16)]
Seq = Annotated[int, Meta(ge=0, le=2**62)]


class NodeMessage(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Empty ones are a sign of life."""

    node_id: Annotated[bytes, Meta(min_length=8, max_length=8)]
    """Of the process that speaks, so that it does not listen to itself."""
    reached: Annotated[dict[CugKey, Seq], Meta(max_length=MAX_REACHED)] = {}
    """CUG c has reached seq n."""
    looks: Annotated[tuple[Look, ...], Meta(max_length=len(Look))] = ()


_decoder: msgspec.msgpack.Decoder[NodeMessage] = msgspec.msgpack.Decoder(NodeMessage)


def encode_message(message: NodeMessage) -> bytes:
    return encode(message)


def decode_message(data: bytes) -> NodeMessage:
    """Raises Malformed."""
    return decode_with(_decoder, data)
