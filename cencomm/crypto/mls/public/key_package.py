"""Key packages (RFC 9420 §10)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

from cencomm.crypto.labels import ref_hash, verify_with_label
from cencomm.crypto.mls.public.extensions import Extension, check_unique, read_extensions, write_extensions
from cencomm.crypto.mls.public.leaf_node import LeafNode, LeafNodeSource, verify_leaf
from cencomm.crypto.mls.public.public_keys import is_public_key
from cencomm.crypto.mls.public.struct import Struct
from cencomm.crypto.mls.public.validation import refuse
from cencomm.crypto.primitives import BadSignature, CipherSuite
from cencomm.crypto.tls import Reader, Writer

MLS10 = 1
"""The only protocol version (§6)."""

KEY_PACKAGE_LABEL = "KeyPackageTBS"
"""The label under which a key package is signed."""


@dataclass(frozen=True)
class KeyPackage(Struct):
    """What lets others add a client while it is away."""

    version: int
    cipher_suite: int
    init_key: bytes
    leaf_node: LeafNode
    extensions: tuple[Extension, ...]
    signature: bytes

    @cached_property
    def _encoded(self) -> bytes:
        return Writer().raw(key_package_tbs(self)).vector(self.signature).bytes()

    def encode(self) -> bytes:
        return self._encoded

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(
            version=reader.u16(),
            cipher_suite=reader.u16(),
            init_key=reader.vector(),
            leaf_node=LeafNode.read(reader),
            extensions=read_extensions(reader),
            signature=reader.vector(),
        )

    def reference(self) -> bytes:
        """KeyPackageRef, 32 bytes (§5.2)."""
        return ref_hash("MLS 1.0 KeyPackage Reference", self.encode())


def key_package_tbs(key_package: KeyPackage) -> bytes:
    """KeyPackageTBS: what the signature covers."""
    writer = Writer().u16(key_package.version).u16(key_package.cipher_suite)
    writer.vector(key_package.init_key).raw(key_package.leaf_node.encode())
    return write_extensions(writer, key_package.extensions).bytes()


def suite_of(value: int) -> CipherSuite:
    """The suite with this number. Raises `MlsError` V101 if it is not one of ours."""
    try:
        return CipherSuite(value)
    except ValueError:
        raise refuse("V101", cipher_suite=value) from None


def verify_key_package(key_package: KeyPackage, suite: CipherSuite) -> None:
    """The checks of a key package for a group of `suite` (§10.1), without those against its members.

    Raises:
        MlsError: V102-V105, V110-V111, V115, V117, V118, V121, V122 or V124.
    """
    if key_package.version != MLS10 or key_package.cipher_suite != suite:
        raise refuse("V102", version=key_package.version, cipher_suite=key_package.cipher_suite)
    leaf = key_package.leaf_node
    if leaf.source is not LeafNodeSource.KEY_PACKAGE:
        raise refuse("V111", source=int(leaf.source))
    if not is_public_key(key_package.init_key):
        raise refuse("V105")
    if key_package.init_key == leaf.encryption_key:
        raise refuse("V104")
    check_unique(key_package.extensions)
    verify_leaf(leaf)
    try:
        tbs = key_package_tbs(key_package)
        verify_with_label(leaf.signature_key, KEY_PACKAGE_LABEL, tbs, key_package.signature)
    except BadSignature:
        raise refuse("V103") from None
