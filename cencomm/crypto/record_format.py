"""The form of a record: header, padding, and what is signed; no keys in here (PROTOCOL §3.2, §3.3).

    body   = header || for each part: sealed<V>
    header = version, cug_id, group_id, epoch, leaf_index, client_ref, for each part (audience, key_id)

`SignedRecord` verifies a record without its key: the server's log, an extraction and `cencomm verify` need no more.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from typing import ClassVar, NamedTuple

from cencomm.crypto.head import Head, read_head
from cencomm.crypto.labels import verify_with_label
from cencomm.crypto.primitives import HASH_BYTES, SIGNATURE_BYTES, BadSignature, sha256
from cencomm.crypto.tls import MAX_SAFE_NUMBER, DecodeError, Reader, Writer, decode_all, vector
from cencomm.errors import DomainError
from cencomm.ids import ID_BYTES, ClientRef, CugId, GroupId

VERSION = 1
RECORD_LABEL = "CENcommRecord"
SALT_BYTES = 32
PAD_FLOOR = 256
MAX_RECORD_BYTES = 8 * 1024 * 1024


class RecordRefused(DomainError):
    """A record that breaks a rule; `reason` is a stable word. It is shown as refused, never dropped."""

    code: ClassVar[str] = "records.refused"


class Audience(IntEnum):
    PUBLIC = 1
    """What observers may read too: nothing nominal."""
    PERSONAL = 2


# ---------------------------------------------------------------- header


class PartHeader(NamedTuple):
    audience: Audience
    key_id: bytes


@dataclass(frozen=True, slots=True)
class RecordHeader:
    """The clear part of a record; the server compares it with session and epoch."""

    version: int
    cug_id: CugId
    group_id: GroupId
    epoch: int
    leaf_index: int
    client_ref: ClientRef
    parts: tuple[PartHeader, ...]
    """One or two, in the order of their audiences."""

    def encode(self) -> bytes:
        return (
            Writer()
            .u16(self.version)
            .raw(self.cug_id)
            .raw(self.group_id)
            .u64(self.epoch)
            .u32(self.leaf_index)
            .raw(self.client_ref)
            .vector_of(self.parts, lambda part: bytes([part.audience]) + part.key_id)
            .bytes()
        )


_FIXED = struct.Struct(f">{ID_BYTES}s{ID_BYTES}sQI{ID_BYTES}s")
"""CUG, group, epoch, leaf and client_ref, after the version."""
_HEAD = struct.Struct(f">H{ID_BYTES}s{ID_BYTES}sQI{ID_BYTES}s")
_SHORTEST = _HEAD.size + 2
_AUDIENCES = ((Audience.PUBLIC,), (Audience.PERSONAL,), (Audience.PUBLIC, Audience.PERSONAL))


def _read_header(reader: Reader) -> RecordHeader:
    version = reader.u16()
    if version != VERSION:
        raise DecodeError("record_version")
    cug_id, group_id, epoch, leaf_index, client_ref = _FIXED.unpack(reader.raw(_FIXED.size))
    if epoch > MAX_SAFE_NUMBER:
        raise DecodeError("number_too_large")
    return RecordHeader(version, cug_id, group_id, epoch, leaf_index, client_ref, _parts_of(reader.vector()))


@lru_cache(maxsize=256)
def _parts_of(listed: bytes) -> tuple[PartHeader, ...]:
    """All records of an epoch list the same parts, and the server reads the header of each."""
    parts = Reader(vector(listed)).vector_of(_read_part_header, len(Audience))
    if tuple(part.audience for part in parts) not in _AUDIENCES:
        raise DecodeError("record_parts")
    return parts


def _read_part_header(reader: Reader) -> PartHeader:
    audience = reader.u8()
    if audience not in (Audience.PUBLIC, Audience.PERSONAL):
        raise DecodeError("record_audience")
    return PartHeader(Audience(audience), reader.raw(HASH_BYTES))


class Body(NamedTuple):
    header: RecordHeader
    header_bytes: bytes
    sealed: tuple[bytes, ...]


def read_body(reader: Reader) -> Body:
    header = _read_header(reader)
    header_bytes = reader.slice_from(0)
    return Body(header, header_bytes, tuple([reader.vector(MAX_RECORD_BYTES) for _ in header.parts]))


def read_header(body: bytes) -> RecordHeader:
    """The header of a whole record; needs no key. Raises DecodeError, also if the rest is not a record's."""
    header = _header_at_once(body)
    return header if header is not None else decode_all(body, read_body).header


def _header_at_once(body: bytes) -> RecordHeader | None:
    """What `read_body` finds in a record that is in order; None: it says what is wrong. The server asks for each."""
    if len(body) < _SHORTEST:
        return None
    version, cug_id, group_id, epoch, leaf_index, client_ref = _HEAD.unpack_from(body)
    listed = _vector_at(body, _HEAD.size)
    if version != VERSION or epoch > MAX_SAFE_NUMBER or listed is None:
        return None
    parts = _parts_of(body[slice(*listed)])
    end = listed[1]
    for _ in parts:
        sealed = _vector_at(body, end)
        if sealed is None:
            return None
        end = sealed[1]
    if end != len(body):
        return None
    return RecordHeader(version, cug_id, group_id, epoch, leaf_index, client_ref, parts)


def _vector_at(body: bytes, at: int) -> tuple[int, int] | None:
    """Where the vector that begins there has its content; None: it has none, or one as long as hardly a record's."""
    if at + 2 > len(body):
        return None
    first = body[at]
    if first < 0x40:
        start, length = at + 1, first
    else:
        start, length = at + 2, int.from_bytes(body[at : at + 2], "big") - 0x4000
        if not 0x40 <= length < 0x4000:
            return None
    return (start, start + length) if start + length <= len(body) else None


