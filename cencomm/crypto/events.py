"""The bodies of a CUG's events, but for records (`crypto.records`); their kinds are `wire.frames.EventKind`.

    GROUP      GroupStart   a group begins: its first GroupInfo (signed by its creator) and archive seals
    COMMIT     CommitBody   an MLS commit and the archive seals of the epoch that it makes
    REJECTION  Rejection    "I cannot apply that commit", signed by a leaf of the epoch it was made in
    SEAL       SealBody     one archive seal put right, signed by a leaf of the sealed epoch
    CLOSED     Closing      the end of the CUG, signed by an organiser's leaf

Welcomes do not travel in the log.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from cencomm.crypto.archive import ArchiveSeal, read_seal
from cencomm.crypto.head import Head, read_head
from cencomm.crypto.labels import sign_with_label, verify_with_label
from cencomm.crypto.primitives import HASH_BYTES, SIGNATURE_BYTES, BadSignature, sha256
from cencomm.crypto.tls import DecodeError, Reader, Writer, decode_all
from cencomm.errors import DomainError
from cencomm.ids import ID_BYTES, CugId, GroupId

VERSION = 1
MAX_SEALS = 256
MAX_REASON_BYTES = 200


class EventInvalid(DomainError):
    """A signed event whose signature is not its sender's; `kind` names which."""

    code: ClassVar[str] = "events.invalid"


def _version(reader: Reader) -> None:
    if reader.u16() != VERSION:
        raise DecodeError("event_version")


def _read_seals(reader: Reader) -> tuple[ArchiveSeal, ...]:
    return reader.vector_of(read_seal, MAX_SEALS)


def _verify(kind: str, signature_key: bytes, label: str, content: bytes, signature: bytes) -> None:
    try:
        verify_with_label(signature_key, label, content, signature)
    except BadSignature:
        raise EventInvalid(kind=kind) from None


@dataclass(frozen=True, slots=True)
class GroupStart:
    """`group_info`: an MLSMessage with the ratchet tree of epoch 0, whose only member is the sender's device."""

    group_id: GroupId
    group_info: bytes
    seals: tuple[ArchiveSeal, ...] = ()

    def encode(self) -> bytes:
        return (
            Writer()
            .u16(VERSION)
            .raw(self.group_id)
            .vector(self.group_info)
            .vector_of(self.seals, ArchiveSeal.encode)
            .bytes()
        )

    @classmethod
    def decode(cls, data: bytes) -> GroupStart:
        """Raises DecodeError."""
        return decode_all(data, _read_group_start)


def _read_group_start(reader: Reader) -> GroupStart:
    _version(reader)
    return GroupStart(GroupId(reader.raw(ID_BYTES)), reader.vector(), _read_seals(reader))


@dataclass(frozen=True, slots=True)
class CommitBody:
    """`epoch` is the one the commit was made in; `seals` are of the epoch it makes."""

    group_id: GroupId
    epoch: int
    mls_message: bytes
    seals: tuple[ArchiveSeal, ...] = ()

    @property
    def commit_hash(self) -> bytes:
        """What a Rejection names."""
        return sha256(self.mls_message)

    def encode(self) -> bytes:
        return (
            Writer()
            .u16(VERSION)
            .raw(self.group_id)
            .u64(self.epoch)
            .vector(self.mls_message)
            .vector_of(self.seals, ArchiveSeal.encode)
            .bytes()
        )

    @classmethod
    def decode(cls, data: bytes) -> CommitBody:
        """Raises DecodeError."""
        return decode_all(data, _read_commit_body)


def _read_commit_body(reader: Reader) -> CommitBody:
    _version(reader)
    return CommitBody(GroupId(reader.raw(ID_BYTES)), reader.safe_u64(), reader.vector(), _read_seals(reader))


