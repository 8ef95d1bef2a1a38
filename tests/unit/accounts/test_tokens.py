"""Tokens, codes and verifiers."""

from __future__ import annotations

from cencomm.accounts import tokens
from cencomm.crypto.vault import FLOOR_MEMORY_BYTES, FLOOR_OPS_LIMIT


def test_tokens_and_codes_are_random_and_long() -> None:
    assert len({tokens.new_token() for _ in range(100)} | {tokens.new_code() for _ in range(100)}) == 200
    assert len(tokens.new_token()) >= 43
    assert len(tokens.new_code()) >= 22


def test_verifier_fits_its_key_and_no_other_and_does_not_hold_it() -> None:
    verifier = tokens.new_verifier(b"k" * 32)
    assert tokens.fits(verifier, b"k" * 32)
    assert not tokens.fits(verifier, b"l" * 32)
    assert verifier != tokens.new_verifier(b"k" * 32)
    assert b"k" * 32 not in verifier.salt + verifier.digest
    assert verifier.digest.hex() not in repr(verifier)


def test_hash_of_any_text_exists() -> None:
    assert tokens.hash_token("a") != tokens.hash_token("b")
    assert len(tokens.hash_token("\ud800")) == 32


def test_disguise_depends_on_name_and_key_only() -> None:
    kdf, verifier = tokens.disguise(b"d" * 32, "KE")
    assert tokens.disguise(b"d" * 32, "KE") == (kdf, verifier)
    assert tokens.disguise(b"e" * 32, "KE")[0].salt != kdf.salt
    assert len(kdf.salt) == tokens.SALT_BYTES
    assert not tokens.fits(verifier, kdf.salt)


def test_parameters_are_above_the_clients_floor() -> None:
    assert tokens.KDF_OPS_LIMIT >= FLOOR_OPS_LIMIT
    assert tokens.KDF_MEMORY_BYTES >= FLOOR_MEMORY_BYTES
