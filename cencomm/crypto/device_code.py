"""The code that an old device shows to a new one of the same account: with the password, it takes the sheet's place.

It carries AK, which every device of the account has, and not R: it opens nothing without the password, and cannot
recover a forgotten one (PROTOCOL §1.3).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from cencomm.crypto import printed
from cencomm.crypto.certificates import MAX_NAME_BYTES, MAX_SUBJECT_BYTES, read_text
from cencomm.crypto.enrolment import MAX_URL_BYTES
from cencomm.crypto.primitives import KEY_BYTES, Secret
from cencomm.crypto.tls import DecodeError, Reader, Writer, decode_all
from cencomm.errors import DomainError
from cencomm.ids import ID_BYTES

DEVICE_CODE_PREFIX = "cencommdevice1:"


class DeviceCodeInvalid(DomainError):
    """A text that is not the code of another device, or was mistyped."""

    code: ClassVar[str] = "enrolment.device_code_invalid"


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """Where, which root to trust, which account, and AK."""

    server_url: str
    deployment_id: bytes
    root_public_key: bytes
    account: str
    display_name: str
    account_key: Secret = field(repr=False)

    def text(self) -> str:
        """One line to show, scan or type."""
        encoded = Writer().vector(self.server_url.encode()).raw(self.deployment_id).raw(self.root_public_key)
        encoded.vector(self.account.encode()).vector(self.display_name.encode()).raw(self.account_key)
        return printed.to_text(DEVICE_CODE_PREFIX, encoded.bytes())


def parse_device_code(text: str) -> DeviceCode:
    """The code that was scanned or typed. Raises DeviceCodeInvalid."""
    try:
        return decode_all(printed.from_text(DEVICE_CODE_PREFIX, text), _read)
    except ValueError as error:
        raise DeviceCodeInvalid(reason=str(error)) from None
    except DecodeError:
        raise DeviceCodeInvalid(reason="content") from None


def _read(reader: Reader) -> DeviceCode:
    return DeviceCode(
        server_url=read_text(reader, MAX_URL_BYTES),
        deployment_id=reader.raw(ID_BYTES),
        root_public_key=reader.raw(KEY_BYTES),
        account=read_text(reader, MAX_SUBJECT_BYTES),
        display_name=read_text(reader, MAX_NAME_BYTES),
        account_key=Secret(reader.raw(KEY_BYTES)),
    )
