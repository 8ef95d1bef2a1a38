"""Hybrid public key encryption (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and the suite's AEAD.

MLS and the archive seals use the base mode. The other three modes stand on the same few lines and are run by the
official vectors.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import ClassVar

from cencomm.crypto.primitives import (
    HASH_BYTES,
    KEY_BYTES,
    CipherSuite,
    CryptoError,
    Random,
    Secret,
    aead_open,
    aead_seal,
    hkdf_expand,
    hkdf_extract,
    random_bytes,
    x25519,
    x25519_public,
)

_VERSION = b"HPKE-v1"
_KEM_ID = (0x0020).to_bytes(2, "big")
_KDF_ID = (0x0001).to_bytes(2, "big")
_KEM_SUITE = b"KEM" + _KEM_ID
_KEM_EXTRACT = _VERSION + _KEM_SUITE + b"eae_prk"
_KEM_EXPAND = HASH_BYTES.to_bytes(2, "big") + _VERSION + _KEM_SUITE + b"shared_secret"


class PskInconsistent(CryptoError):
    """A PSK without its id, an id without its PSK, or either in a mode that has none (§5.1)."""

    code: ClassVar[str] = "crypto.psk_inconsistent"


class Mode(IntEnum):
    BASE = 0
    PSK = 1
    AUTH = 2
    AUTH_PSK = 3


def _labeled_extract(suite_id: bytes, salt: bytes, label: bytes, ikm: bytes) -> Secret:
    return hkdf_extract(salt, _VERSION + suite_id + label + ikm)


def _labeled_expand(suite_id: bytes, prk: bytes, label: bytes, info: bytes, length: int) -> Secret:
    return hkdf_expand(prk, length.to_bytes(2, "big") + _VERSION + suite_id + label + info, length)


@dataclass(frozen=True, slots=True)
class Context:
    """An encryption context (§5.2). The caller counts: `sequence` numbers start at 0 and never repeat."""

    suite: CipherSuite
    key: Secret
    base_nonce: Secret
    exporter_secret: Secret

    def _nonce(self, sequence: int) -> bytes:
        size = len(self.base_nonce)
        return (int.from_bytes(self.base_nonce, "big") ^ sequence).to_bytes(size, "big")

    def seal(self, aad: bytes, plaintext: bytes, *, sequence: int = 0) -> bytes:
        return aead_seal(self.suite, self.key, self._nonce(sequence), aad, plaintext)

    def open(self, aad: bytes, ciphertext: bytes, *, sequence: int = 0) -> bytes:
        return aead_open(self.suite, self.key, self._nonce(sequence), aad, ciphertext)

    def export(self, exporter_context: bytes, length: int) -> Secret:
        """A secret of `length` bytes for another use (§5.3)."""
        suite_id = _hpke_suite(self.suite)
        return _labeled_expand(suite_id, self.exporter_secret, b"sec", exporter_context, length)


@lru_cache(maxsize=8)
def _hpke_suite(suite: CipherSuite) -> bytes:
    return b"HPKE" + _KEM_ID + _KDF_ID + int(suite).to_bytes(2, "big")  # 1 and 3 name the same AEADs as in MLS


@lru_cache(maxsize=8)
def _empty_psk_id_hash(suite: CipherSuite) -> bytes:
    return bytes(_labeled_extract(_hpke_suite(suite), b"", b"psk_id_hash", b""))


def derive_key_pair(ikm: bytes) -> tuple[Secret, bytes]:
    """The X25519 key pair (private, public) of some input keying material (§7.1.3)."""
    private = _labeled_expand(_KEM_SUITE, _labeled_extract(_KEM_SUITE, b"", b"dkp_prk", ikm), b"sk", b"", KEY_BYTES)
    return private, x25519_public(private)


def _extract_and_expand(dh: bytes, kem_context: bytes) -> Secret:
    return hkdf_expand(hkdf_extract(b"", _KEM_EXTRACT + dh), _KEM_EXPAND + kem_context, HASH_BYTES)


def _key_schedule(suite: CipherSuite, mode: Mode, shared: Secret, info: bytes, *, psk: bytes, psk_id: bytes) -> Context:
    if bool(psk) != bool(psk_id) or bool(psk) != (mode in (Mode.PSK, Mode.AUTH_PSK)):
        raise PskInconsistent
    suite_id = _hpke_suite(suite)
    id_hash = _labeled_extract(suite_id, b"", b"psk_id_hash", psk_id) if psk_id else _empty_psk_id_hash(suite)
    info_hash = _labeled_extract(suite_id, b"", b"info_hash", info)
    context = bytes([mode]) + id_hash + info_hash
    secret = _labeled_extract(suite_id, shared, b"secret", psk)
    return Context(
        suite,
        _labeled_expand(suite_id, secret, b"key", context, suite.aead_key_bytes),
        _labeled_expand(suite_id, secret, b"base_nonce", context, suite.aead_nonce_bytes),
        _labeled_expand(suite_id, secret, b"exp", context, HASH_BYTES),
    )


def _mode(sender: object | None, psk: bytes) -> Mode:
    return Mode((2 if sender is not None else 0) + (1 if psk else 0))


def setup_sender(
    suite: CipherSuite,
    public_key: bytes,
    info: bytes,
    *,
    ikm_e: bytes | None = None,
    sender_private: bytes | None = None,
    psk: bytes = b"",
    psk_id: bytes = b"",
    random: Random = random_bytes,
) -> tuple[bytes, Context]:
    """(kem_output, context) towards the holder of `public_key` (§5.1). `ikm_e` makes it deterministic."""
    if ikm_e is None:
        ephemeral = Secret(random(KEY_BYTES))
        kem_output = x25519_public(ephemeral)
    else:
        ephemeral, kem_output = derive_key_pair(ikm_e)
    dh: bytes = x25519(ephemeral, public_key)
    kem_context = kem_output + public_key
    if sender_private is not None:
        dh += x25519(sender_private, public_key)
        kem_context += x25519_public(sender_private)
    shared = _extract_and_expand(dh, kem_context)
    return kem_output, _key_schedule(suite, _mode(sender_private, psk), shared, info, psk=psk, psk_id=psk_id)


def setup_receiver(
    suite: CipherSuite,
    kem_output: bytes,
    private_key: bytes,
    info: bytes,
    *,
    public_key: bytes | None = None,
    sender_public: bytes | None = None,
    psk: bytes = b"",
    psk_id: bytes = b"",
) -> Context:
    """The receiver's context (§5.1); give `public_key` where it is known, it saves one multiplication."""
    own_public = x25519_public(private_key) if public_key is None else public_key
    dh: bytes = x25519(private_key, kem_output)
    kem_context = kem_output + own_public
    if sender_public is not None:
        dh += x25519(private_key, sender_public)
        kem_context += sender_public
    shared = _extract_and_expand(dh, kem_context)
    return _key_schedule(suite, _mode(sender_public, psk), shared, info, psk=psk, psk_id=psk_id)


