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
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from cencomm.crypto.archive import Exporter
from cencomm.crypto.head import Head, read_head
from cencomm.crypto.labels import sign_with_label
from cencomm.crypto.primitives import (
    HASH_BYTES,
    KEY_BYTES,
    SIGNATURE_BYTES,
    XCHACHA_NONCE_BYTES,
    OpenFailed,
    Random,
    Secret,
    constant_time_equal,
    hkdf_expand,
    random_bytes,
    xchacha_open,
    xchacha_seal,
)
from cencomm.crypto.record_format import (
    MAX_RECORD_BYTES,
    RECORD_LABEL,
    SALT_BYTES,
    VERSION,
    Audience,
    PartHeader,
    RecordHeader,
    RecordRefused,
    SignedPart,
    SignedRecord,
    pad,
    padded_length,
    part_hash,
    read_body,
    read_header,
    record_tbs,
)
from cencomm.crypto.tls import DecodeError, Reader, Writer, decode_all
from cencomm.errors import DomainError
from cencomm.ids import ClientRef, CugId, GroupId

__all__ = [
    "CONTENT_LABEL",
    "RECORD_LABEL",
    "VERSION",
    "Audience",
    "KeyMissing",
    "OpenedRecord",
    "PartHeader",
    "RecordHeader",
    "RecordRefused",
    "SignedPart",
    "SignedRecord",
    "content_key",
    "key_id",
    "key_ring",
    "open_record",
    "padded_length",
    "part_hash",
    "read_header",
    "seal_record",
]

CONTENT_LABEL = "CENcomm content v1"


class KeyMissing(DomainError):
    """None of the keys that the reader has belongs to a part with the signature: not refused, not yet readable."""

    code: ClassVar[str] = "records.key_missing"


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
    sent_at_ms, seen = reader.safe_u64(), read_head(reader)
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
    signed = record_tbs(header, context_hash, sent_at_ms, seen, hashes)
    statement = _Statement(sent_at_ms, seen, hashes, sign_with_label(signature_seed, RECORD_LABEL, signed))
    body = Writer().raw(header)
    for place, (audience, salt, content) in enumerate(salted):
        plaintext = Writer().raw(salt).vector(content).optional(statement if place == 0 else None, _Statement.encode)
        nonce = random(XCHACHA_NONCE_BYTES)
        body.vector(nonce + xchacha_seal(keys[audience], nonce, header, pad(plaintext.bytes())))
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

    def __repr__(self) -> str:
        return "_Part(hidden)"


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
    header, header_bytes, sealed = decode_all(body, read_body)
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
