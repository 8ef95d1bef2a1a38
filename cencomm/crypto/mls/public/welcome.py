"""Welcome and GroupInfo, as far as they can be read without secrets (RFC 9420 §12.4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

from cencomm.crypto.labels import verify_with_label
from cencomm.crypto.mls.public.commit import HpkeCiphertext
from cencomm.crypto.mls.public.extensions import Extension, read_extensions, write_extensions
from cencomm.crypto.mls.public.group_context import GroupContext
from cencomm.crypto.mls.public.struct import Struct
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.public.validation import refuse
from cencomm.crypto.primitives import BadSignature
from cencomm.crypto.tls import Reader, Writer

GROUP_INFO_LABEL = "GroupInfoTBS"
"""The label under which a GroupInfo is signed."""

_MAX_NEW_MEMBERS = 4096


@dataclass(frozen=True, slots=True)
class EncryptedGroupSecrets(Struct):
    """The group secrets for the owner of the key package with this reference."""

    new_member: bytes
    encrypted_group_secrets: HpkeCiphertext

    def encode(self) -> bytes:
        return Writer().vector(self.new_member).raw(self.encrypted_group_secrets.encode()).bytes()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(reader.vector(), HpkeCiphertext.read(reader))


@dataclass(frozen=True, slots=True)
class Welcome(Struct):
    """What the members added by one commit need to join."""

    cipher_suite: int
    secrets: tuple[EncryptedGroupSecrets, ...]
    encrypted_group_info: bytes

    def encode(self) -> bytes:
        writer = Writer().u16(self.cipher_suite).vector_of(self.secrets, EncryptedGroupSecrets.encode)
        return writer.vector(self.encrypted_group_info).bytes()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(reader.u16(), reader.vector_of(EncryptedGroupSecrets.read, _MAX_NEW_MEMBERS), reader.vector())


@dataclass(frozen=True)
class GroupInfo(Struct):
    """A member's signed statement of an epoch of the group."""

    group_context: GroupContext
    extensions: tuple[Extension, ...]
    confirmation_tag: bytes
    signer: LeafIndex
    signature: bytes

    @cached_property
    def _tbs(self) -> bytes:
        writer = write_extensions(Writer().raw(self.group_context.encode()), self.extensions)
        return writer.vector(self.confirmation_tag).u32(self.signer).bytes()

    def encode(self) -> bytes:
        return Writer().raw(self._tbs).vector(self.signature).bytes()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(
            group_context=GroupContext.read(reader),
            extensions=read_extensions(reader),
            confirmation_tag=reader.vector(),
            signer=LeafIndex(reader.u32()),
            signature=reader.vector(),
        )


def group_info_tbs(group_info: GroupInfo) -> bytes:
    """GroupInfoTBS: what the signature covers."""
    return group_info._tbs


def verify_group_info(group_info: GroupInfo, signature_key: bytes) -> None:
    """Raises `MlsError` V200 unless the holder of `signature_key` signed it."""
    try:
        verify_with_label(signature_key, GROUP_INFO_LABEL, group_info_tbs(group_info), group_info.signature)
    except BadSignature:
        raise refuse("V200") from None
