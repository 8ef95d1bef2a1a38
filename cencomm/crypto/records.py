"""Records: what members write to each other, signed and sealed in one or two parts (PROTOCOL §3).

    body   = header || for each part: sealed<V>
    header = version, cug_id, group_id, epoch, leaf_index, client_ref, for each part (audience, key_id)
    sealed = nonce || XChaCha20-Poly1305(key of the part, nonce, associated data = header, padded part)
    part   = salt || content<V> || optional statement
    statement = sent_at || seen || H(audience || salt || content) of every part || signature

The statement with the signature stands in the part that every reader can open: the public one where there is one. It
names both parts by salted hashes, so that who reads only the public part verifies it and cannot guess the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import ClassVar, NamedTuple

from cencomm.crypto.archive import Exporter
from cencomm.crypto.head import Head, read_head
from cencomm.crypto.labels import sign_with_label, verify_with_label
from cencomm.crypto.primitives import (
    HASH_BYTES,
    KEY_BYTES,
    SIGNATURE_BYTES,
    XCHACHA_NONCE_BYTES,
    BadSignature,
    OpenFailed,
    Random,
    Secret,
    constant_time_equal,
    hkdf_expand,
    random_bytes,
    sha256,
    xchacha_open,
    xchacha_seal,
)
from cencomm.crypto.tls import DecodeError, Reader, Writer, decode_all
from cencomm.errors import DomainError
from cencomm.ids import ID_BYTES, ClientRef, CugId, GroupId

VERSION = 1
CONTENT_LABEL = "CENcomm content v1"
RECORD_LABEL = "CENcommRecord"
SALT_BYTES = 32
PAD_FLOOR = 256
MAX_RECORD_BYTES = 8 * 1024 * 1024


class RecordRefused(DomainError):
    """A record that breaks a rule; `reason` is a stable word. It is shown as refused, never dropped."""

    code: ClassVar[str] = "records.refused"


class KeyMissing(DomainError):
    """None of the keys that the reader has belongs to a part with the signature: not refused, not yet readable."""

    code: ClassVar[str] = "records.key_missing"


class Audience(IntEnum):
    PUBLIC = 1
    """What observers may read too: nothing nominal."""
    PERSONAL = 2


# ---------------------------------------------------------------- keys


def content_key(export: Exporter, group_id: GroupId) -> Secret:
    """K_e of the epoch whose exporter is given, 32 bytes."""
    return export(CONTENT_LABEL, group_id, KEY_BYTES)


def key_id(key: bytes) -> bytes:
    """Commits to a content key, 32 bytes: XChaCha20-Poly1305 does not."""
    return bytes(hkdf_expand(key, b"CENcomm key id", HASH_BYTES))


def key_ring(*keys: Secret) -> dict[bytes, Secret]:
    """The keys by their key_id, as `open_record` wants them."""
    return {key_id(key): key for key in keys}


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


_AUDIENCES = ((Audience.PUBLIC,), (Audience.PERSONAL,), (Audience.PUBLIC, Audience.PERSONAL))


def _read_header(reader: Reader) -> RecordHeader:
    version = reader.u16()
    if version != VERSION:
        raise DecodeError("record_version")
    header = RecordHeader(
        version=version,
        cug_id=CugId(reader.raw(ID_BYTES)),
        group_id=GroupId(reader.raw(ID_BYTES)),
        epoch=reader.u64(),
        leaf_index=reader.u32(),
        client_ref=ClientRef(reader.raw(ID_BYTES)),
        parts=reader.vector_of(_read_part_header, len(Audience)),
    )
    if tuple(part.audience for part in header.parts) not in _AUDIENCES:
        raise DecodeError("record_parts")
    return header


def _read_part_header(reader: Reader) -> PartHeader:
    audience = reader.u8()
    if audience not in (Audience.PUBLIC, Audience.PERSONAL):
        raise DecodeError("record_audience")
    return PartHeader(Audience(audience), reader.raw(HASH_BYTES))


class _Body(NamedTuple):
    header: RecordHeader
    header_bytes: bytes
    sealed: tuple[bytes, ...]


def _read_body(reader: Reader) -> _Body:
    header = _read_header(reader)
    header_bytes = reader.slice_from(0)
    return _Body(header, header_bytes, tuple([reader.vector(MAX_RECORD_BYTES) for _ in header.parts]))


def read_header(body: bytes) -> RecordHeader:
    """The header of a whole record; needs no key. Raises DecodeError, also if the rest is not a record's."""
    return decode_all(body, _read_body).header