def seal(
    suite: CipherSuite,
    public_key: bytes,
    info: bytes,
    aad: bytes,
    plaintext: bytes,
    *,
    ikm_e: bytes | None = None,
    random: Random = random_bytes,
) -> tuple[bytes, bytes]:
    """(kem_output, ciphertext) in base mode, one message (§6.1)."""
    kem_output, context = setup_sender(suite, public_key, info, ikm_e=ikm_e, random=random)
    return kem_output, context.seal(aad, plaintext)


def open(  # noqa: A001 - the name and order of RFC 9180; always used as hpke.open
    suite: CipherSuite,
    kem_output: bytes,
    private_key: bytes,
    info: bytes,
    aad: bytes,
    ciphertext: bytes,
    *,
    public_key: bytes | None = None,
) -> bytes:
    """The plaintext of one base-mode message (§6.1). Raises `OpenFailed` or `BadPublicKey`."""
    return setup_receiver(suite, kem_output, private_key, info, public_key=public_key).open(aad, ciphertext)


def setup_export(
    suite: CipherSuite,
    public_key: bytes,
    info: bytes,
    exporter_context: bytes,
    length: int,
    *,
    ikm_e: bytes | None = None,
    random: Random = random_bytes,
) -> tuple[bytes, Secret]:
    """(kem_output, exported secret) for the sender: what external init needs (RFC 9420 §8.3)."""
    kem_output, context = setup_sender(suite, public_key, info, ikm_e=ikm_e, random=random)
    return kem_output, context.export(exporter_context, length)


def receive_export(
    suite: CipherSuite,
    kem_output: bytes,
    private_key: bytes,
    info: bytes,
    *,
    exporter_context: bytes,
    length: int,
    public_key: bytes | None = None,
) -> Secret:
    """The same exported secret, for the receiver."""
    context = setup_receiver(suite, kem_output, private_key, info, public_key=public_key)
    return context.export(exporter_context, length)
