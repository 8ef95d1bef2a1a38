"""The secret tree: one hash ratchet per leaf and kind of content, with its deletion schedule (RFC 9420 §9).

Taking a key returns the next tree, in which everything that could derive that key again is gone (§9.2): the path
from the root to the leaf is replaced by its unconsumed siblings, a ratchet keeps only its next secret, and a key
kept for a message that is late is dropped when it is used. The product sends no PrivateMessage, so the tree of an
epoch is the encryption secret until somebody needs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from cencomm.crypto.labels import derive_tree_secret, expand_with_label
from cencomm.crypto.mls.public.tree_math import LeafIndex, leaf_to_node, left, right, root
from cencomm.crypto.mls.secret.key_schedule import EncryptionSecret, SenderDataSecret
from cencomm.crypto.mls.secret.validation import refuse
from cencomm.crypto.primitives import HASH_BYTES, CipherSuite, Secret
from cencomm.crypto.tls import DecodeError, Reader, Writer

MAX_SKIPPED = 1000
"""How far ahead of the last message a generation may be, and how many unused keys one ratchet keeps (§9.2)."""


_LAST_GENERATION = 2**32 - 1


class RatchetKind(IntEnum):
    HANDSHAKE = 0
    APPLICATION = 1


@dataclass(frozen=True, slots=True)
class MessageKey:
    """A key and nonce for one message."""

    generation: int
    key: Secret
    nonce: Secret


@dataclass(frozen=True, slots=True)
class _Ratchet:
    """The next secret of a ratchet, and the keys it ran past."""

    secret: Secret
    generation: int = 0
    skipped: Mapping[int, MessageKey] = field(default_factory=dict)

    def write(self, writer: Writer) -> None:
        writer.raw(self.secret).u32(self.generation)
        inner = Writer()
        for skipped in self.skipped.values():
            inner.u32(skipped.generation).vector(skipped.key).vector(skipped.nonce)
        writer.vector(inner.bytes())

    @classmethod
    def read(cls, reader: Reader) -> _Ratchet:
        secret, generation = Secret(reader.raw(HASH_BYTES)), reader.u32()
        keys = reader.vector_of(
            lambda inner: MessageKey(inner.u32(), Secret(inner.vector()), Secret(inner.vector())), MAX_SKIPPED
        )
        return cls(secret, generation, {key.generation: key for key in keys})


@dataclass(frozen=True, slots=True)
class SecretTree:
    """The unconsumed node secrets of one epoch and the ratchets that have been started."""

    suite: CipherSuite
    leaf_count: int
    nodes: Mapping[int, Secret]
    ratchets: Mapping[tuple[int, RatchetKind], _Ratchet] = field(default_factory=dict)

    @classmethod
    def from_encryption_secret(cls, suite: CipherSuite, leaf_count: int, secret: EncryptionSecret) -> SecretTree:
        return cls(suite, leaf_count, {root(leaf_count): Secret(secret)})

    def _open_leaf(self, leaf: LeafIndex) -> SecretTree:
        """Derive the leaf's two ratchets and forget the secrets on the way (§9)."""
        if (leaf, RatchetKind.HANDSHAKE) in self.ratchets:
            return self
        if leaf >= self.leaf_count:
            raise refuse("V412", leaf_index=leaf)
        target = leaf_to_node(leaf)
        nodes = dict(self.nodes)
        node = root(self.leaf_count)
        trail = [node]
        while node != target:
            node = left(node) if target < node else right(node)
            trail.append(node)
        start = max((depth for depth, passed in enumerate(trail) if passed in nodes), default=None)
        if start is None:
            raise refuse("V412", leaf_index=leaf)
        for passed in trail[start:-1]:
            secret = nodes.pop(passed)
            nodes[left(passed)] = expand_with_label(secret, "tree", b"left", HASH_BYTES)
            nodes[right(passed)] = expand_with_label(secret, "tree", b"right", HASH_BYTES)
        secret = nodes.pop(target)
        ratchets = dict(self.ratchets)
        for kind, label in ((RatchetKind.HANDSHAKE, "handshake"), (RatchetKind.APPLICATION, "application")):
            ratchets[leaf, kind] = _Ratchet(expand_with_label(secret, label, b"", HASH_BYTES))
        return SecretTree(self.suite, self.leaf_count, nodes, ratchets)

    def _step(self, ratchet: _Ratchet) -> tuple[MessageKey, Secret]:
        generation, secret = ratchet.generation, ratchet.secret
        if generation == _LAST_GENERATION:
            raise refuse("V411", generation=generation)
        key = derive_tree_secret(secret, "key", generation, self.suite.aead_key_bytes)
        nonce = derive_tree_secret(secret, "nonce", generation, self.suite.aead_nonce_bytes)
        return MessageKey(generation, key, nonce), derive_tree_secret(secret, "secret", generation, HASH_BYTES)

    def _with(self, leaf: LeafIndex, kind: RatchetKind, ratchet: _Ratchet) -> SecretTree:
        return SecretTree(self.suite, self.leaf_count, self.nodes, {**self.ratchets, (leaf, kind): ratchet})

    def next_key(self, leaf: LeafIndex, kind: RatchetKind) -> tuple[MessageKey, SecretTree]:
        """The key for the next message that we send, and the tree without it."""
        tree = self._open_leaf(leaf)
        ratchet = tree.ratchets[leaf, kind]
        key, secret = self._step(ratchet)
        return key, tree._with(leaf, kind, _Ratchet(secret, ratchet.generation + 1, ratchet.skipped))

    def take_key(self, leaf: LeafIndex, kind: RatchetKind, generation: int) -> tuple[MessageKey, SecretTree]:
        """The key for a message that we received, and the tree without it.

        Raises:
            MlsError: the key was used before (V410), is too far ahead (V411) or of no leaf (V412).
        """
        tree = self._open_leaf(leaf)
        ratchet = tree.ratchets[leaf, kind]
        skipped = dict(ratchet.skipped)
        if generation < ratchet.generation:
            if generation not in skipped:
                raise refuse("V410", generation=generation)
            key = skipped.pop(generation)
            return key, tree._with(leaf, kind, _Ratchet(ratchet.secret, ratchet.generation, skipped))
        if generation - ratchet.generation > MAX_SKIPPED:
            raise refuse("V411", generation=generation)
        while True:
            key, secret = self._step(ratchet)
            ratchet = _Ratchet(secret, ratchet.generation + 1)
            if key.generation == generation:
                break
            skipped[key.generation] = key
        for oldest in sorted(skipped)[: max(0, len(skipped) - MAX_SKIPPED)]:
            del skipped[oldest]
        return key, tree._with(leaf, kind, _Ratchet(ratchet.secret, ratchet.generation, skipped))

    def write(self, writer: Writer) -> None:
        writer.u32(self.leaf_count)
        nodes, ratchets = Writer(), Writer()
        for node, secret in self.nodes.items():
            nodes.u32(node).raw(secret)
        for (leaf, kind), ratchet in self.ratchets.items():
            ratchets.u32(leaf).u8(kind)
            ratchet.write(ratchets)
        writer.vector(nodes.bytes()).vector(ratchets.bytes())

    def encode(self) -> bytes:
        writer = Writer()
        self.write(writer)
        return writer.bytes()

    @classmethod
    def read(cls, reader: Reader, suite: CipherSuite) -> SecretTree:
        leaf_count = reader.u32()
        nodes = reader.vector_of(lambda inner: (inner.u32(), Secret(inner.raw(HASH_BYTES))))
        ratchets = reader.vector_of(_read_ratchet)
        return cls(suite, leaf_count, dict(nodes), dict(ratchets))


def _read_ratchet(reader: Reader) -> tuple[tuple[int, RatchetKind], _Ratchet]:
    leaf, kind = reader.u32(), reader.u8()
    if kind > RatchetKind.APPLICATION:
        raise DecodeError("ratchet_kind")
    return (leaf, RatchetKind(kind)), _Ratchet.read(reader)


def sender_data_key(suite: CipherSuite, secret: SenderDataSecret, ciphertext: bytes) -> tuple[Secret, Secret]:
    """(key, nonce) for the sender data of a PrivateMessage, from a sample of its ciphertext (§6.3.2)."""
    sample = ciphertext[:HASH_BYTES]
    key = expand_with_label(secret, "key", sample, suite.aead_key_bytes)
    return key, expand_with_label(secret, "nonce", sample, suite.aead_nonce_bytes)
