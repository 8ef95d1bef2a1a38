"""Primitives: they refuse wrong lengths before libsodium reads past the end, and secrets stay hidden."""

from __future__ import annotations

import copy
import pickle

import pytest

from cencomm.crypto.primitives import (
    BadKey,
    BadPublicKey,
    BadSignature,
    CipherSuite,
    OpenFailed,
    Secret,
    aead_open,
    aead_seal,
    argon2id,
    constant_time_equal,
    ed25519_public,
    ed25519_sign,
    ed25519_verify,
    forget_signing_keys,
    hkdf_expand,
    hkdf_extract,
    hmac_sha256,
    new_signature_key,
    random_bytes,
    sha256,
    x25519,
    x25519_public,
    xchacha_open,
    xchacha_seal,
)

SUITES = list(CipherSuite)


class TestSecret:
    def test_shows_itself_nowhere(self) -> None:
        secret = Secret(b"open sesame")
        for shown in (repr(secret), str(secret), f"{secret}", f"{secret:>20}", f"{secret!r}", f"{[secret]}"):
            assert "sesame" not in shown
            assert b"open sesame".hex() not in shown

    def test_is_still_bytes(self) -> None:
        assert Secret(b"ab") + b"c" == b"abc"
        assert Secret(b"ab") == b"ab"

    def test_is_neither_pickled_nor_copied_deeply(self) -> None:
        with pytest.raises(TypeError):
            pickle.dumps(Secret(b"ab"))
        with pytest.raises(TypeError):
            copy.deepcopy([Secret(b"ab")])


class TestHashes:
    def test_known_answers(self) -> None:
        assert sha256(b"abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        assert hmac_sha256(b"Jefe", b"what do ya want for nothing?").hex() == (
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        )

    def test_hkdf_of_rfc_5869_case_1(self) -> None:
        prk = hkdf_extract(bytes(range(13)), b"\x0b" * 22)
        okm = hkdf_expand(prk, bytes(range(0xF0, 0xFA)), 42)
        assert okm.hex() == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
        assert isinstance(prk, Secret)
        assert isinstance(okm, Secret)

    def test_hkdf_gives_at_most_255_blocks(self) -> None:
        assert len(hkdf_expand(bytes(32), b"", 255 * 32)) == 255 * 32
        with pytest.raises(BadKey):
            hkdf_expand(bytes(32), b"", 255 * 32 + 1)

    def test_comparison(self) -> None:
        assert constant_time_equal(b"ab", b"ab")
        assert not constant_time_equal(b"ab", b"ac")
        assert not constant_time_equal(b"ab", b"abc")

    def test_random_bytes_have_the_length_asked_for(self) -> None:
        assert len(random_bytes(17)) == 17
        assert random_bytes(16) != random_bytes(16)


class TestArgon2id:
    def test_the_same_input_gives_the_same_key(self) -> None:
        derived = argon2id(b"password", b"0123456789abcdef", ops_limit=2, memory_bytes=8192, length=32)
        assert len(derived) == 32
        again = argon2id(b"password", b"0123456789abcdef", ops_limit=2, memory_bytes=8192, length=32)
        assert derived == again
        assert isinstance(derived, Secret)

    def test_every_argument_changes_the_result(self) -> None:
        base = argon2id(b"password", b"0123456789abcdef", ops_limit=1, memory_bytes=8192, length=32)
        assert base != argon2id(b"passwore", b"0123456789abcdef", ops_limit=1, memory_bytes=8192, length=32)
        assert base != argon2id(b"password", b"0123456789abcdeg", ops_limit=1, memory_bytes=8192, length=32)
        assert base != argon2id(b"password", b"0123456789abcdef", ops_limit=2, memory_bytes=8192, length=32)
        assert base != argon2id(b"password", b"0123456789abcdef", ops_limit=1, memory_bytes=16384, length=32)

    @pytest.mark.parametrize(
        ("salt", "ops_limit", "memory_bytes", "length"),
        [(15, 1, 8192, 32), (17, 1, 8192, 32), (16, 0, 8192, 32), (16, 1, 8191, 32), (16, 1, 8192, 15)],
    )
    def test_parameters_out_of_range_are_refused(
        self, salt: int, ops_limit: int, memory_bytes: int, length: int
    ) -> None:
        with pytest.raises(BadKey):
            argon2id(b"password", bytes(salt), ops_limit=ops_limit, memory_bytes=memory_bytes, length=length)


