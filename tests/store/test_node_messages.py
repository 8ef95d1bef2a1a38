"""Messages between processes: small, bounded, and nothing else than they may be."""

from __future__ import annotations

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.store.node_messages import Look, NodeMessage, decode_message, encode_message
from cencomm.wire.encoding import Malformed

MESSAGE = NodeMessage(b"n" * 8, {b"c" * 16: 7, b"d" * 16: 2**40}, (Look.MEMBERS, Look.SESSIONS))


def test_what_was_said_is_heard() -> None:
    assert decode_message(encode_message(MESSAGE)) == MESSAGE
    assert decode_message(encode_message(NodeMessage(b"n" * 8))) == NodeMessage(b"n" * 8)


@pytest.mark.parametrize(
    "said",
    [
        [b"n" * 7],
        [b"n" * 8, {b"c" * 15: 1}],
        [b"n" * 8, {b"c" * 16: -1}],
        [b"n" * 8, {b"c" * 16: 2**63}],
        [b"n" * 8, {number.to_bytes(16, "big"): 1 for number in range(4097)}],
        [b"n" * 8, {}, [9]],
        [b"n" * 8, {}, [1, 1, 1, 1, 1]],
        [b"n" * 8, {}, [], "more"],
        {"node_id": b"n" * 8},
    ],
)
def test_another_shape_is_malformed(said: object) -> None:
    with pytest.raises(Malformed):
        decode_message(msgspec.msgpack.encode(said))


def test_cut_and_overlong_messages_are_malformed() -> None:
    data = encode_message(MESSAGE)
    for end in range(len(data)):
        with pytest.raises(Malformed):
            decode_message(data[:end])
    with pytest.raises(Malformed):
        decode_message(data + b"\0")


@given(st.binary(max_size=200))
def test_random_bytes_raise_nothing_else(data: bytes) -> None:
    with contextlib.suppress(Malformed):
        decode_message(data)
