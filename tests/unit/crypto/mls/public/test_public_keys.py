"""Public keys that nobody could encrypt to are found before they stand in a tree."""

from __future__ import annotations

import pytest

from cencomm.crypto.mls.public.public_keys import is_public_key
from cencomm.crypto.primitives import BadPublicKey, x25519, x25519_public

P = 2**255 - 19
ORDER_8 = "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"
OTHER_ORDER_8 = "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"
SMALL = [
    bytes(32),
    (1).to_bytes(32, "little"),
    bytes.fromhex(ORDER_8),
    bytes.fromhex(OTHER_ORDER_8),
    *(u.to_bytes(32, "little") for u in (P - 1, P, P + 1)),
]


@pytest.mark.parametrize("key", SMALL + [key[:-1] + bytes([key[-1] | 0x80]) for key in SMALL])
def test_key_of_small_order_is_none_and_libsodium_says_so_too(key: bytes) -> None:
    assert not is_public_key(key)
    with pytest.raises(BadPublicKey):
        x25519(b"\x01" * 32, key)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_key_of_another_length_is_none(length: int) -> None:
    assert not is_public_key(b"\x09" * length)


def test_real_key_is_one() -> None:
    assert is_public_key(x25519_public(b"\x01" * 32))
    assert is_public_key((9).to_bytes(32, "little"))