# ---------------------------------------------------------------- padding


def padded_length(length: int) -> int:
    """256 bytes, then Padmé (Nikitin et al., PURBs, 2019): at most 12 % more, few possible lengths."""
    if length <= PAD_FLOOR:
        return PAD_FLOOR
    exponent = length.bit_length() - 1
    low_bits = exponent - exponent.bit_length()
    mask = (1 << low_bits) - 1
    return (length + mask) & ~mask


def pad(plaintext: bytes) -> bytes:
    return plaintext.ljust(padded_length(len(plaintext)), b"\x00")


_NONCE_AND_TAG_BYTES = 24 + 16
_HEADER_BYTES = 2 + ID_BYTES + ID_BYTES + 8 + 4 + ID_BYTES
_HEAD_BYTES = 8 + HASH_BYTES
_SIGNATURE_BYTES = 64


def sealed_length(*contents: int) -> int:
    """How long a record's body is with parts of these lengths, in bytes: known before it is sealed."""
    hashes = HASH_BYTES * len(contents)
    statement = 8 + _HEAD_BYTES + _vector(hashes) + _SIGNATURE_BYTES
    length = _HEADER_BYTES + _vector((1 + HASH_BYTES) * len(contents))
    for place, content in enumerate(contents):
        plaintext = SALT_BYTES + _vector(content) + 1 + (statement if place == 0 else 0)
        length += _vector(_NONCE_AND_TAG_BYTES + padded_length(plaintext))
    return length


def _vector(length: int) -> int:
    return len(Writer().vector(b"").bytes()) + length if length < 1 << 6 else length + (2 if length < 1 << 14 else 4)


# ---------------------------------------------------------------- what is signed


class SignedPart(NamedTuple):
    """One part as it was signed. Who could not open it has only its hash; salt and content are empty then."""

    audience: Audience
    hash: bytes
    salt: bytes
    content: bytes | None

    def __repr__(self) -> str:
        return f"SignedPart({self.audience.name}, {self.hash.hex()})"


def part_hash(audience: Audience, salt: bytes, content: bytes) -> bytes:
    return sha256(Writer().u8(audience).raw(salt).vector(content).bytes())


@dataclass(frozen=True, slots=True)
class SignedRecord:
    """All that verifies a record without its key: what an extraction keeps of it (PROTOCOL §4.3)."""

    header: RecordHeader
    context_hash: bytes
    """H(GroupContext) of the epoch: no fork or other group can have the same."""
    sent_at_ms: int
    seen: Head
    parts: tuple[SignedPart, ...] = field(repr=False)
    signature: bytes

    def tbs(self) -> bytes:
        return record_tbs(
            self.header.encode(), self.context_hash, self.sent_at_ms, self.seen, tuple(part.hash for part in self.parts)
        )

    def verify(self, signature_key: bytes) -> None:
        """Raises RecordRefused unless this leaf key signed it and every part is the signed one."""
        if tuple(part.audience for part in self.parts) != tuple(part.audience for part in self.header.parts):
            raise RecordRefused(reason="parts")
        for part in self.parts:
            if part.content is not None and part_hash(part.audience, part.salt, part.content) != part.hash:
                raise RecordRefused(reason="part_hash")
        try:
            verify_with_label(signature_key, RECORD_LABEL, self.tbs(), self.signature)
        except BadSignature:
            raise RecordRefused(reason="signature") from None

    def encode(self) -> bytes:
        head = Writer().vector(self.header.encode()).raw(self.context_hash).u64(self.sent_at_ms)
        return head.raw(self.seen.encode()).vector_of(self.parts, _encode_part).raw(self.signature).bytes()

    @classmethod
    def decode(cls, data: bytes) -> SignedRecord:
        """Raises DecodeError."""
        return decode_all(data, _read_signed_record)


def record_tbs(
    header: bytes, context_hash: bytes, sent_at_ms: int, seen: Head, part_hashes: tuple[bytes, ...]
) -> bytes:
    signed = Writer().raw(header).raw(context_hash).u64(sent_at_ms).raw(seen.encode())
    return signed.raw(b"".join(part_hashes)).bytes()


def _encode_part(part: SignedPart) -> bytes:
    head = Writer().u8(part.audience).raw(part.hash)
    if part.content is None:
        return head.u8(0).bytes()
    return head.u8(1).raw(part.salt).vector(part.content).bytes()


def _read_signed_part(reader: Reader) -> SignedPart:
    audience, hash_of_part = reader.u8(), reader.raw(HASH_BYTES)
    if audience not in (Audience.PUBLIC, Audience.PERSONAL):
        raise DecodeError("record_audience")
    opened = reader.optional(lambda inner: (inner.raw(SALT_BYTES), inner.vector(MAX_RECORD_BYTES)))
    salt, content = (b"", None) if opened is None else opened
    return SignedPart(Audience(audience), hash_of_part, salt, content)


def _read_signed_record(reader: Reader) -> SignedRecord:
    return SignedRecord(
        header=decode_all(reader.vector(), _read_header),
        context_hash=reader.raw(HASH_BYTES),
        sent_at_ms=reader.safe_u64(),
        seen=read_head(reader),
        parts=reader.vector_of(_read_signed_part, len(Audience)),
        signature=reader.raw(SIGNATURE_BYTES),
    )
