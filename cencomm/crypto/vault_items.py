"""What lies in the vault: immutable items, and in one of them the inner envelope (PROTOCOL §1.3, §1.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cencomm.crypto.archive import ArchivePrivate
from cencomm.crypto.primitives import KEY_BYTES, OpenFailed, Random, Secret, random_bytes
from cencomm.crypto.sealed import Sealed, open_sealed, read_sealed, seal, unwrap
from cencomm.crypto.tls import DecodeError, Reader, Writer, decode_all
from cencomm.errors import DomainError
from cencomm.ids import ID_BYTES

VERSION = 1
MAX_ARCHIVE_KEYS = 10_000


class ItemInvalid(DomainError):
    """A vault item that is not what it is stored as: of another account, id or version, or altered."""

    code: ClassVar[str] = "vault.item_invalid"


# ---------------------------------------------------------------- items


@dataclass(frozen=True, slots=True)
class VaultItem:
    """One immutable entry; `(item_id, version)` is written once."""

    item_id: bytes
    version: int
    sealed: Sealed

    def encode(self) -> bytes:
        return Writer().u16(VERSION).raw(self.item_id).u64(self.version).raw(self.sealed.encode()).bytes()

    @classmethod
    def decode(cls, data: bytes) -> VaultItem:
        """Raises DecodeError."""
        return decode_all(data, _read_item)


def _read_item(reader: Reader) -> VaultItem:
    if reader.u16() != VERSION:
        raise DecodeError("vault_version")
    return VaultItem(reader.raw(ID_BYTES), reader.safe_u64(), read_sealed(reader))


def _item_context(account: str, item_id: bytes, version: int) -> bytes:
    return Writer().vector(b"CENcomm vault item").vector(account.encode()).raw(item_id).u64(version).bytes()


def seal_item(
    vault_key: Secret,
    *,
    account: str,
    item_id: bytes,
    version: int,
    plaintext: bytes,
    random: Random = random_bytes,
) -> VaultItem:
    """`plaintext` sealed for this account, id (16 bytes) and version, and no other."""
    sealed = seal(vault_key, _item_context(account, item_id, version), plaintext, random)
    return VaultItem(item_id, version, sealed)


def open_item(vault_key: Secret, item: VaultItem, *, account: str, item_id: bytes, version: int) -> Secret:
    """The plaintext of what was asked for. Raises ItemInvalid if the server gave something else."""
    if (item.item_id, item.version) != (item_id, version):
        raise ItemInvalid(version=version)
    try:
        return open_sealed(vault_key, _item_context(account, item_id, version), item.sealed)
    except OpenFailed:
        raise ItemInvalid(version=version) from None


# ---------------------------------------------------------------- the inner envelope


@dataclass(frozen=True, slots=True)
class InnerEnvelope:
    """The officer's (or NCP's) identity key and the archive keys of his CUGs; opened, used, dropped."""

    identity_seed: Secret
    archive_keys: tuple[ArchivePrivate, ...] = ()

    def encode(self) -> Secret:
        head = Writer().u16(VERSION).raw(self.identity_seed)
        return Secret(head.vector_of(self.archive_keys, _encode_archive).bytes())

    @classmethod
    def decode(cls, data: bytes) -> InnerEnvelope:
        """Raises DecodeError."""
        return decode_all(data, _read_envelope)


def _encode_archive(archive: ArchivePrivate) -> bytes:
    return archive.public_key + bytes(archive.private_key)


def _read_archive(reader: Reader) -> ArchivePrivate:
    return ArchivePrivate(reader.raw(KEY_BYTES), Secret(reader.raw(KEY_BYTES)))


def _read_envelope(reader: Reader) -> InnerEnvelope:
    if reader.u16() != VERSION:
        raise DecodeError("envelope_version")
    return InnerEnvelope(Secret(reader.raw(KEY_BYTES)), reader.vector_of(_read_archive, MAX_ARCHIVE_KEYS))


def seal_inner(
    inner_key: Secret, envelope: InnerEnvelope, *, account: str, version: int, random: Random = random_bytes
) -> bytes:
    """The envelope as it is stored (as a vault item's plaintext): a second lock inside the first."""
    return seal(inner_key, _inner_context(account, version), envelope.encode(), random).encode()


def open_inner(inner_key: Secret, sealed: bytes, *, account: str, version: int) -> InnerEnvelope:
    """Raises WrongKey or DecodeError."""
    return InnerEnvelope.decode(unwrap(inner_key, _inner_context(account, version), decode_all(sealed, read_sealed)))


def _inner_context(account: str, version: int) -> bytes:
    return Writer().vector(b"CENcomm inner envelope").vector(account.encode()).u64(version).bytes()
