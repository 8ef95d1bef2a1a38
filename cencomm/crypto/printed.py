"""Bytes as one line that people print, scan or type: a prefix, then base32 with a checksum."""

from __future__ import annotations

import base64
import binascii

from cencomm.crypto.primitives import sha256

_CHECKSUM_BYTES = 4


def to_text(prefix: str, encoded: bytes) -> str:
    summed = encoded + sha256(encoded)[:_CHECKSUM_BYTES]
    return prefix + base64.b32encode(summed).decode("ascii").rstrip("=").lower()


def from_text(prefix: str, text: str) -> bytes:
    """The bytes of a line that was typed or scanned; case, spaces, line breaks and hyphens do not matter.

    Raises:
        ValueError: with a stable word, `prefix`, `letters` or `checksum`.
    """
    plain = "".join(text.split()).replace("-", "").lower()
    if not plain.startswith(prefix):
        raise ValueError("prefix")
    letters = plain.removeprefix(prefix).upper()
    try:
        summed = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except (binascii.Error, ValueError):
        raise ValueError("letters") from None
    encoded, checksum = summed[:-_CHECKSUM_BYTES], summed[-_CHECKSUM_BYTES:]
    if checksum != sha256(encoded)[:_CHECKSUM_BYTES]:
        raise ValueError("checksum")
    return encoded
