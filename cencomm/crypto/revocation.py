"""Revocation lists: numbered, signed, never rolled back (PROTOCOL §1.5).

The root may revoke any certificate, an NCP those of its own administration. A later list holds every entry of the
earlier ones: who was revoked stays so, and gets a new certificate instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from cencomm.crypto.certificates import (
    MAX_SUBJECT_BYTES,
    Certificate,
    Chain,
    Kind,
    is_subject,
    key_id,
    read_text,
)
from cencomm.crypto.labels import sign_with_label, verify_with_label
from cencomm.crypto.primitives import HASH_BYTES, SIGNATURE_BYTES, BadSignature, ed25519_public
from cencomm.crypto.tls import DecodeError, Reader, Writer, decode_all
from cencomm.errors import DomainError
from cencomm.ids import ID_BYTES

VERSION = 1
LABEL = "CENcommRevocationList"
MAX_ENTRIES = 10_000
ROOT = ""
"""The issuer of the root's own list."""


class RevocationInvalid(DomainError):
    """A list that proves nothing, or takes back what an earlier one said; `reason` is a stable word."""

    code: ClassVar[str] = "revocation.invalid"


@dataclass(frozen=True, slots=True)
class Revoked:
    """One certificate that must not be trusted; what it signed since `compromised_since_ms` is in doubt."""

    serial: bytes
    subject: str
    compromised_since_ms: int

    def encode(self) -> bytes:
        return Writer().raw(self.serial).vector(self.subject.encode()).u64(self.compromised_since_ms).bytes()


def _read_revoked(reader: Reader) -> Revoked:
    serial, subject = reader.raw(ID_BYTES), read_text(reader, MAX_SUBJECT_BYTES)
    if not any(is_subject(kind, subject) for kind in Kind):
        raise DecodeError("revoked_subject")
    return Revoked(serial, subject, reader.safe_u64())


@dataclass(frozen=True, slots=True)
class RevocationList:
    """All that `issuer` (ROOT, or an administration) has revoked, as of its list `number`."""

    issuer: str
    number: int
    issued_at_ms: int
    entries: tuple[Revoked, ...]
    deployment_id: bytes
    issuer_key_id: bytes
    signature: bytes = b""

    def tbs(self) -> bytes:
        return (
            Writer()
            .u16(VERSION)
            .raw(self.deployment_id)
            .vector(self.issuer.encode())
            .raw(self.issuer_key_id)
            .u64(self.number)
            .u64(self.issued_at_ms)
            .vector_of(self.entries, Revoked.encode)
            .bytes()
        )

    def encode(self) -> bytes:
        return self.tbs() + self.signature

    @classmethod
    def decode(cls, data: bytes) -> RevocationList:
        """Raises DecodeError."""
        return decode_all(data, read_list)


def read_list(reader: Reader) -> RevocationList:
    if reader.u16() != VERSION:
        raise DecodeError("revocation_version")
    deployment_id = reader.raw(ID_BYTES)
    issuer = read_text(reader, MAX_SUBJECT_BYTES)
    if issuer != ROOT and not is_subject(Kind.NCP, issuer):
        raise DecodeError("revocation_issuer")
    return RevocationList(
        issuer=issuer,
        deployment_id=deployment_id,
        issuer_key_id=reader.raw(HASH_BYTES),
        number=reader.safe_u64(),
        issued_at_ms=reader.safe_u64(),
        entries=reader.vector_of(_read_revoked, MAX_ENTRIES),
        signature=reader.raw(SIGNATURE_BYTES),
    )


def sign_list(
    issuer_seed: bytes,
    *,
    deployment_id: bytes,
    issuer: str,
    number: int,
    issued_at_ms: int,
    entries: Iterable[Revoked],
) -> RevocationList:
    """The issuer's next list. Raises RevocationInvalid for an entry that this issuer may not revoke."""
    unsigned = RevocationList(
        issuer, number, issued_at_ms, tuple(entries), deployment_id, key_id(ed25519_public(issuer_seed))
    )
    _verify_scope(unsigned)
    return replace(unsigned, signature=sign_with_label(issuer_seed, LABEL, unsigned.tbs()))


def verify_list(revocations: RevocationList, issuer_public_key: bytes, deployment_id: bytes) -> None:
    """Raises RevocationInvalid unless the issuer signed it, for this deployment and within its own administration."""
    issuer = revocations.issuer
    if revocations.deployment_id != deployment_id:
        raise RevocationInvalid(reason="deployment", issuer=issuer)
    if revocations.issuer_key_id != key_id(issuer_public_key):
        raise RevocationInvalid(reason="issuer", issuer=issuer)
    _verify_scope(revocations)
    try:
        verify_with_label(issuer_public_key, LABEL, revocations.tbs(), revocations.signature)
    except BadSignature:
        raise RevocationInvalid(reason="signature", issuer=issuer) from None


def _verify_scope(revocations: RevocationList) -> None:
    if revocations.issuer == ROOT:
        return
    for entry in revocations.entries:
        if not entry.subject.startswith(f"{revocations.issuer}/"):
            raise RevocationInvalid(reason="other_administration", issuer=revocations.issuer, subject=entry.subject)


def verify_newer(older: RevocationList, newer: RevocationList) -> None:
    """Raises RevocationInvalid unless `newer` follows `older` and takes nothing back."""
    if newer.issuer != older.issuer:
        raise RevocationInvalid(reason="issuer", issuer=newer.issuer)
    if newer.number <= older.number:
        raise RevocationInvalid(reason="rolled_back", issuer=newer.issuer, number=newer.number, known=older.number)
    if not set(older.entries) <= set(newer.entries):
        raise RevocationInvalid(reason="taken_back", issuer=newer.issuer, number=newer.number)


def newest(lists: Iterable[RevocationList]) -> tuple[RevocationList, ...]:
    """Of each issuer the list with the highest number, ordered by issuer."""
    found: dict[str, RevocationList] = {}
    for candidate in lists:
        known = found.get(candidate.issuer)
        if known is None or candidate.number > known.number:
            found[candidate.issuer] = candidate
    return tuple([found[issuer] for issuer in sorted(found)])


RevokedIndex = Mapping[tuple[bytes, str], Revoked]


def index(lists: Iterable[RevocationList]) -> RevokedIndex:
    """What verified lists revoke, by (serial, subject); what an issuer may not revoke is left out."""
    found: dict[tuple[bytes, str], Revoked] = {}
    for revocations in lists:
        for entry in revocations.entries:
            if revocations.issuer in (ROOT, entry.subject.partition("/")[0]):
                found[(entry.serial, entry.subject)] = entry
    return found


def revoked_entry(certificate: Certificate, revoked: RevokedIndex) -> Revoked | None:
    """What revokes `certificate`, if anything does."""
    return revoked.get((certificate.serial, certificate.subject))


def is_revoked(chain: Chain, revoked: RevokedIndex, *, at_ms: int | None = None) -> bool:
    """Whether any certificate of the chain is revoked; with `at_ms`: compromised at that time or before."""
    for certificate in chain.certificates:
        entry = revoked_entry(certificate, revoked)
        if entry is not None and (at_ms is None or entry.compromised_since_ms <= at_ms):
            return True
    return False
