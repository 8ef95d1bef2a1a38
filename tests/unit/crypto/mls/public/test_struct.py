"""Every decoder: round trip, cut and changed at each byte, trailing byte, random bytes, claims of great length."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cencomm.crypto.mls.public.struct import encode_u16
from cencomm.crypto.mls.public.validation import MlsError
from cencomm.crypto.tls import DecodeError
from tests.unit.crypto.mls.public.samples import Sample, samples

every_sample = pytest.mark.parametrize("sample", [pytest.param(each, id=each.name) for each in samples()])

CHECKED_TREES = {"V202", "V204", "V207", "V101"}
"""The rules that reading a tree or a snapshot may refuse by."""


def _survives(sample: Sample, data: bytes) -> None:
    """Reads `data`, or refuses it properly; what was read is written back byte for byte."""
    try:
        value = sample.decode(data)
    except DecodeError as refusal:
        assert refusal.facts["reason"]
    except MlsError as refusal:
        assert refusal.check in CHECKED_TREES
    else:
        assert sample.encode(value) == data


@every_sample
def test_round_trip(sample: Sample) -> None:
    assert sample.encode(sample.decode(sample.data)) == sample.data


@every_sample
def test_truncated_at_each_byte_is_refused(sample: Sample) -> None:
    for length in range(len(sample.data)):
        with pytest.raises(DecodeError):
            sample.decode(sample.data[:length])


@every_sample
def test_trailing_byte_is_refused(sample: Sample) -> None:
    for trailing in (b"\x00", b"\x01", b"\xff"):
        with pytest.raises(DecodeError, match="trailing_bytes"):
            sample.decode(sample.data + trailing)


@every_sample
def test_each_changed_byte_is_refused_or_read_as_it_stands(sample: Sample) -> None:
    for place in range(len(sample.data)):
        for change in (0x01, 0x80, 0xFF):
            data = bytearray(sample.data)
            data[place] ^= change
            _survives(sample, bytes(data))


@every_sample
@settings(max_examples=30, deadline=None)
@given(data=st.binary(max_size=200))
def test_random_bytes_are_refused_or_read_as_they_stand(sample: Sample, data: bytes) -> None:
    _survives(sample, data)


@every_sample
@settings(max_examples=20, deadline=None)
@given(noise=st.binary(min_size=1, max_size=40), place=st.floats(0, 1))
def test_random_bytes_within_are_refused_or_read_as_they_stand(sample: Sample, noise: bytes, place: float) -> None:
    start = int(place * len(sample.data))
    _survives(sample, sample.data[:start] + noise + sample.data[start + len(noise) :])


@every_sample
def test_claim_of_great_length_costs_nothing(sample: Sample) -> None:
    began = time.perf_counter()
    for place in range(len(sample.data)):
        _survives(sample, sample.data[:place] + b"\xbf\xff\xff\xff")
    assert time.perf_counter() - began < 5


def test_u16_is_two_bytes_big_endian() -> None:
    assert encode_u16(0x0102) == b"\x01\x02"
