"""The enrolment sheet, what is derived from its secret R, and the request for a certificate (PROTOCOL §1.2, §1.3).

R  (on paper only)  ->  AK  account key            kept by devices; mixed into everything made of the password
                    ->  recovery keys              open the vault when the password is forgotten
                    ->  recovery authentication    signs in to the server for that
                    ->  request MAC key            kept by the inviter: tells the sheet's holder from the server
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

from cencomm.crypto import printed
from cencomm.crypto.certificates import MAX_NAME_BYTES, MAX_SUBJECT_BYTES, Kind, is_subject, read_kind, read_text
from cencomm.crypto.labels import sign_with_label, verify_with_label
from cencomm.crypto.primitives import (
    KEY_BYTES,
    SIGNATURE_BYTES,
    BadSignature,
    Random,
    Secret,
    constant_time_equal,
    ed25519_public,
    hkdf_expand,
    hkdf_extract,
    hmac_sha256,
    random_bytes,
)
from cencomm.crypto.tls import DecodeError, Reader, Writer, decode_all
from cencomm.errors import DomainError
from cencomm.ids import ID_BYTES

VERSION = 1
SHEET_PREFIX = "cencomm1:"
SECRET_R_BYTES = 32
MAX_URL_BYTES = 400
MAX_CODE_BYTES = 200
REQUEST_LABEL = "CENcommCertificateRequest"
_SALT = b"CENcomm enrolment v1"


class SheetInvalid(DomainError):
    """A text that is not an enrolment sheet, or was mistyped."""

    code: ClassVar[str] = "enrolment.sheet_invalid"


class RequestInvalid(DomainError):
    """A certificate request that its key did not sign, or that was not made with the sheet; `reason` says which."""

    code: ClassVar[str] = "enrolment.request_invalid"


# ---------------------------------------------------------------- what R gives


def new_secret_r(random: Random = random_bytes) -> Secret:
    return Secret(random(SECRET_R_BYTES))


def derive_from_r(secret_r: bytes, label: str) -> Secret:
    """HKDF(R, label), 32 bytes."""
    return hkdf_expand(hkdf_extract(_SALT, secret_r), label.encode(), KEY_BYTES)


def account_key(secret_r: bytes) -> Secret:
    """AK: what devices keep of R."""
    return derive_from_r(secret_r, "account")


def recovery_key(secret_r: bytes) -> Secret:
    """Opens the vault's outer wrap when the password is forgotten."""
    return derive_from_r(secret_r, "recovery")


def recovery_inner_key(secret_r: bytes) -> Secret:
    """Opens the wrap of the inner envelope when the password is forgotten."""
    return derive_from_r(secret_r, "recovery inner")


def recovery_authentication_key(secret_r: bytes) -> Secret:
    """Sent to the server to set a new password."""
    return derive_from_r(secret_r, "recovery authentication")


def request_mac_key(secret_r: bytes) -> Secret:
    """Kept by whoever printed the sheet."""
    return derive_from_r(secret_r, "certificate request")


# ---------------------------------------------------------------- the sheet


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is handed over on paper: where, which root to trust, which account, and the two secrets."""

    server_url: str
    deployment_id: bytes
    root_public_key: bytes
    account: str
    display_name: str
    invitation_code: str = field(repr=False)
    secret_r: Secret = field(repr=False)

    def text(self) -> str:
        """One line to print, scan or type: a prefix, then base32 with a checksum."""
        return printed.to_text(SHEET_PREFIX, self._encode())

    @property
    def account_key(self) -> Secret:
        """AK."""
        return account_key(self.secret_r)

    def _encode(self) -> bytes:
        return (
            Writer()
            .vector(self.server_url.encode())
            .raw(self.deployment_id)
            .raw(self.root_public_key)
            .vector(self.account.encode())
            .vector(self.display_name.encode())
            .vector(self.invitation_code.encode())
            .raw(self.secret_r)
            .bytes()
        )


def parse_sheet(text: str) -> Sheet:
    """The sheet that was typed or scanned; case, spaces, line breaks and hyphens do not matter. Raises SheetInvalid."""
    try:
        encoded = printed.from_text(SHEET_PREFIX, text)
    except ValueError as error:
        raise SheetInvalid(reason=str(error)) from None
    try:
        return decode_all(encoded, _read_sheet)
    except DecodeError:
        raise SheetInvalid(reason="content") from None


def _read_sheet(reader: Reader) -> Sheet:
    return Sheet(
        server_url=read_text(reader, MAX_URL_BYTES),
        deployment_id=reader.raw(ID_BYTES),
        root_public_key=reader.raw(KEY_BYTES),
        account=read_text(reader, MAX_SUBJECT_BYTES),
        display_name=read_text(reader, MAX_NAME_BYTES),
        invitation_code=read_text(reader, MAX_CODE_BYTES),
        secret_r=Secret(reader.raw(SECRET_R_BYTES)),
    )


# ---------------------------------------------------------------- the request for a certificate


@dataclass(frozen=True, slots=True)
class CertificateRequest:
    """ "Certify this key for me", signed by the key itself."""

    deployment_id: bytes
    kind: Kind
    subject: str
    public_key: bytes
    signature: bytes = b""

    def tbs(self) -> bytes:
        head = Writer().u16(VERSION).raw(self.deployment_id).u8(self.kind)
        return head.vector(self.subject.encode()).raw(self.public_key).bytes()

    def encode(self) -> bytes:
        return self.tbs() + self.signature

    @classmethod
    def decode(cls, data: bytes) -> CertificateRequest:
        """Raises DecodeError."""
        return decode_all(data, _read_request)

    def verify(self) -> None:
        """Raises RequestInvalid unless the holder of `public_key` signed it."""
        try:
            verify_with_label(self.public_key, REQUEST_LABEL, self.tbs(), self.signature)
        except BadSignature:
            raise RequestInvalid(reason="signature", subject=self.subject) from None


def _read_request(reader: Reader) -> CertificateRequest:
    if reader.u16() != VERSION:
        raise DecodeError("request_version")
    deployment_id, kind = reader.raw(ID_BYTES), read_kind(reader)
    subject = read_text(reader, MAX_SUBJECT_BYTES)
    if not is_subject(kind, subject):
        raise DecodeError("request_subject")
    return CertificateRequest(deployment_id, kind, subject, reader.raw(KEY_BYTES), reader.raw(SIGNATURE_BYTES))


def new_request(seed: bytes, *, deployment_id: bytes, kind: Kind, subject: str) -> CertificateRequest:
    """A request for the public key of `seed`, signed by it."""
    unsigned = CertificateRequest(deployment_id, kind, subject, ed25519_public(seed))
    return replace(unsigned, signature=sign_with_label(seed, REQUEST_LABEL, unsigned.tbs()))


def request_mac(mac_key: bytes, request: CertificateRequest) -> bytes:
    """32 bytes that only the holder of the sheet, and whoever printed it, can make."""
    return hmac_sha256(mac_key, request.encode())


def verify_request_mac(mac_key: bytes, request: CertificateRequest, mac: bytes) -> None:
    """Raises RequestInvalid unless the sheet's holder made the request."""
    if not constant_time_equal(request_mac(mac_key, request), mac):
        raise RequestInvalid(reason="mac", subject=request.subject)
