"""Sealing that commits to its key."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cencomm.crypto.primitives import OpenFailed, Secret, random_bytes, xchacha_open
from cencomm.crypto.sealed import Sealed, WrongKey, open_sealed, read_sealed, seal, unwrap
from cencomm.crypto.tls import decode_all
from tests.unit.crypto.hostile import survives
from tests.unit.crypto.salamander import two_keys

KEY, OTHER = Secret(b"k" * 32), Secret(b"o" * 32)
SEALED = seal(KEY, b"context", b"plaintext", random_bytes)


def test_round_trip_and_hostile_bytes() -> None:
    assert open_sealed(KEY, b"context", SEALED) == b"plaintext"
    assert decode_all(SEALED.encode(), read_sealed) == SEALED
    survives(lambda data: decode_all(data, read_sealed), SEALED.encode())


def test_another_key_context_or_ciphertext_does_not_open() -> None:
    for key, context, sealed in (
        (OTHER, b"context", SEALED),
        (KEY, b"other", SEALED),
        (KEY, b"context", replace(SEALED, ciphertext=bytes(30))),
        (KEY, b"context", replace(SEALED, nonce=bytes(24))),
        (KEY, b"context", replace(SEALED, key_check=bytes(32))),
    ):
        with pytest.raises(OpenFailed):
            open_sealed(key, context, sealed)
        with pytest.raises(WrongKey):
            unwrap(key, context, sealed)


def test_one_ciphertext_for_two_keys_opens_under_one() -> None:
    nonce = bytes(24)
    sealed = Sealed(SEALED.key_check, nonce, two_keys(KEY, OTHER, nonce, b"context", 32))
    assert len(open_sealed(KEY, b"context", sealed)) == 32
    assert len(xchacha_open(OTHER, nonce, b"context", sealed.ciphertext)) == 32
    with pytest.raises(OpenFailed):
        open_sealed(OTHER, b"context", sealed)


def test_a_ciphertext_under_another_key_with_our_key_check_does_not_open() -> None:
    theirs = seal(OTHER, b"context", b"plaintext", random_bytes)
    with pytest.raises(OpenFailed):
        open_sealed(KEY, b"context", replace(theirs, key_check=SEALED.key_check))
