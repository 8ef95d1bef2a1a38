"""The vault: what an account keeps at the server, which cannot read it (PROTOCOL §1.3, §1.4).

    stretched = Argon2id(password)
    master    = HKDF-Extract(salt, stretched || AK)
      -> wrap key            opens the vault key: epoch keys, profile, checkpoints      (devices keep the vault key)
      -> inner wrap key      opens the inner key: identity key, archive private keys    (devices keep neither)
      -> authentication key  is sent to the server

The same two keys are wrapped a second time under keys derived from R, for a forgotten password. A wrap and an item
carry a key check, because XChaCha20-Poly1305 does not commit to its key.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from typing import ClassVar

from cencomm.crypto.certificates import MAX_SUBJECT_BYTES, read_text
from cencomm.crypto.enrolment import recovery_inner_key, recovery_key
from cencomm.crypto.primitives import (
    ARGON2_SALT_BYTES,
    KEY_BYTES,
    TAG_BYTES,
    Random,
    Secret,
    argon2id,
    hkdf_expand,
    hkdf_extract,
    random_bytes,
)
from cencomm.crypto.sealed import Sealed, WrongKey, read_sealed, seal, unwrap
from cencomm.crypto.tls import DecodeError, Reader, Writer, decode_all
from cencomm.crypto.vault_items import (
    InnerEnvelope,
    ItemInvalid,
    VaultItem,
    open_inner,
    open_item,
    seal_inner,
    seal_item,
)
from cencomm.errors import DomainError

__all__ = [
    "CEILING_MEMORY_BYTES",
    "CEILING_OPS_LIMIT",
    "DEFAULT_MEMORY_BYTES",
    "DEFAULT_OPS_LIMIT",
    "FLOOR_MEMORY_BYTES",
    "FLOOR_OPS_LIMIT",
    "VERSION",
    "InnerEnvelope",
    "ItemInvalid",
    "Kdf",
    "KdfRefused",
    "VaultItem",
    "VaultKeys",
    "VaultWraps",
    "WrongKey",
    "authentication_key",
    "check_kdf",
    "create_wraps",
    "inner_wrap_key",
    "new_vault_keys",
    "open_inner",
    "open_inner_with_password",
    "open_item",
    "open_with_password",
    "open_with_recovery",
    "rewrap",
    "seal_inner",
    "seal_item",
    "stretch",
    "wrap_key",
]

VERSION = 1
FLOOR_OPS_LIMIT = 2
FLOOR_MEMORY_BYTES = 19 * 1024 * 1024
"""The least that a client accepts (OWASP's minimum for Argon2id): a server cannot ask for a cheaper hash."""
CEILING_OPS_LIMIT = 16
CEILING_MEMORY_BYTES = 1024 * 1024 * 1024
"""The most: nor can it ask for one that stops the client."""
DEFAULT_OPS_LIMIT = 3
DEFAULT_MEMORY_BYTES = 64 * 1024 * 1024
_SALT = b"CENcomm vault v1"
_WRAPPED_BYTES = KEY_BYTES + TAG_BYTES


class KdfRefused(DomainError):
    """Argon2id parameters below the floor or above the ceiling; nothing was derived from the password."""

    code: ClassVar[str] = "vault.kdf_refused"


# ---------------------------------------------------------------- keys


@dataclass(frozen=True, slots=True)
class Kdf:
    """Argon2id over the password: a salt of 16 bytes, passes, memory in bytes."""

    salt: bytes
    ops_limit: int = DEFAULT_OPS_LIMIT
    memory_bytes: int = DEFAULT_MEMORY_BYTES

    def encode(self) -> bytes:
        return Writer().raw(self.salt).u32(self.ops_limit).u64(self.memory_bytes).bytes()


def _read_kdf(reader: Reader) -> Kdf:
    return Kdf(reader.raw(ARGON2_SALT_BYTES), reader.u32(), reader.safe_u64())


def check_kdf(kdf: Kdf) -> None:
    """Raises KdfRefused."""
    if kdf.ops_limit < FLOOR_OPS_LIMIT or kdf.memory_bytes < FLOOR_MEMORY_BYTES:
        raise KdfRefused(reason="too_cheap", ops_limit=kdf.ops_limit, memory_bytes=kdf.memory_bytes)
    if kdf.ops_limit > CEILING_OPS_LIMIT or kdf.memory_bytes > CEILING_MEMORY_BYTES:
        raise KdfRefused(reason="too_dear", ops_limit=kdf.ops_limit, memory_bytes=kdf.memory_bytes)


def stretch(password: str, kdf: Kdf) -> Secret:
    """Argon2id(password), 32 bytes; the slow step. Raises KdfRefused."""
    check_kdf(kdf)
    typed = unicodedata.normalize("NFC", password).encode(errors="surrogatepass")  # keyboards compose differently
    return argon2id(typed, kdf.salt, ops_limit=kdf.ops_limit, memory_bytes=kdf.memory_bytes, length=KEY_BYTES)


def _from_password(stretched: bytes, account_key: bytes, label: str) -> Secret:
    return hkdf_expand(hkdf_extract(_SALT, stretched + account_key), label.encode(), KEY_BYTES)


def wrap_key(stretched: bytes, account_key: bytes) -> Secret:
    """Opens the vault key's first wrap."""
    return _from_password(stretched, account_key, "wrap")


def inner_wrap_key(stretched: bytes, account_key: bytes) -> Secret:
    """Opens the inner key; derived when the password was typed just now, used and dropped."""
    return _from_password(stretched, account_key, "inner wrap")


def authentication_key(stretched: bytes, account_key: bytes) -> Secret:
    """What the server is shown instead of the password."""
    return _from_password(stretched, account_key, "authentication")


# ---------------------------------------------------------------- wraps


@dataclass(frozen=True, slots=True)
class VaultKeys:
    """`vault_key` opens the items and stays on devices; `inner_key` opens the inner envelope and does not."""

    vault_key: Secret
    inner_key: Secret


def new_vault_keys(random: Random = random_bytes) -> VaultKeys:
    return VaultKeys(Secret(random(KEY_BYTES)), Secret(random(KEY_BYTES)))


@dataclass(frozen=True, slots=True)
class VaultWraps:
    """The vault's two keys, each wrapped under the password and under R; `account` and place are bound in."""

    account: str
    kdf: Kdf
    password_wrap: Sealed
    recovery_wrap: Sealed
    inner_wrap: Sealed
    inner_recovery_wrap: Sealed

    def encode(self) -> bytes:
        wraps = (self.password_wrap, self.recovery_wrap, self.inner_wrap, self.inner_recovery_wrap)
        head = Writer().u16(VERSION).vector(self.account.encode()).raw(self.kdf.encode())
        return head.raw(b"".join([wrap.encode() for wrap in wraps])).bytes()

    @classmethod
    def decode(cls, data: bytes) -> VaultWraps:
        """Raises DecodeError, and KdfRefused: weak parameters are not even read."""
        wraps = decode_all(data, _read_wraps)
        check_kdf(wraps.kdf)
        return wraps


def _read_wraps(reader: Reader) -> VaultWraps:
    if reader.u16() != VERSION:
        raise DecodeError("vault_version")
    account, kdf = read_text(reader, MAX_SUBJECT_BYTES), _read_kdf(reader)
    return VaultWraps(account, kdf, _read_wrap(reader), _read_wrap(reader), _read_wrap(reader), _read_wrap(reader))


def _read_wrap(reader: Reader) -> Sealed:
    wrap = read_sealed(reader)
    if len(wrap.ciphertext) != _WRAPPED_BYTES:
        raise DecodeError("wrap_length")
    return wrap


def _wrap_context(account: str, place: str, kdf: Kdf | None) -> bytes:
    context = Writer().vector(b"CENcomm vault wrap").u16(VERSION).vector(account.encode()).vector(place.encode())
    return context.optional(kdf, Kdf.encode).bytes()


def create_wraps(
    keys: VaultKeys,
    *,
    account: str,
    kdf: Kdf,
    stretched: Secret,
    secret_r: Secret,
    account_key: Secret,
    random: Random = random_bytes,
) -> VaultWraps:
    """The wraps of a new vault. Raises KdfRefused."""
    check_kdf(kdf)
    recovery = _wrap_context(account, "recovery", None)
    inner_recovery = _wrap_context(account, "inner recovery", None)
    return VaultWraps(
        account=account,
        kdf=kdf,
        password_wrap=_password_wrap(keys, account, kdf, wrap_key(stretched, account_key), random),
        recovery_wrap=seal(recovery_key(secret_r), recovery, keys.vault_key, random),
        inner_wrap=_inner_wrap(keys, account, kdf, inner_wrap_key(stretched, account_key), random),
        inner_recovery_wrap=seal(recovery_inner_key(secret_r), inner_recovery, keys.inner_key, random),
    )


def rewrap(
    wraps: VaultWraps,
    keys: VaultKeys,
    *,
    kdf: Kdf,
    stretched: Secret,
    account_key: Secret,
    random: Random = random_bytes,
) -> VaultWraps:
    """The wraps after a change of password; the recovery wraps stay. Raises KdfRefused."""
    check_kdf(kdf)
    account = wraps.account
    return replace(
        wraps,
        kdf=kdf,
        password_wrap=_password_wrap(keys, account, kdf, wrap_key(stretched, account_key), random),
        inner_wrap=_inner_wrap(keys, account, kdf, inner_wrap_key(stretched, account_key), random),
    )


def _password_wrap(keys: VaultKeys, account: str, kdf: Kdf, key: Secret, random: Random) -> Sealed:
    return seal(key, _wrap_context(account, "password", kdf), keys.vault_key, random)


def _inner_wrap(keys: VaultKeys, account: str, kdf: Kdf, key: Secret, random: Random) -> Sealed:
    return seal(key, _wrap_context(account, "inner password", kdf), keys.inner_key, random)


def open_with_password(wraps: VaultWraps, account: str, *, stretched: Secret, account_key: Secret) -> Secret:
    """The vault key. Raises WrongKey; also when the wraps are another account's."""
    context = _wrap_context(account, "password", wraps.kdf)
    return unwrap(wrap_key(stretched, account_key), context, wraps.password_wrap)


def open_inner_with_password(wraps: VaultWraps, account: str, *, stretched: Secret, account_key: Secret) -> Secret:
    """The inner key, for a password typed just now. Raises WrongKey."""
    context = _wrap_context(account, "inner password", wraps.kdf)
    return unwrap(inner_wrap_key(stretched, account_key), context, wraps.inner_wrap)


def open_with_recovery(wraps: VaultWraps, account: str, *, secret_r: Secret) -> VaultKeys:
    """Both keys, from the sheet. Raises WrongKey."""
    return VaultKeys(
        unwrap(recovery_key(secret_r), _wrap_context(account, "recovery", None), wraps.recovery_wrap),
        unwrap(recovery_inner_key(secret_r), _wrap_context(account, "inner recovery", None), wraps.inner_recovery_wrap),
    )
