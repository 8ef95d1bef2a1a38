"""Questions to the picture base, and which hashes are near."""

from __future__ import annotations

import random

import pytest

from cen_core.errors import QueryInvalid
from cen_core.model.picture_query import (
    BAND_BITS,
    MAX_APART,
    NEAR,
    PictureFilter,
    bands,
    distance,
    near_values,
    picture_filter,
)


def test_a_filter_as_it_was_asked() -> None:
    chosen = picture_filter({"heading": ["drugs", "-"], "kind": []}, 5, f"12.{'a' * 32}")
    assert chosen == PictureFilter({"heading": ("drugs", "")}, 5, (12, "a" * 32))


@pytest.mark.parametrize(
    ("given", "limit", "after", "field", "reason"),
    [
        ({"colour": ["red"]}, 1, "", "colour", "unknown_field"),
        ({"kind": ["photo'--"]}, 1, "", "kind", "malformed"),
        ({"kind": ["photo"] * 51}, 1, "", "kind", "too_many_values"),
        ({}, 0, "", "limit", "out_of_range"),
        ({}, 97, "", "limit", "out_of_range"),
        ({}, 1, "1", "after", "malformed"),
        ({}, 1, "1.x' OR 1=1", "after", "malformed"),
    ],
)
def test_what_cannot_be_asked(given: dict[str, list[str]], limit: int, after: str, field: str, reason: str) -> None:
    with pytest.raises(QueryInvalid) as refused:
        picture_filter(given, limit, after)
    assert refused.value.facts == {"field": field, "reason": reason}


def test_near_values_are_all_within_two_bits_and_none_twice() -> None:
    found = near_values(0xBEEF)
    assert len(found) == len(set(found)) == 137
    assert all((value ^ 0xBEEF).bit_count() <= MAX_APART and value < 1 << BAND_BITS for value in found)


def test_whatever_is_near_shares_a_near_band() -> None:
    chance = random.Random(5)
    for _ in range(300):
        one = chance.getrandbits(64)
        other = one
        for bit in chance.sample(range(64), NEAR):
            other ^= 1 << bit
        left, right = f"{one:016x}", f"{other:016x}"
        assert distance(left, right) == NEAR
        assert any(value in near_values(own) for (_, own), (_, value) in zip(bands(left), bands(right), strict=True))
