"""Leaf nodes and credentials (RFC 9420 §5.3, §7.2, §7.3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Self

from cencomm.crypto.labels import verify_with_label
from cencomm.crypto.mls.public.extensions import (
    Capabilities,
    Extension,
    check_unique,
    read_extensions,
    write_extensions,
)
from cencomm.crypto.mls.public.public_keys import is_public_key
from cencomm.crypto.mls.public.struct import Struct
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.public.validation import refuse
from cencomm.crypto.primitives import KEY_BYTES, BadSignature
from cencomm.crypto.tls import DecodeError, Reader, Writer

LEAF_LABEL = "LeafNodeTBS"
"""The label under which a leaf is signed."""

_MAX_CERTIFICATES = 64


class CredentialType(IntEnum):
    BASIC = 1
    X509 = 2


@dataclass(frozen=True, slots=True)
class Credential(Struct):
    """Who a member says it is: a basic identity, or an X.509 chain kept as the bytes of its certificates (§5.3)."""

    credential_type: int
    identity: bytes

    def encode(self) -> bytes:
        return Writer().u16(self.credential_type).vector(self.identity).bytes()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        credential_type, identity = reader.u16(), reader.vector()
        if credential_type == CredentialType.X509:
            Reader(Writer().vector(identity).bytes()).vector_of(Reader.vector, _MAX_CERTIFICATES)
        elif credential_type != CredentialType.BASIC:
            raise DecodeError("credential_unknown")
        return cls(credential_type, identity)


class LeafNodeSource(IntEnum):
    KEY_PACKAGE = 1
    UPDATE = 2
    COMMIT = 3


@dataclass(frozen=True, slots=True)
class Lifetime(Struct):
    """When a key package may be used: seconds since 1970, both ends included."""

    not_before_s: int
    not_after_s: int

    def encode(self) -> bytes:
        return Writer().u64(self.not_before_s).u64(self.not_after_s).bytes()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(reader.u64(), reader.u64())


@dataclass(frozen=True)
class LeafNode(Struct):
    """One member in the tree; `lifetime` only from a key package, `parent_hash` only from a commit (§7.2)."""

    encryption_key: bytes
    signature_key: bytes
    credential: Credential
    capabilities: Capabilities
    source: LeafNodeSource
    lifetime: Lifetime | None
    parent_hash: bytes | None
    extensions: tuple[Extension, ...]
    signature: bytes

    @cached_property
    def unsigned(self) -> bytes:
        """Everything before the signature."""
        writer = Writer().vector(self.encryption_key).vector(self.signature_key)
        writer.raw(self.credential.encode()).raw(self.capabilities.encode()).u8(self.source)
        if self.source is LeafNodeSource.KEY_PACKAGE:
            assert self.lifetime is not None
            writer.raw(self.lifetime.encode())
        elif self.source is LeafNodeSource.COMMIT:
            assert self.parent_hash is not None
            writer.vector(self.parent_hash)
        return write_extensions(writer, self.extensions).bytes()

    @cached_property
    def _encoded(self) -> bytes:
        return Writer().raw(self.unsigned).vector(self.signature).bytes()

    def encode(self) -> bytes:
        return self._encoded

    @classmethod
    def read(cls, reader: Reader) -> Self:
        encryption_key, signature_key = reader.vector(), reader.vector()
        credential, capabilities = Credential.read(reader), Capabilities.read(reader)
        source = read_source(reader)
        lifetime = Lifetime.read(reader) if source is LeafNodeSource.KEY_PACKAGE else None
        parent_hash = reader.vector() if source is LeafNodeSource.COMMIT else None
        return cls(
            encryption_key=encryption_key,
            signature_key=signature_key,
            credential=credential,
            capabilities=capabilities,
            source=source,
            lifetime=lifetime,
            parent_hash=parent_hash,
            extensions=read_extensions(reader),
            signature=reader.vector(),
        )


def read_source(reader: Reader) -> LeafNodeSource:
    value = reader.u8()
    if not LeafNodeSource.KEY_PACKAGE <= value <= LeafNodeSource.COMMIT:
        raise DecodeError("leaf_node_source_unknown")
    return LeafNodeSource(value)


def leaf_tbs(leaf: LeafNode, group_id: bytes | None = None, leaf_index: LeafIndex | None = None) -> bytes:
    """LeafNodeTBS: what a leaf's signature covers (§7.2).

    A leaf from a key package has no place yet; every other needs `group_id` and `leaf_index` (`ValueError`).
    """
    if leaf.source is LeafNodeSource.KEY_PACKAGE:
        return leaf.unsigned
    if group_id is None or leaf_index is None:
        raise ValueError("the signature of this leaf covers its place")
    return Writer().raw(leaf.unsigned).vector(group_id).u32(leaf_index).bytes()


def verify_leaf(leaf: LeafNode, group_id: bytes | None = None, leaf_index: LeafIndex | None = None) -> None:
    """The checks of a leaf that need nothing but itself and its place (§7.3).

    Raises:
        MlsError: V110, V115, V117, V118, V121, V122 or V124.
    """
    if not is_public_key(leaf.encryption_key):
        raise refuse("V121")
    if len(leaf.signature_key) != KEY_BYTES:
        raise refuse("V122")
    check_unique(leaf.extensions)
    capabilities = leaf.capabilities
    if leaf.credential.credential_type not in capabilities.credentials:
        raise refuse("V115", credential_type=leaf.credential.credential_type)
    for extension in leaf.extensions:
        if not capabilities.supports_extension(extension.extension_type):
            raise refuse("V117", extension_type=extension.extension_type)
    if leaf.lifetime is not None and leaf.lifetime.not_before_s > leaf.lifetime.not_after_s:
        raise refuse("V118")
    try:
        verify_with_label(leaf.signature_key, LEAF_LABEL, leaf_tbs(leaf, group_id, leaf_index), leaf.signature)
    except BadSignature:
        raise refuse("V110", leaf_index=leaf_index) from None
