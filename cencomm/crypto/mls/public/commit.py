"""Commits and update paths (RFC 9420 §7.6, §12.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from cencomm.crypto.mls.public.leaf_node import LeafNode
from cencomm.crypto.mls.public.proposals import ProposalOrRef, encode_proposal_or_ref, read_proposal_or_ref
from cencomm.crypto.mls.public.struct import Struct
from cencomm.crypto.tls import Reader, Writer

MAX_PROPOSALS = 4096
_MAX_PATH_NODES = 32
_MAX_CIPHERTEXTS = 2**15


@dataclass(frozen=True, slots=True)
class HpkeCiphertext(Struct):
    """One message encrypted to one public key (§5.1.3)."""

    kem_output: bytes
    ciphertext: bytes

    def encode(self) -> bytes:
        return Writer().vector(self.kem_output).vector(self.ciphertext).bytes()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(reader.vector(), reader.vector())


@dataclass(frozen=True, slots=True)
class UpdatePathNode(Struct):
    """The new key of a parent, and its path secret for each node of the copath's resolution."""

    encryption_key: bytes
    encrypted_path_secret: tuple[HpkeCiphertext, ...]

    def encode(self) -> bytes:
        writer = Writer().vector(self.encryption_key)
        return writer.vector_of(self.encrypted_path_secret, HpkeCiphertext.encode).bytes()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(reader.vector(), reader.vector_of(HpkeCiphertext.read, _MAX_CIPHERTEXTS))


@dataclass(frozen=True, slots=True)
class UpdatePath(Struct):
    """The sender's new leaf, and a node for each of its filtered direct path, from below."""

    leaf_node: LeafNode
    nodes: tuple[UpdatePathNode, ...]

    def encode(self) -> bytes:
        return Writer().raw(self.leaf_node.encode()).vector_of(self.nodes, UpdatePathNode.encode).bytes()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(LeafNode.read(reader), reader.vector_of(UpdatePathNode.read, _MAX_PATH_NODES))


@dataclass(frozen=True, slots=True)
class Commit(Struct):
    """Proposals that take effect together, and fresh keys for the sender's path."""

    proposals: tuple[ProposalOrRef, ...]
    path: UpdatePath | None

    def encode(self) -> bytes:
        writer = Writer().vector_of(self.proposals, encode_proposal_or_ref)
        return writer.optional(self.path, UpdatePath.encode).bytes()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(reader.vector_of(read_proposal_or_ref, MAX_PROPOSALS), reader.optional(UpdatePath.read))
