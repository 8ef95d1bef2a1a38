"""The cryptographic primitives: the only module that calls libsodium (PyNaCl) and `cryptography`.

libsodium's bindings read as many bytes as the algorithm wants without looking at what they were given, so every
length is checked here first.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from enum import IntEnum
from functools import lru_cache
from typing import ClassVar, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nacl import bindings as sodium
from nacl.exceptions import BadSignatureError
from nacl.exceptions import CryptoError as SodiumCryptoError
from nacl.exceptions import RuntimeError as SodiumError

from cencomm.errors import DomainError

Random = Callable[[int], bytes]
"""Gives that many random bytes; an argument wherever randomness is used, so that tests can repeat a run."""

HASH_BYTES = 32
KEY_BYTES = 32
TAG_BYTES = 16
SIGNATURE_BYTES = 64
XCHACHA_NONCE_BYTES = 24
ARGON2_SALT_BYTES = sodium.crypto_pwhash_SALTBYTES
_HKDF_MAX_BYTES = 255 * HASH_BYTES
_SIGNING_KEYS_REMEMBERED = 64


class CryptoError(DomainError):
    """The root of what a primitive refuses."""


class BadSignature(CryptoError):
    """A signature that does not verify, or is not one."""

    code: ClassVar[str] = "crypto.bad_signature"


class BadPublicKey(CryptoError):
    """A public key of the wrong length, or one of small order (RFC 7748 §6.1, RFC 9180 §7.1.4)."""

    code: ClassVar[str] = "crypto.bad_public_key"


class BadKey(CryptoError):
    """A secret key, nonce or salt of the wrong length: a fault on our side or in stored state."""

    code: ClassVar[str] = "crypto.bad_key"


class OpenFailed(CryptoError):
    """A ciphertext that does not open under this key, nonce and associated data."""

    code: ClassVar[str] = "crypto.open_failed"


class CipherSuite(IntEnum):
    """The MLS cipher suites that CENcomm implements (RFC 9420 §17.1)."""

    X25519_AES128GCM_SHA256_ED25519 = 1
    X25519_CHACHA20POLY1305_SHA256_ED25519 = 3

    @property
    def hash_bytes(self) -> int:
        return HASH_BYTES

    @property
    def aead_key_bytes(self) -> int:
        return 16 if self is CipherSuite.X25519_AES128GCM_SHA256_ED25519 else 32

    @property
    def aead_nonce_bytes(self) -> int:
        return 12


DEFAULT_SUITE = CipherSuite.X25519_CHACHA20POLY1305_SHA256_ED25519


class Secret(bytes):
    """Bytes that never show themselves: not in a repr, a log line, a pickle or a formatted string.

    Python cannot wipe `bytes`. "Deleted" (RFC 9420 §9.2) means gone from the state and never written again.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} hidden>"

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled or copied")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a secret is not pickled or copied")


def random_bytes(count: int) -> bytes:
    return secrets.token_bytes(count)


def constant_time_equal(a: bytes, b: bytes) -> bool:
    return hmac.compare_digest(a, b)


# ---------------------------------------------------------------- hashes and key derivation


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


class Sha256:
    """SHA-256 of what comes piece by piece."""

    def __init__(self) -> None:
        self._state = hashlib.sha256()

    def update(self, piece: bytes) -> None:
        self._state.update(piece)

    def digest(self) -> bytes:
        return self._state.digest()


def hmac_sha256(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, "sha256")


def hkdf_extract(salt: bytes, ikm: bytes) -> Secret:
    """HKDF-Extract with SHA-256 (RFC 5869 §2.2)."""
    return Secret(hmac.digest(salt, ikm, "sha256"))


