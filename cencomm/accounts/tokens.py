"""Tokens, invitation codes and verifiers: made once, shown once, kept as hashes.

All of them carry at least 128 bits of randomness, or come from a key that does, so one SHA-256 is enough: there is
nothing to guess (the password itself is stretched on the client and never comes here, PROTOCOL §1.3).
"""

from __future__ import annotations

import secrets

from cencomm.accounts.errors import KdfNotOffered
from cencomm.accounts.model import Kdf, Verifier
from cencomm.crypto.primitives import constant_time_equal, hmac_sha256, random_bytes, sha256
from cencomm.crypto.vault import DEFAULT_MEMORY_BYTES, DEFAULT_OPS_LIMIT

TOKEN_BYTES = 32
CODE_BYTES = 20
SALT_BYTES = 16

KDF_OPS_LIMIT = DEFAULT_OPS_LIMIT
KDF_MEMORY_BYTES = DEFAULT_MEMORY_BYTES
"""What every client of a deployment uses, so that sign-in answers alike for known and unknown accounts."""


def check_kdf(kdf: Kdf) -> None:
    """Raises KdfNotOffered unless the parameters are the deployment's."""
    if (kdf.ops_limit, kdf.memory_bytes) != (KDF_OPS_LIMIT, KDF_MEMORY_BYTES):
        raise KdfNotOffered(ops_limit=KDF_OPS_LIMIT, memory_bytes=KDF_MEMORY_BYTES)


def new_token() -> str:
    """A session's token: 256 random bits, URL-safe."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_code() -> str:
    """An invitation code: 160 random bits, URL-safe."""
    return secrets.token_urlsafe(CODE_BYTES)


def hash_token(token: str) -> bytes:
    """What is stored of a token or code, and what a device signs to bind its session (wire.http)."""
    return sha256(token.encode(errors="surrogatepass"))


def new_verifier(key: bytes) -> Verifier:
    """What is stored of an authentication key."""
    salt = random_bytes(SALT_BYTES)
    return Verifier(salt, hmac_sha256(salt, key))


def fits(verifier: Verifier, key: bytes) -> bool:
    """Whether `key` is the one of `verifier`; takes the same time either way."""
    return constant_time_equal(hmac_sha256(verifier.salt, key), verifier.digest)


def disguise(disguise_key: bytes, account_id: str) -> tuple[Kdf, Verifier]:
    """Parameters and a verifier for an account that does not exist: always the same for the same name, and fitting no
    key that anybody has."""
    name = account_id.encode()
    salt = hmac_sha256(disguise_key, b"kdf salt\x00" + name)[:SALT_BYTES]
    digest = hmac_sha256(disguise_key, b"verifier\x00" + name)
    return Kdf(salt, KDF_OPS_LIMIT, KDF_MEMORY_BYTES), Verifier(salt, digest)
