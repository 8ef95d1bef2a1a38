"""Archive seals: each epoch's content key for those who may extract, the same from every member (PROTOCOL §4.1).

A seal is HPKE (RFC 9180, base mode) to an archive key of the roster. Its ephemeral key comes from the epoch's exporter,
so every member computes the same bytes, compares them with what the committer uploaded, and puts a wrong one right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar

from cencomm.crypto import hpke
from cencomm.crypto.certificates import key_id
from cencomm.crypto.primitives import (
    DEFAULT_SUITE,
    HASH_BYTES,
    KEY_BYTES,
    TAG_BYTES,
    BadPublicKey,
    OpenFailed,
    Random,
    Secret,
    random_bytes,
    sha256,
    x25519_public,
)
from cencomm.crypto.tls import Reader, Writer, decode_all
from cencomm.errors import DomainError
from cencomm.ids import GroupId

LABEL = "CENcomm archive v1"
SUITE = DEFAULT_SUITE
_SEALED_BYTES = KEY_BYTES + TAG_BYTES

Exporter = Callable[[str, bytes, int], Secret]
"""MLS-Exporter of one epoch: (label, context, length)."""


class SealInvalid(DomainError):
    """A seal that does not open, or is for another key; garbage, if the commit's author made it."""

    code: ClassVar[str] = "archive.seal_invalid"


@dataclass(frozen=True, slots=True)
class ArchivePrivate:
    """The X25519 key pair of one who may extract; lies in the inner envelope of the vault."""

    public_key: bytes
    private_key: Secret


def new_archive_key(random: Random = random_bytes) -> ArchivePrivate:
    private = Secret(random(KEY_BYTES))
    return ArchivePrivate(x25519_public(private), private)


@dataclass(frozen=True, slots=True)
class ArchiveSeal:
    """One epoch's content key for one archive key."""

    archive_key_id: bytes
    kem_output: bytes
    ciphertext: bytes

    def encode(self) -> bytes:
        return self.archive_key_id + self.kem_output + self.ciphertext

    @classmethod
    def decode(cls, data: bytes) -> ArchiveSeal:
        """Raises DecodeError."""
        return decode_all(data, read_seal)


def read_seal(reader: Reader) -> ArchiveSeal:
    return ArchiveSeal(reader.raw(HASH_BYTES), reader.raw(KEY_BYTES), reader.raw(_SEALED_BYTES))


def _info(group_id: GroupId, epoch: int, archive_key: bytes) -> bytes:
    return Writer().vector(LABEL.encode()).raw(group_id).u64(epoch).raw(archive_key).bytes()


def seals_for(
    export: Exporter, *, group_id: GroupId, epoch: int, content_key: Secret, archive_keys: Iterable[bytes]
) -> tuple[ArchiveSeal, ...]:
    """The seals that come with the commit that makes `epoch`; deterministic, in the order of `archive_keys`.

    Args:
        export: the exporter of `epoch`.
        archive_keys: `CencommGroup.archive_keys` as of `epoch` (empty under history policy `none`).
    """
    return tuple([_seal(export, group_id, epoch, content_key, archive_key) for archive_key in archive_keys])


def _seal(export: Exporter, group_id: GroupId, epoch: int, content_key: Secret, archive_key: bytes) -> ArchiveSeal:
    ikm_e = export(LABEL, group_id + sha256(archive_key), KEY_BYTES)
    info = _info(group_id, epoch, archive_key)
    kem_output, ciphertext = hpke.seal(SUITE, archive_key, info, b"", content_key, ikm_e=ikm_e)
    return ArchiveSeal(key_id(archive_key), kem_output, ciphertext)


def open_seal(seal: ArchiveSeal, archive: ArchivePrivate, *, group_id: GroupId, epoch: int) -> Secret:
    """The content key. Check it against the `key_id` of a record before use. Raises SealInvalid."""
    if seal.archive_key_id != key_id(archive.public_key):
        raise SealInvalid(reason="other_key", epoch=epoch)
    info = _info(group_id, epoch, archive.public_key)
    try:
        opened = hpke.open(
            SUITE, seal.kem_output, archive.private_key, info, b"", seal.ciphertext, public_key=archive.public_key
        )
    except (OpenFailed, BadPublicKey):
        raise SealInvalid(reason="does_not_open", epoch=epoch) from None
    return Secret(opened)


def check_seals(expected: Iterable[ArchiveSeal], given: Iterable[ArchiveSeal]) -> tuple[bytes, ...]:
    """The archive_key_ids whose expected seal is absent from `given`: each needs a SealBody."""
    present = frozenset(given)
    return tuple([seal.archive_key_id for seal in expected if seal not in present])
