"""Whether bytes are a public key that can be encrypted to (RFC 9420 §7.3, RFC 9180 §7.1.4, RFC 7748 §6.1)."""

from __future__ import annotations

from cencomm.crypto.primitives import KEY_BYTES

_P = 2**255 - 19

_SMALL_ORDER = frozenset(
    u.to_bytes(KEY_BYTES, "little")
    for u in (
        0,
        1,
        325606250916557431795983626356110631294008115727848805560023387167927233504,
        39382357235489614581723060781553021112529911719440698176882885853963445705823,
        _P - 1,
        _P,
        _P + 1,
    )
)
"""The u-coordinates of order 1, 2, 4 and 8, and those of the first two again as they may also be written."""


def is_public_key(key: bytes) -> bool:
    """Whether `key` is an X25519 public key of full length that does not force the all-zero secret.

    One member's key of small order would stop every other member from committing: each must encrypt to it.
    """
    if len(key) != KEY_BYTES:
        return False
    if key[-1] > 0x7F:  # the highest bit counts for nothing
        key = key[:-1] + bytes([key[-1] & 0x7F])
    return key not in _SMALL_ORDER
