"""Certificates: root -> NCP -> officer -> device, small Ed25519 structures (PROTOCOL §1.1, §1.2).

    kind      subject              certified by     its key
    NCP       KE                   the root         signs officers' certificates and revocation lists
    OFFICER   KE/otieno            the NCP of KE    the identity key: signs device certificates and archive keys
    DEVICE    KE/otieno/laptop     the officer      the leaf's signature key

Each kind is signed under its own label, over the deployment's id: no signature can be taken for another's. The root
has no certificate; its public key is pinned from the enrolment sheet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import ClassVar

from cencomm.crypto.labels import ref_hash, sign_with_label, verify_with_label
from cencomm.crypto.primitives import (
    HASH_BYTES,
    KEY_BYTES,
    SIGNATURE_BYTES,
    BadSignature,
    Random,
    ed25519_public,
    random_bytes,
)
from cencomm.crypto.tls import DecodeError, Reader, Writer, decode_all
from cencomm.errors import DomainError
from cencomm.ids import ID_BYTES, DeviceId, OfficerId

VERSION = 1
CHAIN_EXTENSION = 0xF0C1
"""The leaf-node extension (private range, RFC 9420 §17.3) that carries a leaf's Chain."""

MAX_SUBJECT_BYTES = 140
MAX_NAME_BYTES = 800
_SIGNATURES_REMEMBERED = 8192


class CertificateInvalid(DomainError):
    """A certificate or chain that proves nothing; `reason` is a stable word."""

    code: ClassVar[str] = "certificates.invalid"


class Kind(IntEnum):
    NCP = 1
    OFFICER = 2
    DEVICE = 3


_LABELS = {
    Kind.NCP: "CENcommNcpCertificate",
    Kind.OFFICER: "CENcommOfficerCertificate",
    Kind.DEVICE: "CENcommDeviceCertificate",
}
_SUBJECTS = {
    Kind.NCP: re.compile(r"[A-Z]{2}"),
    Kind.OFFICER: re.compile(r"[A-Z]{2}/[a-z0-9-]{1,64}"),
    Kind.DEVICE: re.compile(r"[A-Z]{2}/[a-z0-9-]{1,64}/[a-z0-9-]{1,64}"),
}


def read_text(reader: Reader, max_bytes: int) -> str:
    """`opaque text<V>` that is UTF-8. Raises DecodeError."""
    try:
        return reader.vector(max_bytes).decode()
    except UnicodeDecodeError:
        raise DecodeError("not_utf8") from None


