"""Proposals and pre-shared key ids (RFC 9420 §8.4, §12.1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Self

from cencomm.crypto.mls.public.extensions import Extension, read_extensions, write_extensions
from cencomm.crypto.mls.public.key_package import KeyPackage
from cencomm.crypto.mls.public.leaf_node import LeafNode
from cencomm.crypto.mls.public.struct import Struct
from cencomm.crypto.mls.public.tree_math import LeafIndex
from cencomm.crypto.tls import DecodeError, Reader, Writer, decode_all


class ProposalType(IntEnum):
    ADD = 1
    UPDATE = 2
    REMOVE = 3
    PSK = 4
    REINIT = 5
    EXTERNAL_INIT = 6
    GROUP_CONTEXT_EXTENSIONS = 7


class PskType(IntEnum):
    EXTERNAL = 1
    RESUMPTION = 2


class ResumptionUsage(IntEnum):
    APPLICATION = 1
    REINIT = 2
    BRANCH = 3


@dataclass(frozen=True, slots=True)
class ExternalPsk:
    """A key that the application knows by this id."""

    psk_id: bytes


@dataclass(frozen=True, slots=True)
class ResumptionPskRef:
    """The resumption key of an epoch of a group."""

    usage: ResumptionUsage
    group_id: bytes
    epoch: int


@dataclass(frozen=True, slots=True)
class PreSharedKeyId(Struct):
    """PreSharedKeyID (§8.4): which key, and a nonce that makes every use of it different."""

    key: ExternalPsk | ResumptionPskRef
    nonce: bytes

    @property
    def psk_type(self) -> PskType:
        return PskType.EXTERNAL if isinstance(self.key, ExternalPsk) else PskType.RESUMPTION

    def encode(self) -> bytes:
        writer = Writer().u8(self.psk_type)
        if isinstance(self.key, ExternalPsk):
            writer.vector(self.key.psk_id)
        else:
            writer.u8(self.key.usage).vector(self.key.group_id).u64(self.key.epoch)
        return writer.vector(self.nonce).bytes()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        psk_type = reader.u8()
        if psk_type == PskType.EXTERNAL:
            return cls(ExternalPsk(reader.vector()), reader.vector())
        if psk_type != PskType.RESUMPTION:
            raise DecodeError("psk_type_unknown")
        usage = reader.u8()
        if not ResumptionUsage.APPLICATION <= usage <= ResumptionUsage.BRANCH:
            raise DecodeError("psk_usage_unknown")
        key = ResumptionPskRef(ResumptionUsage(usage), reader.vector(), reader.u64())
        return cls(key, reader.vector())


@dataclass(frozen=True, slots=True)
class Add(Struct):
    """Adds the client of a key package (§12.1.1)."""

    proposal_type: ClassVar[ProposalType] = ProposalType.ADD
    key_package: KeyPackage

    def encode(self) -> bytes:
        return self.key_package.encode()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(KeyPackage.read(reader))


@dataclass(frozen=True, slots=True)
class Update(Struct):
    """Replaces the sender's leaf (§12.1.2)."""

    proposal_type: ClassVar[ProposalType] = ProposalType.UPDATE
    leaf_node: LeafNode

    def encode(self) -> bytes:
        return self.leaf_node.encode()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(LeafNode.read(reader))


@dataclass(frozen=True, slots=True)
class Remove(Struct):
    """Removes a member (§12.1.3)."""

    proposal_type: ClassVar[ProposalType] = ProposalType.REMOVE
    removed: LeafIndex

    def encode(self) -> bytes:
        return Writer().u32(self.removed).bytes()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(LeafIndex(reader.u32()))


@dataclass(frozen=True, slots=True)
class PreSharedKey(Struct):
    """Mixes a pre-shared key into the next epoch (§12.1.4)."""

    proposal_type: ClassVar[ProposalType] = ProposalType.PSK
    psk: PreSharedKeyId

    def encode(self) -> bytes:
        return self.psk.encode()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(PreSharedKeyId.read(reader))


@dataclass(frozen=True, slots=True)
class ReInit(Struct):
    """Ends the group in favour of a new one with other parameters (§12.1.5)."""

    proposal_type: ClassVar[ProposalType] = ProposalType.REINIT
    group_id: bytes
    version: int
    cipher_suite: int
    extensions: tuple[Extension, ...] = ()

    def encode(self) -> bytes:
        writer = Writer().vector(self.group_id).u16(self.version).u16(self.cipher_suite)
        return write_extensions(writer, self.extensions).bytes()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(reader.vector(), reader.u16(), reader.u16(), read_extensions(reader))


@dataclass(frozen=True, slots=True)
class ExternalInit(Struct):
    """Gives the group the init secret of one who joins by external commit (§12.1.6)."""

    proposal_type: ClassVar[ProposalType] = ProposalType.EXTERNAL_INIT
    kem_output: bytes

    def encode(self) -> bytes:
        return Writer().vector(self.kem_output).bytes()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(reader.vector())


@dataclass(frozen=True, slots=True)
class GroupContextExtensions(Struct):
    """Replaces the extensions of the group context (§12.1.7)."""

    proposal_type: ClassVar[ProposalType] = ProposalType.GROUP_CONTEXT_EXTENSIONS
    extensions: tuple[Extension, ...]

    def encode(self) -> bytes:
        return write_extensions(Writer(), self.extensions).bytes()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(read_extensions(reader))


Proposal = Add | Update | Remove | PreSharedKey | ReInit | ExternalInit | GroupContextExtensions

_TYPES: dict[int, type[Proposal]] = {
    int(kind.proposal_type): kind
    for kind in (Add, Update, Remove, PreSharedKey, ReInit, ExternalInit, GroupContextExtensions)
}


def encode_proposal(proposal: Proposal) -> bytes:
    return Writer().u16(proposal.proposal_type).raw(proposal.encode()).bytes()


def read_proposal(reader: Reader) -> Proposal:
    """Raises `DecodeError` for a type that is not one of RFC 9420: its length cannot be known."""
    kind = _TYPES.get(reader.u16())
    if kind is None:
        raise DecodeError("proposal_type_unknown")
    return kind.read(reader)


def decode_proposal(data: bytes) -> Proposal:
    return decode_all(data, read_proposal)


@dataclass(frozen=True, slots=True)
class ProposalRef:
    """Names a proposal that was sent on its own by the hash of its message (§5.2)."""

    reference: bytes


ProposalOrRef = Proposal | ProposalRef


def encode_proposal_or_ref(item: ProposalOrRef) -> bytes:
    if isinstance(item, ProposalRef):
        return Writer().u8(2).vector(item.reference).bytes()
    return Writer().u8(1).raw(encode_proposal(item)).bytes()


def read_proposal_or_ref(reader: Reader) -> ProposalOrRef:
    kind = reader.u8()
    if kind == 1:
        return read_proposal(reader)
    if kind == 2:
        return ProposalRef(reader.vector())
    raise DecodeError("proposal_or_ref_unknown")
