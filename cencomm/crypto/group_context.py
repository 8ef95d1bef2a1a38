"""The group context extension `cencomm_group`: what all members of a CUG agree on (PROTOCOL §2.2).

It says who takes part, under which identity key and in which role, who may extract and with which archive key, which
history a newcomer gets, which revocations the group knows, and which group this one succeeds. Being part of the group
context it is signed with every commit and hashed into every record's signature.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from cencomm.crypto.certificates import MAX_SUBJECT_BYTES, Kind, is_subject, read_text
from cencomm.crypto.labels import sign_with_label, verify_with_label
from cencomm.crypto.mls.public.extensions import Extension, find
from cencomm.crypto.mls.public.group import PublicGroup
from cencomm.crypto.primitives import HASH_BYTES, KEY_BYTES, SIGNATURE_BYTES, BadSignature
from cencomm.crypto.revocation import RevocationList, read_list
from cencomm.crypto.tls import DecodeError, Reader, Writer, decode_all
from cencomm.errors import DomainError
from cencomm.ids import ID_BYTES, CugId, GroupId, OfficerId

CENCOMM_GROUP = 0xF0C0
"""Extension type of the group context (private range, RFC 9420 §17.3)."""
ARCHIVE_EXTENSION = 0xF0C2
"""Leaf-node extension: the officer's signed archive key, from which an organiser takes it into the roster."""

FORMAT = 1
ARCHIVE_LABEL = "CENcommArchiveKey"
MAX_ROSTER = 4096
MAX_LISTS = 300


class GroupContextInvalid(DomainError):
    """A group without the extension `cencomm_group`, or an archive key that the officer did not sign."""

    code: ClassVar[str] = "group_context.invalid"


class Role(StrEnum):
    """What an officer is in a CUG (the dictionary's `group_role`)."""

    ORGANISER = "organiser"
    OCU = "ocu"
    NCP = "ncp"
    OFFICER = "officer"
    RILO = "rilo"
    LIAISON = "liaison"
    OBSERVER = "observer"
    AUDITOR = "auditor"


class History(StrEnum):
    """What a newcomer can read of the time before him (PROTOCOL §4.2)."""

    FULL = "full"
    FROM_JOIN = "from_join"
    NONE = "none"


_ROLES = {role: number for number, role in enumerate(Role, start=1)}
_ROLE_OF = {number: role for role, number in _ROLES.items()}
_HISTORIES = {history: number for number, history in enumerate(History, start=1)}
_HISTORY_OF = {number: history for history, number in _HISTORIES.items()}


def may_extract(role: Role) -> bool:
    """Who has an archive key."""
    return role in (Role.ORGANISER, Role.OCU)


def holds_leaf(role: Role) -> bool:
    """Who has devices in the group, and with them its content key.

    Observers may read public parts only, auditors the log only: both stand in the roster without a leaf.
    """
    return role not in (Role.OBSERVER, Role.AUDITOR)


# ---------------------------------------------------------------- the roster


@dataclass(frozen=True, slots=True)
class ArchiveKey:
    """An X25519 public key to which content keys are sealed, signed by the officer's identity key."""

    public_key: bytes
    signature: bytes

    def encode(self) -> bytes:
        return self.public_key + self.signature

    @classmethod
    def decode(cls, data: bytes) -> ArchiveKey:
        """Raises DecodeError."""
        return decode_all(data, _read_archive_key)

    def verify(self, officer_id: OfficerId, identity_key: bytes) -> None:
        """Raises GroupContextInvalid."""
        try:
            verify_with_label(identity_key, ARCHIVE_LABEL, _archive_tbs(officer_id, self.public_key), self.signature)
        except BadSignature:
            raise GroupContextInvalid(reason="archive_signature", officer_id=officer_id) from None


def _archive_tbs(officer_id: OfficerId, public_key: bytes) -> bytes:
    return Writer().u16(FORMAT).vector(officer_id.encode()).raw(public_key).bytes()


def sign_archive_key(identity_seed: bytes, officer_id: OfficerId, public_key: bytes) -> ArchiveKey:
    """The archive key as it goes into a roster."""
    return ArchiveKey(public_key, sign_with_label(identity_seed, ARCHIVE_LABEL, _archive_tbs(officer_id, public_key)))