def is_text(text: str) -> bool:
    """Whether `text` can be written as UTF-8 (half a surrogate pair cannot)."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def is_subject(kind: Kind, subject: str) -> bool:
    """Whether `subject` is a name that a certificate of this kind can have."""
    return _SUBJECTS[kind].fullmatch(subject) is not None


def key_id(public_key: bytes) -> bytes:
    """32 bytes that name a public key."""
    return ref_hash("CENcomm 1.0 Public Key", public_key)


@dataclass(frozen=True, slots=True)
class Trust:
    """What a member pins: from the printed sheet, the command line or the vault, never from the server."""

    deployment_id: bytes
    root_public_key: bytes


@dataclass(frozen=True, slots=True)
class Certificate:
    """That `public_key` belongs to `subject`, said by the holder of the key that `issuer_key_id` names."""

    version: int
    deployment_id: bytes
    kind: Kind
    subject: str
    display_name: str
    public_key: bytes
    serial: bytes
    not_before_s: int
    not_after_s: int
    issuer_key_id: bytes
    signature: bytes

    def encode(self) -> bytes:
        return certificate_tbs(self) + self.signature

    @classmethod
    def decode(cls, data: bytes) -> Certificate:
        """Raises DecodeError."""
        return decode_all(data, read_certificate)


def certificate_tbs(certificate: Certificate) -> bytes:
    """The bytes that the issuer signs."""
    return (
        Writer()
        .u16(certificate.version)
        .raw(certificate.deployment_id)
        .u8(certificate.kind)
        .vector(certificate.subject.encode())
        .vector(certificate.display_name.encode())
        .raw(certificate.public_key)
        .raw(certificate.serial)
        .u64(certificate.not_before_s)
        .u64(certificate.not_after_s)
        .raw(certificate.issuer_key_id)
        .bytes()
    )


def read_certificate(reader: Reader) -> Certificate:
    version = reader.u16()
    if version != VERSION:
        raise DecodeError("certificate_version")
    deployment_id = reader.raw(ID_BYTES)
    kind = read_kind(reader)
    subject = read_text(reader, MAX_SUBJECT_BYTES)
    if not is_subject(kind, subject):
        raise DecodeError("certificate_subject")
    return Certificate(
        version=version,
        deployment_id=deployment_id,
        kind=kind,
        subject=subject,
        display_name=read_text(reader, MAX_NAME_BYTES),
        public_key=reader.raw(KEY_BYTES),
        serial=reader.raw(ID_BYTES),
        not_before_s=reader.safe_u64(),
        not_after_s=reader.safe_u64(),
        issuer_key_id=reader.raw(HASH_BYTES),
        signature=reader.raw(SIGNATURE_BYTES),
    )


def read_kind(reader: Reader) -> Kind:
    """Raises DecodeError."""
    try:
        return Kind(reader.u8())
    except ValueError:
        raise DecodeError("certificate_kind") from None


def issue(
    issuer_seed: bytes,
    *,
    deployment_id: bytes,
    kind: Kind,
    subject: str,
    display_name: str,
    public_key: bytes,
    not_before_s: int,
    not_after_s: int,
    random: Random = random_bytes,
) -> Certificate:
    """A new certificate, signed by the holder of `issuer_seed`; times are seconds since 1970.

    Raises:
        CertificateInvalid: the subject does not fit the kind, a name is too long or the time span is empty.
    """
    if not is_subject(kind, subject):
        raise CertificateInvalid(reason="subject", subject=subject)
    if len(display_name.encode(errors="surrogatepass")) > MAX_NAME_BYTES or not is_text(display_name):
        raise CertificateInvalid(reason="display_name", subject=subject)
    if not_before_s > not_after_s:
        raise CertificateInvalid(reason="validity", subject=subject)
    unsigned = Certificate(
        version=VERSION,
        deployment_id=deployment_id,
        kind=kind,
        subject=subject,
        display_name=display_name,
        public_key=public_key,
        serial=random(ID_BYTES),
        not_before_s=not_before_s,
        not_after_s=not_after_s,
        issuer_key_id=key_id(ed25519_public(issuer_seed)),
        signature=b"",
    )
    signature = sign_with_label(issuer_seed, _LABELS[kind], certificate_tbs(unsigned))
    return Certificate.decode(unsigned.encode() + signature)


@lru_cache(maxsize=_SIGNATURES_REMEMBERED)
def _signature_holds(public_key: bytes, label: str, content: bytes, signature: bytes) -> bool:
    """A pure question that every commit asks again for every leaf, so its answers are remembered."""
    try:
        verify_with_label(public_key, label, content, signature)
    except BadSignature:
        return False
    return True


def verify_signature(certificate: Certificate, issuer_public_key: bytes, deployment_id: bytes) -> None:
    """Everything but the time. Raises CertificateInvalid."""
    if certificate.deployment_id != deployment_id:
        raise CertificateInvalid(reason="deployment", subject=certificate.subject)
    if certificate.issuer_key_id != key_id(issuer_public_key):
        raise CertificateInvalid(reason="issuer", subject=certificate.subject)
    label = _LABELS[certificate.kind]
    if not _signature_holds(issuer_public_key, label, certificate_tbs(certificate), certificate.signature):
        raise CertificateInvalid(reason="signature", subject=certificate.subject)


def verify_time(certificate: Certificate, at_s: int) -> None:
    """Raises CertificateInvalid unless it is valid at `at_s`, both ends included."""
    if at_s < certificate.not_before_s:
        raise CertificateInvalid(reason="not_yet_valid", subject=certificate.subject)
    if at_s > certificate.not_after_s:
        raise CertificateInvalid(reason="expired", subject=certificate.subject)


def verify_certificate(certificate: Certificate, issuer_public_key: bytes, deployment_id: bytes, at_s: int) -> None:
    """Raises CertificateInvalid unless the issuer signed it for this deployment and it is valid at `at_s`."""
    verify_signature(certificate, issuer_public_key, deployment_id)
    verify_time(certificate, at_s)


@dataclass(frozen=True, slots=True)
class Chain:
    """The three certificates between the root and a device's key; always this deep."""

    ncp: Certificate
    officer: Certificate
    device: Certificate

    @property
    def certificates(self) -> tuple[Certificate, Certificate, Certificate]:
        return self.ncp, self.officer, self.device

    @property
    def administration(self) -> str:
        return self.ncp.subject

    @property
    def officer_id(self) -> OfficerId:
        return OfficerId(self.officer.subject)

    @property
    def device_id(self) -> DeviceId:
        return DeviceId(self.device.subject)

    @property
    def identity_key(self) -> bytes:
        """The officer's key: what the roster names."""
        return self.officer.public_key

    def encode(self) -> bytes:
        return b"".join([certificate.encode() for certificate in self.certificates])

    @classmethod
    def decode(cls, data: bytes) -> Chain:
        """Raises DecodeError."""
        return decode_all(data, _read_chain)


def _read_chain(reader: Reader) -> Chain:
    return Chain(read_certificate(reader), read_certificate(reader), read_certificate(reader))


def verify_chain_signatures(chain: Chain, trust: Trust) -> None:
    """Kinds, names, keys and signatures from the pinned root down; not the time. Raises CertificateInvalid."""
    subject = chain.device.subject
    if tuple(certificate.kind for certificate in chain.certificates) != (Kind.NCP, Kind.OFFICER, Kind.DEVICE):
        raise CertificateInvalid(reason="depth", subject=subject)
    if not (
        chain.officer.subject.startswith(f"{chain.ncp.subject}/")
        and chain.device.subject.startswith(f"{chain.officer.subject}/")
    ):
        raise CertificateInvalid(reason="other_administration", subject=subject)
    keys = {trust.root_public_key, *(certificate.public_key for certificate in chain.certificates)}
    if len(keys) != len(chain.certificates) + 1:
        raise CertificateInvalid(reason="key_reused", subject=subject)
    verify_signature(chain.ncp, trust.root_public_key, trust.deployment_id)
    verify_signature(chain.officer, chain.ncp.public_key, trust.deployment_id)
    verify_signature(chain.device, chain.officer.public_key, trust.deployment_id)


def verify_chain(chain: Chain, trust: Trust, at_s: int) -> None:
    """Raises CertificateInvalid unless the chain leads from the pinned root to the device, all valid at `at_s`."""
    verify_chain_signatures(chain, trust)
    for certificate in chain.certificates:
        verify_time(certificate, at_s)