# ---------------------------------------------------------------- padding


def padded_length(length: int) -> int:
    """256 bytes, then Padmé (Nikitin et al., PURBs, 2019): at most 12 % more, few possible lengths."""
    if length <= PAD_FLOOR:
        return PAD_FLOOR
    exponent = length.bit_length() - 1
    low_bits = exponent - exponent.bit_length()
    mask = (1 << low_bits) - 1
    return (length + mask) & ~mask


def _pad(plaintext: bytes) -> bytes:
    return plaintext.ljust(padded_length(len(plaintext)), b"\x00")


# ---------------------------------------------------------------- what is signed


class SignedPart(NamedTuple):
    """One part as it was signed. Who could not open it has only its hash; salt and content are empty then."""

    audience: Audience
    hash: bytes
    salt: bytes
    content: bytes | None


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
        return _tbs(
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


def _tbs(header: bytes, context_hash: bytes, sent_at_ms: int, seen: Head, part_hashes: tuple[bytes, ...]) -> bytes:
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
        sent_at_ms=reader.u64(),
        seen=read_head(reader),
        parts=reader.vector_of(_read_signed_part, len(Audience)),
        signature=reader.raw(SIGNATURE_BYTES),
    )


# ---------------------------------------------------------------- sealing


@dataclass(frozen=True, slots=True)
class _Statement:
    sent_at_ms: int
    seen: Head
    part_hashes: tuple[bytes, ...]
    signature: bytes

    def encode(self) -> bytes:
        head = Writer().u64(self.sent_at_ms).raw(self.seen.encode())
        return head.vector(b"".join(self.part_hashes)).raw(self.signature).bytes()


def _read_statement(reader: Reader) -> _Statement:
    sent_at_ms, seen = reader.u64(), read_head(reader)
    hashes = reader.vector_of(lambda inner: inner.raw(HASH_BYTES), len(Audience))
    return _Statement(sent_at_ms, seen, hashes, reader.raw(SIGNATURE_BYTES))


def seal_record(
    *,
    cug_id: CugId,
    group_id: GroupId,
    epoch: int,
    context_hash: bytes,
    leaf_index: int,
    client_ref: ClientRef,
    content_key: Secret,
    public: bytes | None,
    personal: bytes | None,
    sent_at_ms: int,
    seen: Head,
    signature_seed: Secret,
    public_key: Secret | None = None,
    random: Random = random_bytes,
) -> bytes:
    """The body of a record of this epoch, signed by the leaf.

    Args:
        public, personal: `wire.content` encoded; at least one.
        content_key: K_e of the group.
        public_key: the key of the public part where observers have a group of their own; else `content_key`.
    """
    contents = {Audience.PUBLIC: public, Audience.PERSONAL: personal}
    keys = {Audience.PUBLIC: public_key or content_key, Audience.PERSONAL: content_key}
    parts = [(audience, content) for audience, content in contents.items() if content is not None]
    if not parts:
        raise RecordRefused(reason="empty")
    headers = tuple([PartHeader(audience, key_id(keys[audience])) for audience, _ in parts])
    header = RecordHeader(VERSION, cug_id, group_id, epoch, leaf_index, client_ref, headers).encode()
    salted = [(audience, random(SALT_BYTES), content) for audience, content in parts]
    hashes = tuple([part_hash(*part) for part in salted])
    signed = _tbs(header, context_hash, sent_at_ms, seen, hashes)
    statement = _Statement(sent_at_ms, seen, hashes, sign_with_label(signature_seed, RECORD_LABEL, signed))
    body = Writer().raw(header)
    for place, (audience, salt, content) in enumerate(salted):
        plaintext = Writer().raw(salt).vector(content).optional(statement if place == 0 else None, _Statement.encode)
        nonce = random(XCHACHA_NONCE_BYTES)
        body.vector(nonce + xchacha_seal(keys[audience], nonce, header, _pad(plaintext.bytes())))
    return body.bytes()