@dataclass(frozen=True, slots=True)
class Rejection:
    """A member could not apply the hidden parts of a commit; `reason` is the stable code of what failed."""

    LABEL: ClassVar[str] = "CENcommRejection"

    group_id: GroupId
    epoch: int
    """The one the commit was made in; the sender has a leaf there."""
    commit_hash: bytes
    reason: str
    signature: bytes = b""

    def tbs(self) -> bytes:
        head = Writer().u16(VERSION).raw(self.group_id).u64(self.epoch)
        return head.raw(self.commit_hash).vector(self.reason.encode()).bytes()

    def signed(self, signature_seed: bytes) -> Rejection:
        return replace(self, signature=sign_with_label(signature_seed, self.LABEL, self.tbs()))

    def verify(self, signature_key: bytes) -> None:
        """Raises EventInvalid."""
        _verify("rejection", signature_key, self.LABEL, self.tbs(), self.signature)

    def encode(self) -> bytes:
        return self.tbs() + self.signature

    @classmethod
    def decode(cls, data: bytes) -> Rejection:
        """Raises DecodeError."""
        return decode_all(data, _read_rejection)


def _read_rejection(reader: Reader) -> Rejection:
    _version(reader)
    group_id, epoch, commit_hash = GroupId(reader.raw(ID_BYTES)), reader.safe_u64(), reader.raw(HASH_BYTES)
    reason = reader.vector(MAX_REASON_BYTES)
    if not reason.isascii():
        raise DecodeError("rejection_reason")
    return Rejection(group_id, epoch, commit_hash, reason.decode("ascii"), reader.raw(SIGNATURE_BYTES))


@dataclass(frozen=True, slots=True)
class SealBody:
    """The right seal in place of a wrong one of the same epoch and archive key (PROTOCOL §4.1)."""

    LABEL: ClassVar[str] = "CENcommSeal"

    group_id: GroupId
    epoch: int
    """The epoch whose content key is sealed; the sender has a leaf there."""
    seal: ArchiveSeal
    signature: bytes = b""

    def tbs(self) -> bytes:
        return Writer().u16(VERSION).raw(self.group_id).u64(self.epoch).raw(self.seal.encode()).bytes()

    def signed(self, signature_seed: bytes) -> SealBody:
        return replace(self, signature=sign_with_label(signature_seed, self.LABEL, self.tbs()))

    def verify(self, signature_key: bytes) -> None:
        """Raises EventInvalid."""
        _verify("seal", signature_key, self.LABEL, self.tbs(), self.signature)

    def encode(self) -> bytes:
        return self.tbs() + self.signature

    @classmethod
    def decode(cls, data: bytes) -> SealBody:
        """Raises DecodeError."""
        return decode_all(data, _read_seal_body)


def _read_seal_body(reader: Reader) -> SealBody:
    _version(reader)
    group_id, epoch, seal = GroupId(reader.raw(ID_BYTES)), reader.safe_u64(), read_seal(reader)
    return SealBody(group_id, epoch, seal, reader.raw(SIGNATURE_BYTES))


@dataclass(frozen=True, slots=True)
class Closing:
    """An organiser ends the CUG; no event follows."""

    LABEL: ClassVar[str] = "CENcommClosing"

    cug_id: CugId
    time_ms: int
    seen: Head
    signature: bytes = b""

    def tbs(self) -> bytes:
        return Writer().u16(VERSION).raw(self.cug_id).u64(self.time_ms).raw(self.seen.encode()).bytes()

    def signed(self, signature_seed: bytes) -> Closing:
        return replace(self, signature=sign_with_label(signature_seed, self.LABEL, self.tbs()))

    def verify(self, signature_key: bytes) -> None:
        """Raises EventInvalid."""
        _verify("closing", signature_key, self.LABEL, self.tbs(), self.signature)

    def encode(self) -> bytes:
        return self.tbs() + self.signature

    @classmethod
    def decode(cls, data: bytes) -> Closing:
        """Raises DecodeError."""
        return decode_all(data, _read_closing)


def _read_closing(reader: Reader) -> Closing:
    _version(reader)
    return Closing(CugId(reader.raw(ID_BYTES)), reader.safe_u64(), read_head(reader), reader.raw(SIGNATURE_BYTES))
