"""Labelled operations: signatures, derivations and encryptions name their purpose (RFC 9420 §5.1.2-§5.2, §8)."""

from __future__ import annotations

from functools import lru_cache

from cencomm.crypto import hpke
from cencomm.crypto.primitives import (
    HASH_BYTES,
    CipherSuite,
    Random,
    Secret,
    ed25519_sign,
    ed25519_verify,
    hkdf_expand,
    random_bytes,
    sha256,
)
from cencomm.crypto.tls import vector

_PREFIX = b"MLS 1.0 "


@lru_cache(maxsize=256)
def _labelled(label: str) -> bytes:
    return vector(_PREFIX + label.encode("ascii"))


@lru_cache(maxsize=256)
def _kdf_prefix(label: str, length: int) -> bytes:
    return length.to_bytes(2, "big") + _labelled(label)


def ref_hash(label: str, value: bytes) -> bytes:
    """RefHash (§5.2); `label` in full, for example "MLS 1.0 KeyPackage Reference"."""
    return sha256(vector(label.encode("ascii")) + vector(value))


def expand_with_label(secret: bytes, label: str, context: bytes, length: int) -> Secret:
    """KDF.Expand with MLS's labelled info (§8); `length` in bytes."""
    return hkdf_expand(secret, _kdf_prefix(label, length) + vector(context), length)


def derive_secret(secret: bytes, label: str) -> Secret:
    """ExpandWithLabel with an empty context and the length of the hash (§8)."""
    return hkdf_expand(secret, _kdf_prefix(label, HASH_BYTES) + b"\x00", HASH_BYTES)


def derive_tree_secret(secret: bytes, label: str, generation: int, length: int) -> Secret:
    """A key, nonce or next secret of a ratchet of the secret tree (§9.1)."""
    return expand_with_label(secret, label, generation.to_bytes(4, "big"), length)


def signed_content(label: str, content: bytes) -> bytes:
    """SignContent (§5.1.2): what is really signed."""
    return _labelled(label) + vector(content)


def sign_with_label(seed: bytes, label: str, content: bytes) -> bytes:
    return ed25519_sign(seed, signed_content(label, content))


def verify_with_label(public: bytes, label: str, content: bytes, signature: bytes) -> None:
    """Raises `BadSignature` unless the holder of `public` signed `content` under this label."""
    ed25519_verify(public, signed_content(label, content), signature)


def encrypt_with_label(
    suite: CipherSuite,
    public_key: bytes,
    label: str,
    context: bytes,
    plaintext: bytes,
    *,
    ikm_e: bytes | None = None,
    random: Random = random_bytes,
) -> tuple[bytes, bytes]:
    """(kem_output, ciphertext) for the holder of `public_key` (§5.1.3)."""
    info = _labelled(label) + vector(context)
    return hpke.seal(suite, public_key, info, b"", plaintext, ikm_e=ikm_e, random=random)


def decrypt_with_label(
    suite: CipherSuite,
    private_key: bytes,
    label: str,
    context: bytes,
    kem_output: bytes,
    ciphertext: bytes,
    *,
    public_key: bytes | None = None,
) -> bytes:
    """The plaintext of `encrypt_with_label`. Raises `OpenFailed` or `BadPublicKey`."""
    info = _labelled(label) + vector(context)
    return hpke.open(suite, kem_output, private_key, info, b"", ciphertext, public_key=public_key)