def _read_archive_key(reader: Reader) -> ArchiveKey:
    return ArchiveKey(reader.raw(KEY_BYTES), reader.raw(SIGNATURE_BYTES))


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One officer; his devices are leaves whose chain leads to `identity_key`."""

    officer_id: OfficerId
    identity_key: bytes
    role: Role
    archive_key: ArchiveKey | None = None

    def encode(self) -> bytes:
        head = Writer().vector(self.officer_id.encode()).raw(self.identity_key).u8(_ROLES[self.role])
        return head.optional(self.archive_key, ArchiveKey.encode).bytes()


def _read_entry(reader: Reader) -> RosterEntry:
    officer_id = read_text(reader, MAX_SUBJECT_BYTES)
    if not is_subject(Kind.OFFICER, officer_id):
        raise DecodeError("roster_officer")
    identity_key, role = reader.raw(KEY_BYTES), _ROLE_OF.get(reader.u8())
    if role is None:
        raise DecodeError("roster_role")
    return RosterEntry(OfficerId(officer_id), identity_key, role, reader.optional(_read_archive_key))


# ---------------------------------------------------------------- the extension


@dataclass(frozen=True, slots=True)
class Predecessor:
    """The last epoch of the group that this one succeeds."""

    group_id: GroupId
    epoch: int
    confirmed_transcript_hash: bytes
    """Empty in epoch 0 (RFC 9420 §11)."""

    def encode(self) -> bytes:
        return Writer().raw(self.group_id).u64(self.epoch).vector(self.confirmed_transcript_hash).bytes()


def _read_predecessor(reader: Reader) -> Predecessor:
    return Predecessor(GroupId(reader.raw(ID_BYTES)), reader.safe_u64(), reader.vector(HASH_BYTES))


@dataclass(frozen=True, slots=True)
class CencommGroup:
    """`version` counts the changes; `started_at_ms` is the signed time of the group's start, and stays."""

    version: int
    cug_id: CugId
    started_at_ms: int
    roster: tuple[RosterEntry, ...]
    """Ordered by officer id."""
    history: History = History.FULL
    revocations: tuple[RevocationList, ...] = ()
    """The newest list of each issuer that matters here, ordered by issuer."""
    predecessor: Predecessor | None = None

    @property
    def archive_keys(self) -> tuple[bytes, ...]:
        """To which each epoch's content key is sealed; nobody under history policy `none`."""
        if self.history is History.NONE:
            return ()
        return tuple([entry.archive_key.public_key for entry in self.roster if entry.archive_key is not None])

    def entry(self, officer_id: OfficerId) -> RosterEntry | None:
        return next((entry for entry in self.roster if entry.officer_id == officer_id), None)

    def encode(self) -> bytes:
        return (
            Writer()
            .u16(FORMAT)
            .u64(self.version)
            .raw(self.cug_id)
            .u64(self.started_at_ms)
            .u8(_HISTORIES[self.history])
            .vector_of(self.roster, RosterEntry.encode)
            .vector_of(self.revocations, RevocationList.encode)
            .optional(self.predecessor, Predecessor.encode)
            .bytes()
        )

    @classmethod
    def decode(cls, data: bytes) -> CencommGroup:
        """Raises DecodeError."""
        return decode_all(data, _read_group)

    def extension(self) -> Extension:
        """As it stands in the group context."""
        return Extension(CENCOMM_GROUP, self.encode())

    @classmethod
    def of(cls, group: PublicGroup) -> CencommGroup:
        """That of a group. Raises GroupContextInvalid, DecodeError."""
        return cls.among(group.context.extensions)

    @classmethod
    def among(cls, extensions: Sequence[Extension]) -> CencommGroup:
        """That in a list of extensions. Raises GroupContextInvalid, DecodeError."""
        data = find(extensions, CENCOMM_GROUP)
        if data is None:
            raise GroupContextInvalid(reason="absent")
        return cls.decode(data)


def _read_group(reader: Reader) -> CencommGroup:
    if reader.u16() != FORMAT:
        raise DecodeError("cencomm_group_format")
    version, cug_id, started_at_ms = reader.safe_u64(), CugId(reader.raw(ID_BYTES)), reader.safe_u64()
    history = _HISTORY_OF.get(reader.u8())
    if history is None:
        raise DecodeError("history_policy")
    return CencommGroup(
        version=version,
        cug_id=cug_id,
        started_at_ms=started_at_ms,
        history=history,
        roster=reader.vector_of(_read_entry, MAX_ROSTER),
        revocations=reader.vector_of(read_list, MAX_LISTS),
        predecessor=reader.optional(_read_predecessor),
    )


def sorted_roster(entries: Sequence[RosterEntry]) -> tuple[RosterEntry, ...]:
    """The entries in the order that a roster must have."""
    return tuple(sorted(entries, key=lambda entry: entry.officer_id))


def with_extension(extensions: Sequence[Extension], group: CencommGroup) -> tuple[Extension, ...]:
    """The group's extensions with `group` in its place: what a GroupContextExtensions proposal holds."""
    return tuple(
        [group.extension() if old.extension_type == CENCOMM_GROUP else old for old in extensions]
        if any(old.extension_type == CENCOMM_GROUP for old in extensions)
        else [*extensions, group.extension()]
    )
