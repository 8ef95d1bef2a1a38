"""Strict MessagePack with a single error."""

from __future__ import annotations

import msgspec
import pytest

from cencomm.wire.encoding import Malformed, TooLarge, decode_with, encode


class Sample(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    text: str
    number: int = 0


DECODER = msgspec.msgpack.Decoder(Sample)


def test_round_trip() -> None:
    assert decode_with(DECODER, encode(Sample("é", 2))) == Sample("é", 2)


@pytest.mark.parametrize(
    "data",
    [b"", b"\xc1", b"\x92\xa1a", b"\x91\xa1\xff", b"\x91\x01", encode(Sample("x")) + b"\x01", b"\x93\xa1a\x01\x02"],
)
def test_everything_else_is_malformed_and_not_repeated(data: bytes) -> None:
    with pytest.raises(Malformed) as refused:
        decode_with(DECODER, data)
    assert refused.value.facts == {"what": "messagepack"}
    assert refused.value.__cause__ is None


def test_errors_have_their_codes() -> None:
    assert (Malformed.code, TooLarge.code) == ("wire.malformed", "wire.too_large")
