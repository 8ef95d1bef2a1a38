"""What processes say in passing survives the way there and back, and nothing else gets in."""

from __future__ import annotations

import msgspec
import pytest

from cencomm.store.passing_messages import MAX_TYPISTS, PassingMessage, Typist, decode_passing, encode_passing
from cencomm.wire.encoding import Malformed

NODE = b"n" * 8
TYPIST = Typist(b"c" * 16, b"t" * 16)


@pytest.mark.parametrize(
    "message",
    [PassingMessage(NODE), PassingMessage(NODE, (TYPIST,)), PassingMessage(NODE, (), moved=True, settings=True)],
)
def test_round_trip(message: PassingMessage) -> None:
    assert decode_passing(encode_passing(message)) == message


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x90",
        encode_passing(PassingMessage(NODE, (TYPIST,)))[:-1],
        encode_passing(PassingMessage(NODE)) + b"\x00",
        encode_passing(PassingMessage(b"short")),
        encode_passing(PassingMessage(NODE, (Typist(b"c" * 16, b"t" * 15),))),
        encode_passing(PassingMessage(NODE, (TYPIST,) * (MAX_TYPISTS + 1))),
        msgspec.msgpack.encode([NODE, [], False, False, "more"]),
        msgspec.msgpack.encode([NODE, [], "yes", False]),
    ],
)
def test_anything_else_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        decode_passing(data)
