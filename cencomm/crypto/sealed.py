"""Sealing with a key check: XChaCha20-Poly1305 that commits to its key (PROTOCOL §1.3).

By itself XChaCha20-Poly1305 does not: two keys can open one ciphertext to two texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cencomm.crypto.primitives import (
    HASH_BYTES,
    XCHACHA_NONCE_BYTES,
    OpenFailed,
    Random,
    Secret,
    constant_time_equal,
    hkdf_expand,
    xchacha_open,
    xchacha_seal,
)
from cencomm.crypto.tls import Reader, Writer
from cencomm.errors import DomainError


class WrongKey(DomainError):
    """The password (or the sheet) is not the one that the vault was wrapped under, or the wrap was tampered with."""

    code: ClassVar[str] = "vault.wrong_key"


@dataclass(frozen=True, slots=True)
class Sealed:
    """`key_check` commits to the key; it is compared before anything is opened."""

    key_check: bytes
    nonce: bytes
    ciphertext: bytes

    def encode(self) -> bytes:
        return Writer().raw(self.key_check).raw(self.nonce).vector(self.ciphertext).bytes()


def read_sealed(reader: Reader) -> Sealed:
    return Sealed(reader.raw(HASH_BYTES), reader.raw(XCHACHA_NONCE_BYTES), reader.vector())


def _key_check(key: bytes) -> bytes:
    return bytes(hkdf_expand(key, b"CENcomm key check", HASH_BYTES))


def seal(key: Secret, context: bytes, plaintext: bytes, random: Random) -> Sealed:
    """`plaintext` under `key`, bound to `context`."""
    nonce = random(XCHACHA_NONCE_BYTES)
    return Sealed(_key_check(key), nonce, xchacha_seal(key, nonce, context, plaintext))


def open_sealed(key: Secret, context: bytes, sealed: Sealed) -> Secret:
    """The plaintext. Raises OpenFailed: another key, another context, or altered."""
    if not constant_time_equal(_key_check(key), sealed.key_check):
        raise OpenFailed
    return Secret(xchacha_open(key, sealed.nonce, context, sealed.ciphertext))


def unwrap(key: Secret, context: bytes, wrap: Sealed) -> Secret:
    """A key that was sealed. Raises WrongKey."""
    try:
        return open_sealed(key, context, wrap)
    except OpenFailed:
        raise WrongKey from None