def hkdf_expand(prk: bytes, info: bytes, length: int) -> Secret:
    """HKDF-Expand with SHA-256 (RFC 5869 §2.3); `length` in bytes, at most 8160."""
    if length <= HASH_BYTES:
        return Secret(hmac.digest(prk, info + b"\x01", "sha256")[:length])
    if length > _HKDF_MAX_BYTES:
        raise BadKey(reason="derived_length")
    block = b""
    blocks: list[bytes] = []
    for counter in range(1, -(-length // HASH_BYTES) + 1):
        block = hmac.digest(prk, block + info + counter.to_bytes(1, "big"), "sha256")
        blocks.append(block)
    return Secret(b"".join(blocks)[:length])


def argon2id(password: bytes, salt: bytes, *, ops_limit: int, memory_bytes: int, length: int) -> Secret:
    """Argon2id (RFC 9106) as libsodium has it: one lane; `salt` of 16 bytes, memory in bytes."""
    if len(salt) != ARGON2_SALT_BYTES:
        raise BadKey(reason="salt_length")
    if not (
        sodium.crypto_pwhash_argon2id_OPSLIMIT_MIN <= ops_limit <= sodium.crypto_pwhash_argon2id_OPSLIMIT_MAX
        and sodium.crypto_pwhash_argon2id_MEMLIMIT_MIN <= memory_bytes <= sodium.crypto_pwhash_argon2id_MEMLIMIT_MAX
        and sodium.crypto_pwhash_BYTES_MIN <= length <= sodium.crypto_pwhash_BYTES_MAX
    ):
        raise BadKey(reason="argon2_parameters")
    return Secret(
        sodium.crypto_pwhash_alg(
            length, bytes(password), salt, ops_limit, memory_bytes, sodium.crypto_pwhash_ALG_ARGON2ID13
        )
    )


# ---------------------------------------------------------------- Ed25519


@lru_cache(maxsize=_SIGNING_KEYS_REMEMBERED)
def _signing_key(seed: bytes) -> tuple[bytes, Secret]:
    """The public key and libsodium's 64-byte secret key of a seed: as dear as a signature, so remembered."""
    if len(seed) != KEY_BYTES:
        raise BadKey(reason="seed_length")
    public, expanded = sodium.crypto_sign_seed_keypair(seed)
    return public, Secret(expanded)


def forget_signing_keys() -> None:
    """Drops every remembered signing key; call it when an identity key has been used and wiped."""
    _signing_key.cache_clear()


def new_signature_key(random: Random = random_bytes) -> tuple[Secret, bytes]:
    """A fresh Ed25519 key as (seed, public key)."""
    seed = Secret(random(KEY_BYTES))
    return seed, ed25519_public(seed)


def ed25519_public(seed: bytes) -> bytes:
    return _signing_key(seed)[0]


def ed25519_sign(seed: bytes, message: bytes) -> bytes:
    return sodium.crypto_sign(message, _signing_key(seed)[1])[:SIGNATURE_BYTES]


def ed25519_verify(public: bytes, message: bytes, signature: bytes) -> None:
    """Raises `BadSignature` unless `signature` is that of `message` under `public`."""
    if len(public) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        raise BadSignature
    try:
        sodium.crypto_sign_open(signature + message, public)
    except BadSignatureError:
        raise BadSignature from None


# ---------------------------------------------------------------- X25519


def x25519_public(private: bytes) -> bytes:
    if len(private) != KEY_BYTES:
        raise BadKey(reason="private_key_length")
    return sodium.crypto_scalarmult_base(private)


def x25519(private: bytes, public: bytes) -> Secret:
    """The Diffie-Hellman secret; a public key that forces the all-zero result is refused (RFC 7748 §6.1)."""
    if len(private) != KEY_BYTES:
        raise BadKey(reason="private_key_length")
    if len(public) != KEY_BYTES:
        raise BadPublicKey
    try:
        return Secret(sodium.crypto_scalarmult(private, public))
    except SodiumError:
        raise BadPublicKey from None


# ---------------------------------------------------------------- AEAD


def _check_aead(suite: CipherSuite, key: bytes, nonce: bytes) -> None:
    if len(key) != suite.aead_key_bytes:
        raise BadKey(reason="aead_key_length")
    if len(nonce) != suite.aead_nonce_bytes:
        raise BadKey(reason="nonce_length")


def aead_seal(suite: CipherSuite, key: bytes, nonce: bytes, aad: bytes, plaintext: bytes) -> bytes:
    """The suite's AEAD; the 16-byte tag stands at the end."""
    _check_aead(suite, key, nonce)
    if suite is CipherSuite.X25519_AES128GCM_SHA256_ED25519:
        return AESGCM(key).encrypt(nonce, plaintext, aad)
    return sodium.crypto_aead_chacha20poly1305_ietf_encrypt(plaintext, aad, nonce, key)


def aead_open(suite: CipherSuite, key: bytes, nonce: bytes, aad: bytes, ciphertext: bytes) -> bytes:
    """Raises `OpenFailed` if key, nonce, associated data and ciphertext do not belong together."""
    _check_aead(suite, key, nonce)
    if len(ciphertext) < TAG_BYTES:
        raise OpenFailed
    try:
        if suite is CipherSuite.X25519_AES128GCM_SHA256_ED25519:
            return AESGCM(key).decrypt(nonce, ciphertext, aad)
        return sodium.crypto_aead_chacha20poly1305_ietf_decrypt(ciphertext, aad, nonce, key)
    except (InvalidTag, SodiumCryptoError):
        raise OpenFailed from None


def _check_xchacha(key: bytes, nonce: bytes) -> None:
    if len(key) != KEY_BYTES:
        raise BadKey(reason="aead_key_length")
    if len(nonce) != XCHACHA_NONCE_BYTES:
        raise BadKey(reason="nonce_length")


def xchacha_seal(key: bytes, nonce: bytes, aad: bytes, plaintext: bytes) -> bytes:
    """XChaCha20-Poly1305 with a 24-byte nonce, which may be random. It does not commit to its key."""
    _check_xchacha(key, nonce)
    return sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, aad, nonce, key)


def xchacha_open(key: bytes, nonce: bytes, aad: bytes, ciphertext: bytes) -> bytes:
    _check_xchacha(key, nonce)
    if len(ciphertext) < TAG_BYTES:
        raise OpenFailed
    try:
        return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(ciphertext, aad, nonce, key)
    except SodiumCryptoError:
        raise OpenFailed from None
