"""Padding and the signed form of a record (PROTOCOL §3.2, §3.3); `RC-05` is of the table in `test_records`."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.crypto.head import Head
from cencomm.crypto.record_format import (
    RecordRefused,
    SignedRecord,
    padded_length,
    read_body,
    read_header,
    sealed_length,
)
from cencomm.crypto.records import key_ring
from cencomm.crypto.tls import DecodeError, decode_all
from tests.unit.crypto.hostile import survives
from tests.unit.crypto.people import OTIENO
from tests.unit.crypto.test_records import OBSERVERS, SEEN, opened, seal


class TestPadding:
    def test_rc_05_short_texts_all_look_alike(self) -> None:
        assert len({len(seal(b"x" * size, None)) for size in range(40)}) == 1

    @pytest.mark.parametrize(("length", "padded"), [(0, 256), (256, 256), (257, 272), (1000, 1024), (10_000, 10_240)])
    def test_padme(self, length: int, padded: int) -> None:
        assert padded_length(length) == padded

    @given(st.integers(257, 2**24))
    def test_at_most_twelve_percent_are_added(self, length: int) -> None:
        assert length <= padded_length(length) <= length * 1.12
        assert padded_length(padded_length(length)) == padded_length(length)


class TestSealedLength:
    @pytest.mark.parametrize("public", [None, 0, 63, 64, 5_000, 20_000])
    @pytest.mark.parametrize("personal", [None, 1, 300, 16_384, 100_000])
    def test_it_is_known_before_anything_is_sealed(self, public: int | None, personal: int | None) -> None:
        if public is None and personal is None:
            return
        parts = [None if size is None else bytes(size) for size in (public, personal)]
        assert sealed_length(*[size for size in (public, personal) if size is not None]) == len(seal(*parts))


class TestHeader:
    @pytest.mark.parametrize("size", [0, 300, 16_000, 20_000])
    def test_it_is_read_alike_with_and_without_the_rest(self, size: int) -> None:
        for body in (seal(b"p" * size, b"n" * size), seal(None, b"n" * size)):
            assert read_header(body) == decode_all(body, read_body).header
            survives(read_header, body)

    def test_whatever_is_wrong_is_refused_as_the_reader_refuses_it(self) -> None:
        whole = seal()
        wrong = [whole[:length] for length in range(0, len(whole), 7)]
        wrong += [whole + b"x", b"\0\2" + whole[2:], whole[:34] + b"\xff" + whole[35:], whole[:62] + b"\0" + whole[63:]]
        for body in wrong:
            with pytest.raises(DecodeError) as slow:
                decode_all(body, read_body)
            with pytest.raises(DecodeError) as quick:
                read_header(body)
            assert quick.value.facts == slow.value.facts


class TestSignedRecord:
    def test_an_extraction_verifies_without_any_key(self) -> None:
        signed = opened(seal()).signed
        again = SignedRecord.decode(signed.encode())
        assert again == signed
        again.verify(OTIENO.device_key)
        survives(SignedRecord.decode, signed.encode())

    def test_a_part_that_was_not_opened_stays_a_hash(self) -> None:
        signed = opened(seal(public_key=OBSERVERS), keys=key_ring(OBSERVERS)).signed
        again = SignedRecord.decode(signed.encode())
        assert again == signed
        again.verify(OTIENO.device_key)

    def test_every_change_is_noticed(self) -> None:
        signed = opened(seal()).signed
        first, second = signed.parts
        for changed, expected in (
            (replace(signed, context_hash=bytes(32)), "signature"),
            (replace(signed, sent_at_ms=1), "signature"),
            (replace(signed, seen=Head(1, SEEN.hash)), "signature"),
            (replace(signed, header=replace(signed.header, epoch=8)), "signature"),
            (replace(signed, parts=(first._replace(content=b"other"), second)), "part_hash"),
            (replace(signed, parts=(first, second._replace(salt=bytes(32)))), "part_hash"),
            (replace(signed, parts=(first,)), "parts"),
            (replace(signed, parts=(second, first)), "parts"),
            (replace(signed, signature=bytes(64)), "signature"),
        ):
            with pytest.raises(RecordRefused, match=expected):
                changed.verify(OTIENO.device_key)
