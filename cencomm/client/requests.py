"""A request for certification, as it is shown to the one who certifies and carried to the root."""

from __future__ import annotations

from dataclasses import dataclass

from cencomm.crypto.certificates import MAX_NAME_BYTES, MAX_SUBJECT_BYTES, read_text
from cencomm.crypto.enrolment import CertificateRequest
from cencomm.crypto.tls import DecodeError, Reader, Writer, decode_all

_VERSION = 1


@dataclass(frozen=True, slots=True)
class PendingRequest:
    """A request whose MAC proved that the sheet's holder made it."""

    account: str
    kind: str
    """ncp or officer."""
    display_name: str
    request: CertificateRequest
    requested_at_ms: int

    def encode(self) -> bytes:
        """For carrying an NCP's request to the machine with the root key."""
        head = Writer().u16(_VERSION).vector(self.account.encode()).vector(self.kind.encode())
        return head.vector(self.display_name.encode()).u64(self.requested_at_ms).vector(self.request.encode()).bytes()

    @classmethod
    def decode(cls, data: bytes) -> PendingRequest:
        """Raises DecodeError."""
        return decode_all(data, _read)


def _read(reader: Reader) -> PendingRequest:
    if reader.u16() != _VERSION:
        raise DecodeError("request_version")
    account = read_text(reader, MAX_SUBJECT_BYTES)
    kind = read_text(reader, MAX_SUBJECT_BYTES)
    display_name = read_text(reader, MAX_NAME_BYTES)
    requested_at_ms = reader.u64()
    return PendingRequest(account, kind, display_name, CertificateRequest.decode(reader.vector()), requested_at_ms)