class TestEd25519:
    def test_rfc_8032_test_2(self) -> None:
        seed = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
        public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
        signature = bytes.fromhex(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        )
        assert ed25519_public(seed) == public
        assert ed25519_sign(seed, b"\x72") == signature
        ed25519_verify(public, b"\x72", signature)

    def test_any_changed_bit_is_refused(self) -> None:
        seed, public = new_signature_key()
        signature = ed25519_sign(seed, b"message")
        ed25519_verify(public, b"message", signature)
        for changed in range(64):
            forged = bytes(b ^ (i == changed) for i, b in enumerate(signature))
            with pytest.raises(BadSignature):
                ed25519_verify(public, b"message", forged)
        with pytest.raises(BadSignature):
            ed25519_verify(public, b"messagf", signature)

    @pytest.mark.parametrize(("public", "signature"), [(31, 64), (33, 64), (32, 63), (32, 65), (0, 0)])
    def test_wrong_lengths_are_refused(self, public: int, signature: int) -> None:
        with pytest.raises(BadSignature):
            ed25519_verify(bytes(public), b"message", bytes(signature))

    def test_public_keys_of_small_order_are_refused(self) -> None:
        identity = bytes([1]) + bytes(31)
        with pytest.raises(BadSignature):
            ed25519_verify(identity, b"message", identity + bytes(32))

    def test_seed_of_wrong_length_is_refused(self) -> None:
        with pytest.raises(BadKey):
            ed25519_sign(bytes(64), b"message")

    def test_remembered_keys_can_be_forgotten_and_come_back(self) -> None:
        seed, public = new_signature_key()
        forget_signing_keys()
        assert ed25519_public(seed) == public

    def test_randomness_is_an_argument(self) -> None:
        assert new_signature_key(lambda count: b"\7" * count) == new_signature_key(lambda count: b"\7" * count)


class TestX25519:
    def test_both_sides_agree(self) -> None:
        a, b = random_bytes(32), random_bytes(32)
        shared = x25519(a, x25519_public(b))
        assert shared == x25519(b, x25519_public(a))
        assert isinstance(shared, Secret)

    @pytest.mark.parametrize(
        "public",
        [
            bytes(32),
            bytes([1]) + bytes(31),
            bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
            bytes.fromhex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        ],
    )
    def test_public_keys_that_force_the_result_are_refused(self, public: bytes) -> None:
        with pytest.raises(BadPublicKey):
            x25519(b"\x42" * 32, public)

    @pytest.mark.parametrize("length", [0, 31, 33])
    def test_wrong_lengths_are_refused(self, length: int) -> None:
        with pytest.raises(BadPublicKey):
            x25519(bytes(32), bytes(length))
        with pytest.raises(BadKey):
            x25519(bytes(length), bytes(32))
        with pytest.raises(BadKey):
            x25519_public(bytes(length))


@pytest.mark.parametrize("suite", SUITES)
class TestAead:
    def test_opens_what_was_sealed(self, suite: CipherSuite) -> None:
        key, nonce = random_bytes(suite.aead_key_bytes), random_bytes(suite.aead_nonce_bytes)
        for plaintext in (b"", b"x", b"message" * 99):
            sealed = aead_seal(suite, key, nonce, b"aad", plaintext)
            assert len(sealed) == len(plaintext) + 16
            assert aead_open(suite, key, nonce, b"aad", sealed) == plaintext

    def test_any_change_is_refused(self, suite: CipherSuite) -> None:
        key, nonce = random_bytes(suite.aead_key_bytes), random_bytes(suite.aead_nonce_bytes)
        sealed = aead_seal(suite, key, nonce, b"aad", b"message")
        other = bytes([nonce[0] ^ 1]) + nonce[1:]
        for attempt in (
            (nonce, b"aae", sealed),
            (nonce, b"", sealed),
            (other, b"aad", sealed),
            (nonce, b"aad", sealed[:-1]),
            (nonce, b"aad", sealed + b"\0"),
            (nonce, b"aad", bytes([sealed[0] ^ 1]) + sealed[1:]),
            (nonce, b"aad", sealed[:15]),
            (nonce, b"aad", b""),
        ):
            with pytest.raises(OpenFailed):
                aead_open(suite, key, *attempt)

    def test_wrong_lengths_are_refused(self, suite: CipherSuite) -> None:
        size = suite.aead_key_bytes
        for key, nonce in ((size - 1, 12), (size + 1, 12), (size, 11), (size, 13), (0, 0)):
            with pytest.raises(BadKey):
                aead_seal(suite, bytes(key), bytes(nonce), b"", b"")
            with pytest.raises(BadKey):
                aead_open(suite, bytes(key), bytes(nonce), b"", bytes(16))


class TestXChaCha:
    def test_opens_what_was_sealed_and_nothing_else(self) -> None:
        key, nonce = random_bytes(32), random_bytes(24)
        sealed = xchacha_seal(key, nonce, b"aad", b"message")
        assert xchacha_open(key, nonce, b"aad", sealed) == b"message"
        for aad, ciphertext in ((b"aae", sealed), (b"aad", sealed[:-1]), (b"aad", b""), (b"aad", sealed + b"\0")):
            with pytest.raises(OpenFailed):
                xchacha_open(key, nonce, aad, ciphertext)

    def test_wrong_lengths_are_refused(self) -> None:
        for key, nonce in ((31, 24), (33, 24), (32, 12), (32, 25)):
            with pytest.raises(BadKey):
                xchacha_seal(bytes(key), bytes(nonce), b"", b"")
            with pytest.raises(BadKey):
                xchacha_open(bytes(key), bytes(nonce), b"", bytes(16))
