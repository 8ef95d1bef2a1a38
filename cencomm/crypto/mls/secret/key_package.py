"""Our own key packages and leaf nodes: who we are, and the private keys behind them (RFC 9420 §7.2, §10)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cencomm.crypto.labels import sign_with_label
from cencomm.crypto.mls.public.extensions import Capabilities, Extension
from cencomm.crypto.mls.public.framing import encode_message
from cencomm.crypto.mls.public.key_package import KEY_PACKAGE_LABEL, MLS10, KeyPackage, key_package_tbs, suite_of
from cencomm.crypto.mls.public.leaf_node import LEAF_LABEL, Credential, LeafNode, LeafNodeSource, Lifetime, leaf_tbs
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.mls.secret.treekem import new_leaf_key
from cencomm.crypto.mls.secret.validation import refuse
from cencomm.crypto.primitives import (
    KEY_BYTES,
    CipherSuite,
    Random,
    Secret,
    constant_time_equal,
    ed25519_public,
    random_bytes,
    x25519_public,
)
from cencomm.crypto.tls import Reader, Writer, decode_all


@dataclass(frozen=True, slots=True)
class LeafIdentity:
    """What a leaf says of its owner, and the seed that signs for it."""

    credential: Credential
    signature_seed: Secret
    signature_key: bytes
    capabilities: Capabilities | None = None
    extensions: tuple[Extension, ...] = ()

    def check(self) -> None:
        """Raises `MlsError` V503 unless the public key is that of the seed."""
        if not constant_time_equal(ed25519_public(self.signature_seed), self.signature_key):
            raise refuse("V503")

    def leaf_capabilities(self) -> Capabilities:
        """What was given, or: both suites, basic credentials, and the extensions of this leaf."""
        if self.capabilities is not None:
            return self.capabilities
        return Capabilities(
            versions=(MLS10,),
            cipher_suites=tuple(int(suite) for suite in CipherSuite),
            extensions=tuple(extension.extension_type for extension in self.extensions),
            proposals=(),
            credentials=(self.credential.credential_type,),
        )

    @classmethod
    def of(cls, leaf: LeafNode, seed: Secret) -> LeafIdentity:
        """The identity that stands in a leaf of ours."""
        return cls(leaf.credential, seed, leaf.signature_key, leaf.capabilities, leaf.extensions)


def sign_leaf(
    identity: LeafIdentity,
    encryption_key: bytes,
    source: LeafNodeSource,
    *,
    lifetime: Lifetime | None = None,
    parent_hash: bytes | None = None,
    group_id: bytes | None = None,
    leaf_index: LeafIndex | None = None,
) -> LeafNode:
    """A signed leaf node (§7.2); group id and index are signed for updates and commits only."""
    identity.check()
    leaf = LeafNode(
        encryption_key=encryption_key,
        signature_key=identity.signature_key,
        credential=identity.credential,
        capabilities=identity.leaf_capabilities(),
        source=source,
        lifetime=lifetime,
        parent_hash=parent_hash,
        extensions=identity.extensions,
        signature=b"",
    )
    signature = sign_with_label(identity.signature_seed, LEAF_LABEL, leaf_tbs(leaf, group_id, leaf_index))
    return replace(leaf, signature=signature)


@dataclass(frozen=True, slots=True)
class KeyPackageBundle:
    """A key package and the three private keys that belong to it."""

    key_package: KeyPackage
    init_private: Secret
    encryption_private: Secret
    signature_seed: Secret

    @property
    def suite(self) -> CipherSuite:
        return suite_of(self.key_package.cipher_suite)

    @property
    def reference(self) -> bytes:
        """The KeyPackageRef, 32 bytes."""
        return self.key_package.reference()

    def message(self) -> bytes:
        """The MLSMessage to publish."""
        return encode_message(self.key_package)

    def encode(self) -> bytes:
        """For sealed storage: it holds the private keys."""
        writer = Writer().vector(self.key_package.encode())
        return writer.raw(self.init_private).raw(self.encryption_private).raw(self.signature_seed).bytes()

    @classmethod
    def decode(cls, data: bytes) -> KeyPackageBundle:
        """Raises `DecodeError`, `MlsError` V101, or V520 if the private keys are not those of the package."""
        bundle = decode_all(data, cls._read)
        suite_of(bundle.key_package.cipher_suite)
        leaf = bundle.key_package.leaf_node
        if (
            x25519_public(bundle.init_private) != bundle.key_package.init_key
            or x25519_public(bundle.encryption_private) != leaf.encryption_key
            or ed25519_public(bundle.signature_seed) != leaf.signature_key
        ):
            raise refuse("V520")
        return bundle

    @classmethod
    def _read(cls, reader: Reader) -> KeyPackageBundle:
        return cls(
            KeyPackage.decode(reader.vector()),
            Secret(reader.raw(KEY_BYTES)),
            Secret(reader.raw(KEY_BYTES)),
            Secret(reader.raw(KEY_BYTES)),
        )


def new_key_package(
    suite: CipherSuite,
    identity: LeafIdentity,
    *,
    lifetime: Lifetime,
    extensions: tuple[Extension, ...] = (),
    random: Random = random_bytes,
) -> KeyPackageBundle:
    """A fresh key package with its private keys (§10); `extensions` are the package's own, not the leaf's."""
    init_private, init_key = new_leaf_key(random)
    encryption_private, encryption_key = new_leaf_key(random)
    leaf = sign_leaf(identity, encryption_key, LeafNodeSource.KEY_PACKAGE, lifetime=lifetime)
    package = KeyPackage(MLS10, suite, init_key, leaf, extensions, b"")
    signature = sign_with_label(identity.signature_seed, KEY_PACKAGE_LABEL, key_package_tbs(package))
    return KeyPackageBundle(
        replace(package, signature=signature), init_private, encryption_private, identity.signature_seed
    )
