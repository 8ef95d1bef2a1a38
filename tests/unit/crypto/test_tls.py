"""TLS presentation language: round trips, and refusal of everything that is not in its one shortest form."""

from __future__ import annotations

import json
import random

import pytest

from cencomm.crypto.tls import (
    MAX_SAFE_NUMBER,
    MAX_VECTOR_BYTES,
    DecodeError,
    Reader,
    Writer,
    decode_all,
    varint,
    vector,
)
from tests.shared_data import shared_path


def _read_all(data: bytes) -> tuple[object, ...]:
    def structure(reader: Reader) -> tuple[object, ...]:
        return (
            reader.u8(),
            reader.u16(),
            reader.u32(),
            reader.u64(),
            reader.raw(3),
            reader.vector(),
            reader.vector_of(Reader.u16),
            reader.optional(Reader.u8),
            reader.optional(Reader.u8),
        )

    return decode_all(data, structure)


def _sample() -> bytes:
    writer = Writer().u8(1).u16(2).u32(3).u64(4).raw(b"abc").vector(b"x" * 70)
    writer.vector_of([5, 6], lambda item: item.to_bytes(2, "big"))
    return writer.optional(None, varint).optional(7, varint).bytes()


class TestVarint:
    @pytest.mark.parametrize(
        ("value", "encoded"),
        [
            (0, "00"),
            (63, "3f"),
            (64, "4040"),
            (37, "25"),
            (15293, "7bbd"),
            (16383, "7fff"),
            (16384, "80004000"),
            (494878333, "9d7f3e7d"),
            (MAX_VECTOR_BYTES, "bfffffff"),
        ],
    )
    def test_is_written_in_its_shortest_form_and_read_back(self, value: int, encoded: str) -> None:
        assert varint(value).hex() == encoded
        assert decode_all(bytes.fromhex(encoded), Reader.varint) == value

    @pytest.mark.parametrize("encoded", ["4000", "403f", "80000000", "80003fff", "8000003f"])
    def test_longer_form_than_needed_is_refused(self, encoded: str) -> None:
        with pytest.raises(DecodeError) as refusal:
            Reader(bytes.fromhex(encoded)).varint()
        assert refusal.value.facts == {"reason": "varint_not_minimal"}

    def test_the_fourth_prefix_is_refused(self) -> None:
        with pytest.raises(DecodeError) as refusal:
            Reader(bytes.fromhex("ffffffffffffffff")).varint()
        assert refusal.value.facts == {"reason": "varint_invalid"}

    def test_a_length_past_the_maximum_cannot_be_written(self) -> None:
        with pytest.raises(ValueError, match="length"):
            varint(MAX_VECTOR_BYTES + 1)

    def test_official_vectors(self) -> None:
        for case in json.loads(shared_path("mls-vectors", "deserialization.json").read_text()):
            reader = Reader(bytes.fromhex(case["vlbytes_header"]))
            assert reader.varint() == case["length"]
            reader.end()


class TestReader:
    def test_reads_what_the_writer_wrote(self) -> None:
        assert _read_all(_sample()) == (1, 2, 3, 4, b"abc", b"x" * 70, (5, 6), None, 7)

    def test_truncation_at_every_byte_is_refused(self) -> None:
        whole = _sample()
        for length in range(len(whole)):
            with pytest.raises(DecodeError):
                _read_all(whole[:length])

    def test_trailing_byte_is_refused(self) -> None:
        with pytest.raises(DecodeError) as refusal:
            _read_all(_sample() + b"\0")
        assert refusal.value.facts == {"reason": "trailing_bytes"}

    def test_random_bytes_raise_only_the_decoders_own_error(self) -> None:
        source = random.Random(9420)
        for _ in range(3000):
            try:
                _read_all(source.randbytes(source.randrange(120)))
            except DecodeError:
                continue

    def test_a_claimed_length_costs_nothing(self) -> None:
        with pytest.raises(DecodeError):
            Reader(bytes.fromhex("bfffffff00")).vector()

    def test_vector_longer_than_allowed_is_refused(self) -> None:
        assert Reader(vector(b"abc")).vector(3) == b"abc"
        with pytest.raises(DecodeError) as refusal:
            Reader(vector(b"abcd")).vector(3)
        assert refusal.value.facts == {"reason": "vector_too_long"}

    def test_more_items_than_allowed_are_refused(self) -> None:
        with pytest.raises(DecodeError):
            Reader(vector(b"abcd")).vector_of(Reader.u8, max_items=3)

    def test_an_item_of_no_bytes_cannot_loop_for_ever(self) -> None:
        with pytest.raises(DecodeError):
            Reader(vector(b"a")).vector_of(lambda reader: None)

    @pytest.mark.parametrize("presence", [2, 255])
    def test_optional_is_absent_or_present_and_nothing_else(self, presence: int) -> None:
        with pytest.raises(DecodeError) as refusal:
            Reader(bytes([presence, 0])).optional(Reader.u8)
        assert refusal.value.facts == {"reason": "optional_invalid"}

    def test_slice_from_gives_the_bytes_read_since(self) -> None:
        reader = Reader(b"abcdef")
        reader.raw(1)
        start = reader.position
        reader.raw(3)
        assert reader.slice_from(start) == b"bcd"
        assert reader.remaining == 2


def test_a_number_that_some_client_cannot_hold_is_refused_by_all() -> None:
    assert decode_all(MAX_SAFE_NUMBER.to_bytes(8, "big"), Reader.safe_u64) == MAX_SAFE_NUMBER
    for too_large in (MAX_SAFE_NUMBER + 1, 2**64 - 1):
        with pytest.raises(DecodeError) as refusal:
            decode_all(too_large.to_bytes(8, "big"), Reader.safe_u64)
        assert refusal.value.facts == {"reason": "number_too_large"}