# ---------------------------------------------------------------- opening


@dataclass(frozen=True, slots=True)
class OpenedRecord:
    """A record whose signature holds; a part for which the reader has no key is None."""

    signed: SignedRecord

    @property
    def header(self) -> RecordHeader:
        return self.signed.header

    @property
    def public(self) -> bytes | None:
        return self._content(Audience.PUBLIC)

    @property
    def personal(self) -> bytes | None:
        return self._content(Audience.PERSONAL)

    @property
    def sent_at_ms(self) -> int:
        return self.signed.sent_at_ms

    @property
    def seen(self) -> Head:
        return self.signed.seen

    @property
    def signature(self) -> bytes:
        return self.signed.signature

    def _content(self, audience: Audience) -> bytes | None:
        return next((part.content for part in self.signed.parts if part.audience is audience), None)


class _Part(NamedTuple):
    salt: bytes
    content: bytes
    statement: _Statement | None


def open_record(
    body: bytes, *, keys: Mapping[bytes, Secret], context_hash: bytes, signature_key: bytes
) -> OpenedRecord:
    """Opens the parts for which there is a key, and verifies the record.

    Args:
        keys: content keys by key_id (`key_ring`); observers have only that of the public part.
        context_hash: of the epoch that the header names, from the reader's own verified tree.
        signature_key: of the leaf that the header names, in that epoch's tree.

    Raises:
        DecodeError: not a record.
        KeyMissing: no key for the part that carries the signature.
        RecordRefused: `key_id` is not that of the key, a part does not open or is not padded as it must be, parts
            and signature disagree, or the leaf did not sign.
    """
    header, header_bytes, sealed = decode_all(body, _read_body)
    opened = [
        _open_part(keys.get(part.key_id), part, header_bytes, bytes_of_part)
        for part, bytes_of_part in zip(header.parts, sealed, strict=True)
    ]
    first = opened[0]
    if first is None:
        raise KeyMissing(epoch=header.epoch)
    if first.statement is None or any(part is not None and part.statement is not None for part in opened[1:]):
        raise RecordRefused(reason="statement_place")
    statement = first.statement
    if len(statement.part_hashes) != len(opened):
        raise RecordRefused(reason="parts")
    signed = SignedRecord(
        header=header,
        context_hash=context_hash,
        sent_at_ms=statement.sent_at_ms,
        seen=statement.seen,
        parts=tuple(
            [
                SignedPart(part.audience, hashed, inner.salt if inner else b"", inner.content if inner else None)
                for part, hashed, inner in zip(header.parts, statement.part_hashes, opened, strict=True)
            ]
        ),
        signature=statement.signature,
    )
    signed.verify(signature_key)
    return OpenedRecord(signed)


def _open_part(key: Secret | None, part: PartHeader, header_bytes: bytes, sealed: bytes) -> _Part | None:
    if key is None:
        return None
    if not constant_time_equal(key_id(key), part.key_id):
        raise RecordRefused(reason="key_id")
    if len(sealed) < XCHACHA_NONCE_BYTES:
        raise RecordRefused(reason="does_not_open")
    try:
        padded = xchacha_open(key, sealed[:XCHACHA_NONCE_BYTES], header_bytes, sealed[XCHACHA_NONCE_BYTES:])
    except OpenFailed:
        raise RecordRefused(reason="does_not_open") from None
    return _read_padded(padded)


def _read_padded(padded: bytes) -> _Part:
    reader = Reader(padded)
    try:
        part = _Part(reader.raw(SALT_BYTES), reader.vector(MAX_RECORD_BYTES), reader.optional(_read_statement))
    except DecodeError:
        raise RecordRefused(reason="part_malformed") from None
    if len(padded) != padded_length(reader.position) or any(reader.raw(reader.remaining)):
        raise RecordRefused(reason="padding")
    return part
